internal import Codecs
package import Inspection

extension PartTable {
    /// Part numbers that one site can know; each pattern is compared with every other.
    static let mostRows = 2_000
    /// Serials, ranges and lists that may be written in the table itself; more belong into a file.
    static let mostWritten = 1_000

    /// The files that a table names: the file at a path, or nil after noting why it cannot be read.
    package typealias Lists = (_ path: String, _ place: SourcePlace) -> SourceFile?

    /// The part table in `file`; nil after noting everything that is wrong in `faults`.
    ///
    /// ```yaml
    /// parts:
    ///   - number: "4L0014-163B"
    ///     serial: "SA#####"
    ///     company: acme
    ///     made_by: [D98897]
    ///     issued: {serials: ["SA10000..SA19999"], file: issued.csv}
    ///     suspect: [{serials: [SA10666], reason: lot 7 was stolen, source: NCR-2211}]
    ///     trim_code: "TC-????"
    /// checks: {not_issued: refuse}
    /// ```
    package static func read(_ file: SourceFile, faults: FaultCollector, lists: Lists) -> PartTable? {
        withoutActuallyEscaping(lists) { PartTableReader(file: file, faults: faults, lists: $0).read() }
    }
}

/// Reads a part table and the lists that it names.
private final class PartTableReader {
    private let file: SourceFile
    private let faults: FaultCollector
    private let lists: PartTable.Lists
    private var listsSHA256: Set<String> = []
    /// What codes of one word mean so far, by pattern.
    private var patterns: [(pattern: CodePattern, number: String, isTrimCode: Bool)] = []

    init(file: SourceFile, faults: FaultCollector, lists: @escaping PartTable.Lists) {
        (self.file, self.faults, self.lists) = (file, faults, lists)
    }

    func read() -> PartTable? {
        let before = faults.count
        guard let root = file.root(faults), let top = YAMLMapping(root, "a part table", faults) else {
            return nil
        }
        var seen: [String: SourcePlace] = [:]
        let rows = top.mappings("parts", "a part", most: PartTable.mostRows) { row($0, &seen) }
        if rows.isEmpty, faults.count == before {
            faults.fault(top.place, "the file names no parts", "add `parts:`")
        }
        let severities = severities(top)
        top.finish()
        guard faults.count == before else { return nil }
        return PartTable(
            rows: rows, severities: severities, sha256: file.sha256, listsSHA256: listsSHA256.sorted())
    }

    private func severities(_ top: YAMLMapping) -> [PartFinding.Code: PartFinding.Severity] {
        guard let mapping = top.mapping("checks", "checks") else { return [:] }
        var severities: [PartFinding.Code: PartFinding.Severity] = [:]
        for code in PartFinding.Code.allCases {
            severities[code] = mapping.optional(code.rawValue, .choice)
        }
        mapping.finish()
        return severities
    }

    private func row(_ mapping: YAMLMapping, _ seen: inout [String: SourcePlace]) -> PartTable.Row? {
        let number = mapping.required("number", .text(1...64))
        if let number {
            if let first = seen[number] {
                mapping.fault(
                    "number",
                    "part number \(Wording.quoted(number)) is there already, at line \(first.line)",
                    "write everything about it in one place")
            }
            seen[number] = mapping.place(of: "number")
        }
        var row = PartTable.Row(number: number ?? "")
        row.serials = mapping.optional("serial", .oneOrMore(of: .codePattern, most: 16)) ?? []
        row.company = mapping.optional("company", .name)
        row.makers = mapping.optional("made_by", .oneOrMore(of: .enterprise, most: 100)) ?? []
        row.issued = mapping.mapping("issued", "issued").flatMap { issued in
            defer { issued.finish() }
            return serials(issued)
        }
        row.suspects = mapping.mappings("suspect", "a suspect list", most: PartTable.mostWritten, suspects)
        row.scrapped = mapping.mappings(
            "scrapped", "a list of scrapped parts", most: PartTable.mostWritten, suspects)
        row.trimCode = mapping.optional("trim_code", .codePattern)
        compare(row, mapping)
        return number == nil ? nil : row
    }

    private func suspects(_ mapping: YAMLMapping) -> PartTable.SuspectList? {
        let reason = mapping.required("reason", .text(1...200))
        let source = mapping.required("source", .text(1...100))
        guard let serials = serials(mapping), let reason, let source else { return nil }
        return PartTable.SuspectList(serials: serials, reason: reason, source: source)
    }

    /// What `serials:` and `file:` of a list name together; nil after noting that both are missing or wrong.
    private func serials(_ mapping: YAMLMapping) -> SerialList? {
        let written = mapping.optional(
            "serials", .oneOrMore(of: .serialRange, most: PartTable.mostWritten))
        let path = mapping.optional("file", .text)
        if !mapping.has("serials"), !mapping.has("file") {
            faults.fault(
                mapping.place, "\(mapping.subject) names no serial numbers", "add `serials:` or `file:`")
        }
        var entries = (written ?? []).map { SerialList.Entry($0) }
        if let path {
            let resolved = FilePath.resolved(path, against: file.path)
            guard let list = lists(resolved, mapping.place(of: "file")) else { return nil }
            listsSHA256.insert(list.sha256)
            entries += SerialFileReader(file: list, faults: faults).read()
        }
        return SerialList(entries)
    }

    /// Two meanings of one code are the table's own contradiction where a part number stands against a trim
    /// code, and a warning where two part numbers share it: such a serial alone names none of them.
    private func compare(_ row: PartTable.Row, _ mapping: YAMLMapping) {
        let own =
            row.serials.map { (pattern: $0, number: row.number, isTrimCode: false) }
            + (row.trimCode.map { [(pattern: $0, number: row.number, isTrimCode: true)] } ?? [])
        for new in own {
            for other in patterns where other.number != new.number || other.isTrimCode != new.isTrimCode {
                guard !(new.isTrimCode && other.isTrimCode),
                    let code = new.pattern.code(alsoOf: other.pattern)
                else { continue }
                let key = new.isTrimCode ? "trim_code" : "serial"
                guard new.isTrimCode == other.isTrimCode else {
                    mapping.fault(
                        key, "\(Wording.quoted(code)) would be a serial number and a trim code",
                        "make the patterns differ in length or in a character")
                    continue
                }
                faults.warn(
                    mapping.place(of: key),
                    "\(Wording.quoted(code)) fits \(Wording.quoted(other.number)) and "
                        + Wording.quoted(new.number),
                    "a serial that fits both is refused unless its mark names the part number")
            }
            patterns.append(new)
        }
    }
}

extension YAMLForm where Value == CodePattern {
    fileprivate static var codePattern: YAMLForm {
        text("a pattern such as \"SA#####\"", isNot: "no pattern", CodePattern.rule) { CodePattern($0) }
    }
}

extension YAMLForm where Value == EnterpriseIdentifier {
    fileprivate static var enterprise: YAMLForm {
        text(
            "an enterprise identifier such as D98897", isNot: "no enterprise identifier",
            EnterpriseIdentifier.rule
        ) { EnterpriseIdentifier($0) }
    }
}

extension YAMLForm where Value == SerialRange {
    fileprivate static var serialRange: YAMLForm {
        text(
            "a serial number, or a range such as \"SA10000..SA19999\"",
            isNot: "no serial number and no range", SerialRange.rule
        ) { SerialRange($0) }
    }
}

extension YAMLForm {
    /// A text that `make` makes a value of; `rule` says what such a text has to be.
    private static func text(
        _ name: String, isNot fault: String, _ rule: String, _ make: @escaping @Sendable (String) -> Value?
    ) -> YAMLForm {
        YAMLForm(name) { node, faults in
            guard let value = node.text.flatMap(make) else {
                faults.fault(node.place, "\(node.form) is \(fault)", rule)
                return nil
            }
            return value
        }
    }
}
