import Codecs
import Ledger

extension Command {
    /// `plumbline ledger verify`: recomputes every hash and signature, of the ledger or of a bundle.
    static let ledgerVerify = Command(
        name: "ledger verify", operands: "[BUNDLE] [--key PUB] [--against FILE|DIR] [--earlier FOLDER]",
        summary: "recomputes every leaf, node, signature and piece of evidence; or checks a bundle offline",
        values: ["--key", "--against", "--earlier"]
    ) { arguments, console in
        let kept = arguments.repeated["--against"] ?? []
        if arguments.words.count == 3 {
            guard kept.isEmpty else {
                throw UsageError(message: "--against is for the ledger: a bundle does not have all of it")
            }
            return try verifyBundle(arguments.words[2], key: arguments.values["--key"], console)
        }
        guard arguments.words.count == 2 else {
            throw UsageError(message: "name one bundle; or nothing, and the ledger with --data")
        }
        let trusted = try arguments.values["--key"].map(publicKey)
        let data = try arguments.dataDirectory()
        let report = try checking { () throws(LedgerError) in
            var states: [KeptState] = []
            for path in kept { states.append(try KeptState(path)) }
            return try LedgerReader(path: data).verify(trusted: trusted, against: states)
        }
        // That a ledger goes on from another is worth what it is worth itself.
        if let earlier = arguments.values["--earlier"], report.isSound {
            return try verifyLink(of: try arguments.ledgerReader(), to: earlier, console)
        }
        if console.usesJSON {
            console.print(CanonicalJSON.text(json(report)))
        } else {
            show(report, console)
            for line in report.earlier.map({ lines(of: $0, in: DataDirectory(data)) }) ?? [] {
                console.print(line)
            }
        }
        return report.isSound ? .success : .evidence
    }

    private static func show(_ report: VerificationReport, _ console: Console) {
        for mismatch in report.mismatches { console.print(mismatch) }
        let left = report.mismatchCount - report.mismatches.count
        if left > 0 { console.print("… and \(left) more") }
        console.print(
            report.isSound
                ? "the ledger verifies: \(report.entries) entries (\(report.records) records), "
                    + "\(report.nodes) tree nodes, \(report.checkpoints) signed checkpoints, "
                    + "\(report.evidence) pieces of evidence"
                : "the ledger does NOT verify: \(report.mismatchCount) mismatches "
                    + "in \(report.entries) entries")
        console.print("unsigned \(report.unsigned)")
        console.print("root \(Hex.text(report.root))")
        console.print("key SHA-256 \(report.keySHA256 ?? "–")")
        guard report.isSound else { return }
        for state in report.extended {
            console.print("it extends \(state.place): its first \(state.size) entries are these")
        }
        if report.unsigned > 0 {
            console.say(
                "no signature covers the newest \(report.unsigned) entries: while the gateway runs those of "
                    + "the last second; else what a run that was cut short has left, or somebody else")
        }
        if !report.isTrusted {
            console.say("compare the key with your copy of ledger.pub, or give that with --key")
        }
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
            "origin": .optional(report.origin), "key_sha256": .optional(report.keySHA256),
            "trusted": .bool(report.isTrusted),
            "extends": .array(
                report.extended.map { ["place": .string($0.place), "entries": .number($0.size)] }),
            "mismatches": .array(report.mismatches.map(JSONValue.string)),
        ]
    }

    /// The public key in a file such as ledger.pub.
    static func publicKey(_ path: String) throws -> SigningKey {
        let pem = try fileBytes(path, most: 1 << 16)
        do throws(LedgerError) {
            return try SigningKey(publicPEM: pem)
        } catch {
            throw UsageError(message: "\(path) is no public key such as ledger.pub: \(error.what)")
        }
    }

    /// The whole file. One that is longer than `most` is not what was asked for.
    static func fileBytes(_ path: String, most: Int) throws -> [UInt8] {
        do throws(LedgerError) {
            if let bytes = try DataDirectory.read(path, most: most) { return bytes }
            throw LedgerError(.io, what: "there is no such file", place: path, remedy: "name a file")
        } catch {
            throw CommandFailure(error.kind == .invalid ? .evidence : .inputOutput, "\(error)")
        }
    }

    /// What `body` gives. What does not verify, or was signed by another, ends with 5; whatever else the
    /// disk says with 74. `unsigned` is for what nobody has signed: mostly that comes within a second.
    static func checking<Result>(
        unsigned: ExitCode = .inputOutput, _ body: () throws(LedgerError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(LedgerError) {
            return try body()
        } catch {
            switch error.kind {
            case .corrupt, .key, .rolledBack: throw CommandFailure(.evidence, "\(error)")
            case .unsigned: throw CommandFailure(unsigned, "\(error)")
            default: throw CommandFailure(.inputOutput, "\(error)")
            }
        }
    }
}
