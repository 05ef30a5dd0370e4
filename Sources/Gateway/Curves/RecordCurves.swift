internal import Codecs
package import Ledger
package import Metrology

/// The curves that entries of the ledger name, with their bytes.
package struct RecordCurves: Sendable {
    /// One of them.
    package struct Curve: Sendable {
        /// The step of its result; nil where it is in no cycle.
        package let step: String?
        /// The device's number of that result; nil where it is not known.
        package let sequence: String?
        package let kind: ResultCurve.Kind
        package let format: String
        package let sha256: String
        /// As received.
        package let raw: [UInt8]
    }

    /// In the order of the steps and of their results; those that came too late for a record come last.
    package let curves: [Curve]
    /// For each step of a record the number of its last result.
    package let lastResults: [String: String]

    /// The curves of entry `id`: a record with what came late for it, an orphan, or a curve kept for itself.
    /// Nil where there is no such entry.
    ///
    /// Throws `LedgerError` where the ledger cannot be read, `.corrupt` where bytes are not those that the
    /// entry names.
    package init?(of id: String, in reader: LedgerReader) throws(LedgerError) {
        guard let entry = try reader.entry(id: id) else { return nil }
        var named = Self.named(in: entry.body)
        if entry.kind == .record, let serial = entry.body["part"]?["serial"]?.text {
            for other in try reader.partHistory(serial: serial)
            where other.body["event"]?.text == "curve.kept" && other.body["cycle"]?.text == id {
                named += Self.named(in: other.body)
            }
        }
        var curves: [Curve] = []
        for (step, sequence, curve) in named {
            guard let sha256 = curve["sha256"]?.text else { continue }
            guard let raw = try reader.evidence(sha256: sha256) else {
                throw LedgerError(
                    .corrupt, what: "the curve \(sha256) of \(id) is missing",
                    place: reader.directory.database,
                    remedy: "run `plumbline ledger verify`, then restore the newest backup")
            }
            curves.append(
                Curve(
                    step: step, sequence: sequence,
                    kind: curve["kind"]?.text.flatMap(ResultCurve.Kind.init) ?? .unknown,
                    format: curve["format"]?.text ?? "", sha256: sha256, raw: raw))
        }
        self.curves = curves
        let steps = (entry.body["steps"]?.elements ?? []).compactMap { step in
            step["sequence"]?.text.flatMap { number in step["step"]?.text.map { ($0, number) } }
        }
        lastResults = Dictionary(steps, uniquingKeysWith: { _, last in last })
    }

    private static func named(in body: JSONValue) -> [(step: String?, sequence: String?, curve: JSONValue)] {
        let steps = body["steps"]?.elements ?? [body["step"]].compactMap { $0 }.filter { $0["step"] != nil }
        var named: [(String?, String?, JSONValue)] = []
        for step in steps {
            // A step that was tried more than once names its last result again.
            let tries = ["tries", "loosenings"].flatMap { step[$0]?.elements ?? [] }
            let results = step["tries"] == nil ? tries + [step] : tries
            for result in results {
                for curve in result["curves"]?.elements ?? [] {
                    named.append((step["step"]?.text, result["sequence"]?.text, curve))
                }
            }
        }
        let step = body["step"]?["step"]?.text ?? body["step"]?.text
        let whole = body["happened"] ?? body
        for curve in whole["curves"]?.elements ?? [] {
            named.append((step, whole["sequence"]?.text, curve))
        }
        return named
    }
}
