internal import Metrology

/// Reads one entry of the `points:` of a device that speaks in lines.
///
/// ```yaml
/// - {id: torque, type: number, sign: optional, unit_from: unit, kind: torque, missing: ["OL"]}
/// - {id: unit, type: words, words: {lbFin: "[lbf_av].[in_i]", Nm: N.m}}
/// - {id: program, type: text}
/// ```
struct LinePointReader {
    let entry: YAMLMapping

    private enum Kind: String, CaseIterable { case number, words, text }

    /// Words of one point, and characters that a device writes for one.
    private static let mostWords = 256
    private static let written = 1...64

    func point() -> LinePoint? {
        let id = entry.required("id", .name)
        let kind: Kind? = entry.required("type", .choice)
        guard let kind else {
            entry.knows(
                "words", "decimal", "sign", "scale", "unit", "unit_from", "kind", "valid", "missing")
            return nil
        }
        let meaning: LinePoint.Meaning? =
            switch kind {
            case .text: .text
            case .words: words().map { .words($0) }
            case .number: number().map { .number($0) }
            }
        guard let id, let meaning else { return nil }
        return LinePoint(id: id, meaning: meaning, place: entry.place)
    }

    private func words() -> [LinePoint.Word]? {
        guard let mapping = entry.mapping("words", "words") else {
            entry.faults.fault(entry.place, "the point has no words", "add `words: {OK: ok, NOK: nok}`")
            return nil
        }
        let entries = mapping.namedEntries()
        guard entries.count <= Self.mostWords else {
            entry.fault("words", "\(entries.count) words stand here", "at most \(Self.mostWords) are allowed")
            return nil
        }
        let words = entries.compactMap { pair -> LinePoint.Word? in
            let bytes = Array(pair.key.utf8)
            guard Self.written.contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }),
                bytes[...].trimmed.count > 0
            else {
                entry.faults.fault(
                    pair.place, "\(Wording.quoted(pair.key)) is nothing that a line can say",
                    "write what the device writes, at most 64 printable ASCII characters")
                return nil
            }
            return YAMLForm<String>.text(1...64).read(pair.value, entry.faults)
                .map { LinePoint.Word(written: bytes, word: $0) }
        }
        // The longest first: `Nmm` is no `Nm`.
        return words.isEmpty ? nil : words.sorted { $0.written.count > $1.written.count }
    }

    private func number() -> LineNumber? {
        let before = entry.faults.count
        let mark: LineNumber.DecimalMark = entry.optional("decimal", .choice) ?? .point
        let sign: LineNumber.Sign = entry.optional("sign", .choice) ?? .optional
        let scale = entry.optional("scale", .decimal) ?? 1
        let valid = entry.optional("valid", .list(of: .decimal, 2...2))
        let missing = entry.optional("missing", .list(of: .text(1...64), 1...16)) ?? []
        if scale == 0 {
            entry.fault("scale", "a scale of 0 makes everything 0", "write the value of one count")
        }
        if let valid, valid.count == 2, valid[0] > valid[1] {
            entry.fault("valid", "\(valid[0]) is more than \(valid[1])", "write the lower end first")
        }
        guard let (unit, kind) = unit(), entry.faults.count == before else { return nil }
        return LineNumber(
            sign: sign, decimalMark: mark, scale: scale, unit: unit, kind: kind,
            valid: valid.map { DevicePoint.ValidRange(low: $0[0], high: $0[1]) },
            missing: missing.map { Array($0.utf8) }.sorted { $0.count > $1.count })
    }

    private func unit() -> (LineNumber.Unit, QuantityKind)? {
        let fixed = entry.optional("unit", .unit)
        let from = entry.optional("unit_from", .name)
        let kind: QuantityKind? = entry.optional("kind", .choice)
        if let fixed, let kind, kind != fixed.kind {
            entry.fault(
                "kind", "\(fixed.code) measures \(fixed.kind.rawValue)", "write that, or another unit")
            return nil
        }
        if let from {
            guard let kind = kind ?? fixed?.kind else {
                if !entry.has("kind") {
                    entry.faults.fault(
                        entry.place, "a unit that the line says needs a kind", "add `kind: torque` or another"
                    )
                }
                return nil
            }
            return (.from(from, otherwise: fixed), kind)
        }
        guard let fixed else {
            if !entry.has("unit") {
                entry.faults.fault(
                    entry.place, "the number has no unit",
                    #"add `unit_from:` the point that says it, or `unit:`; "1" for a count"#)
            }
            return nil
        }
        return (.fixed(fixed), fixed.kind)
    }
}
