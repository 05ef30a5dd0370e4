import Codecs
import Ledger

extension Command {
    /// `plumbline ledger verify`: recomputes every hash and signature, of the ledger or of a bundle.
    static let ledgerVerify = Command(
        name: "ledger verify", operands: "[BUNDLE [--key PUB] | --earlier FOLDER]",
        summary: "recomputes every leaf, node, signature and piece of evidence; or checks a bundle offline",
        values: ["--key", "--earlier"]
    ) { arguments, console in
        if arguments.words.count == 3 {
            return try verifyBundle(arguments.words[2], key: arguments.values["--key"], console)
        }
        guard arguments.words.count == 2, arguments.values["--key"] == nil else {
            throw UsageError(
                message: "name one bundle and maybe its key; or nothing, and the ledger with --data")
        }
        let reader = try reading { try arguments.ledgerReader() }
        if let earlier = arguments.values["--earlier"] {
            return try verifyLink(of: reader, to: earlier, console)
        }
        let report = try reading { try reader.verify() }
        if console.usesJSON {
            console.print(CanonicalJSON.text(json(report)))
        } else {
            for mismatch in report.mismatches { console.print(mismatch) }
            let left = report.mismatchCount - report.mismatches.count
            if left > 0 { console.print("… and \(left) more") }
            console.print(
                report.isSound
                    ? "the ledger verifies: \(report.entries) entries (\(report.records) records), "
                        + "\(report.nodes) tree nodes, \(report.checkpoints) signed checkpoints, "
                        + "\(report.evidence) pieces of evidence"
                    : "the ledger does NOT verify: \(report.mismatchCount) mismatches "
                        + "in \(report.entries) entries"
            )
            console.print("root \(Hex.text(report.root))")
            for line in report.earlier.map({ lines(of: $0, in: reader.directory) }) ?? [] {
                console.print(line)
            }
        }
        return report.isSound ? .success : .evidence
    }

    private static func json(_ report: VerificationReport) -> JSONValue {
        [
            "sound": .bool(report.isSound), "entries": .number(Int64(report.entries)),
            "records": .number(Int64(report.records)), "nodes": .number(Int64(report.nodes)),
            "checkpoints": .number(Int64(report.checkpoints)), "evidence": .number(Int64(report.evidence)),
            "unsigned": .number(Int64(report.unsigned)), "root": .string(Hex.text(report.root)),
            "set_aside": report.earlier.map {
                [
                    "segment": .number($0.number), "at": .string($0.at), "folder": .string($0.folder),
                    "carried": .number($0.carried), "not_carried": .number($0.unprovenCount),
                ]
            } ?? .null,
            "mismatches": .array(report.mismatches.map(JSONValue.string)),
        ]
    }
}
