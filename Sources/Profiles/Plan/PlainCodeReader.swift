internal import Codecs

/// Reads what codes of one word mean: `plain_serials` and `other_codes` of a plan.
struct PlainCodeReader {
    let top: YAMLMapping
    let faults: FaultCollector

    /// The words of `other_codes` and what they mean.
    private static let others: [(word: String, meaning: PlainCode)] = [
        ("work_order", .workOrder), ("trim_code", .trimCode),
    ]

    func read(_ partNumbers: [String]) -> PlainCode.Table {
        var entries: [PlainCode.Table.Entry] = []
        for entry in top.mapping("plain_serials", "plain_serials")?.namedEntries() ?? [] {
            guard let number = YAMLForm<String>.text(1...64).read(entry.value, faults) else { continue }
            if !partNumbers.contains(number) {
                faults.fault(
                    entry.value.place, "\(Wording.quoted(number)) is no part number of this plan",
                    NearestName.remedy(for: number, among: partNumbers))
            }
            add(entry, .serial(partNumber: number), to: &entries)
        }
        for entry in top.mapping("other_codes", "other_codes")?.namedEntries() ?? [] {
            guard let word = YAMLForm<String>.text(1...64).read(entry.value, faults) else { continue }
            guard let meaning = Self.others.first(where: { $0.word == word })?.meaning else {
                faults.fault(
                    entry.value.place, "\(Wording.quoted(word)) is no kind of code",
                    NearestName.remedy(for: word, among: Self.others.map(\.word)))
                continue
            }
            add(entry, meaning, to: &entries)
        }
        return PlainCode.Table(entries)
    }

    /// Adds the pattern that `entry` is named by, unless a code could fit it and another of other meaning.
    private func add(
        _ entry: YAMLNode.Entry, _ meaning: PlainCode, to entries: inout [PlainCode.Table.Entry]
    ) {
        guard let new = PlainCode.Table.Entry(entry.key, meaning) else {
            faults.fault(entry.place, "\(Wording.quoted(entry.key)) is no pattern", CodePattern.rule)
            return
        }
        for other in entries where other.meaning != meaning {
            guard let code = new.pattern.code(alsoOf: other.pattern) else { continue }
            faults.fault(
                entry.place,
                "\(Wording.quoted(code)) would fit \(Wording.quoted(entry.key)) and "
                    + "\(Wording.quoted(other.pattern.text)), which mean different things",
                "make the patterns differ in length or in a character")
            return
        }
        entries.append(new)
    }
}
