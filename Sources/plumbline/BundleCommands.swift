import Codecs
import Gateway
import Ledger
import Metrology
import Transports

extension Command {
    /// `plumbline ledger reconstruct SERIAL`: everything about one part, with proofs, in one file.
    static let ledgerReconstruct = Command(
        name: "ledger reconstruct", operands: "SERIAL [--out FILE [--html]]",
        summary: "one file with everything about a part, which anyone can verify without the ledger",
        flags: ["--html"], values: ["--out"]
    ) { arguments, console in
        guard arguments.words.count == 3 else { throw UsageError(message: "name one serial number") }
        let path = arguments.values["--out"] ?? "-"
        guard path != "-" || !arguments.flags.contains("--html") else {
            throw UsageError(message: "--html writes the story beside the file that --out names")
        }
        let reader = try reading { try arguments.ledgerReader() }
        let serial = arguments.words[2]
        let bundle = try bundle(of: serial, reader)
        try arguments.noteReading(
            "ledger reconstruct", ["serial": .string(serial)], found: bundle.leaves.count, console)
        let file = try reading { try BundleFile(bundle, signedBy: try reader.signingKey()) }
        let key = try verifyingKey(reader)
        let report = BundleReport(on: file.bytes, trusted: key)
        if let mismatch = report.mismatches.first {
            throw CommandFailure(
                .evidence, "the bundle would not verify: \(mismatch). Run `plumbline ledger verify`")
        }
        try NewFile.write(file.bytes, to: path, console)
        if arguments.flags.contains("--html"), let head = key.checkpoint(verifiedFrom: bundle.checkpoint) {
            try NewFile.write(bundle.story(under: head, key), to: path + ".html", console)
        }
        if let segment = try reading({ try reader.segment() }) {
            console.say(
                "a damaged ledger was set aside at \(segment.at): what is older about this part is not in "
                    + "this bundle, but in \(segment.folder) or a backup; `plumbline ledger verify` says how "
                    + "to verify both")
        }
        console.say("\(bundle.leaves.count) entries and \(bundle.evidence.count) pieces of evidence")
        return .success
    }

    /// The bundle, once a checkpoint covers all of it.
    private static func bundle(of serial: String, _ reader: LedgerReader) throws -> EvidenceBundle {
        let bundle = try checking { () throws(LedgerError) in
            func made() throws(LedgerError) -> EvidenceBundle? {
                try reader.bundle(
                    serial: serial, madeAt: SystemTime().now().utc.description, software: BuildVersion.json)
            }
            let covered = try reader.directory.awaitingCheckpoint {
                () throws(LedgerError) -> EvidenceBundle?? in
                do throws(LedgerError) {
                    return .some(try made())
                } catch {
                    guard error.kind == .unsigned else { throw error }
                    return nil
                }
            }
            guard let covered else { return try made() }
            return covered
        }
        guard let bundle else {
            throw CommandFailure(
                .mismatch,
                "the ledger knows no part \(serial); `plumbline records list` shows what it knows")
        }
        return bundle
    }

    /// `plumbline ledger verify BUNDLE`: checks a bundle with nothing but its bytes and a public key.
    static func verifyBundle(
        _ path: String, key keyPath: String?, _ console: Console
    ) throws -> ExitCode {
        let trusted = try keyPath.map(publicKey)
        let report = BundleReport(on: try fileBytes(path, most: BundleFile.largest), trusted: trusted)
        if console.usesJSON {
            console.print(CanonicalJSON.text(json(report)))
        } else {
            show(report, console)
        }
        return report.isSound ? .success : .evidence
    }

    private static func show(_ report: BundleReport, _ console: Console) {
        guard report.isSound else {
            console.print("the bundle does NOT verify:")
            for mismatch in report.mismatches { console.print("  - \(mismatch)") }
            return
        }
        console.print("the bundle verifies: part \(report.serial ?? "–"), ledger \(report.origin ?? "–")")
        console.print("key SHA-256 \(report.keySHA256 ?? "–")")
        console.print("proved:")
        for statement in report.proved { console.print("  - \(statement)") }
        console.print("not proved:")
        for statement in report.unproved { console.print("  - \(statement)") }
    }

    private static func json(_ report: BundleReport) -> JSONValue {
        [
            "sound": .bool(report.isSound), "serial": .optional(report.serial),
            "origin": .optional(report.origin), "key_sha256": .optional(report.keySHA256),
            "trusted": .bool(report.isTrusted),
            "proved": .array(report.proved.map(JSONValue.string)),
            "unproved": .array(report.unproved.map(JSONValue.string)),
            "mismatches": .array(report.mismatches.map(JSONValue.string)),
        ]
    }
}
