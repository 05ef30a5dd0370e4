import Codecs
import Gateway
import Ledger
import Metrology
import Transports

extension Command {
    /// `plumbline backup FILE`: the ledger in one file, restored and verified before it counts.
    static let backup = Command(
        name: "backup", operands: "FILE",
        summary: "copies the ledger into one file, the gateway running or not, and proves the copy"
    ) { arguments, console in
        guard arguments.words.count == 2 else { throw UsageError(message: "name the file to write") }
        let directory = DataDirectory(try arguments.dataDirectory())
        let made = try checking { () throws(LedgerError) in
            try LedgerBackup.make(
                of: directory, at: arguments.words[1], madeAt: SystemTime().now().utc.description)
        }
        guard console.usesJSON else {
            console.print("\(made.path): \(made.entries) entries, restored and verified")
            console.print("root \(Hex.text(made.root))")
            if made.unsigned > 0 {
                console.say(
                    "no signature covers the newest \(made.unsigned) entries: restoring will ask for "
                        + "--accept-unsigned. Start the gateway, and make another backup")
            }
            console.say("the private key is not in it: keep \(directory.key) elsewhere too")
            return .success
        }
        console.print(
            CanonicalJSON.text([
                "file": .string(made.path), "made_at": .string(made.madeAt),
                "entries": .number(made.entries), "root": .string(Hex.text(made.root)),
                "unsigned": .number(made.unsigned),
            ]))
        return .success
    }

    /// What whoever restores may have to accept, by the option that says so.
    private static let acceptances: [(flag: String, acceptance: LedgerRestoration.Acceptance)] = [
        ("--accept-loss", .loss), ("--accept-unsigned", .unsigned),
    ]

    /// `plumbline restore FILE`: puts a backup's ledger into an empty data directory.
    static let restore = Command(
        name: "restore", operands: "FILE [--key FILE] [--accept-loss] [--accept-unsigned]",
        summary: "puts the ledger of a backup into the data directory, once all of it verifies",
        flags: Set(acceptances.map(\.flag)), values: ["--key"]
    ) { arguments, console in
        guard arguments.words.count == 2 else { throw UsageError(message: "name the backup") }
        let directory = DataDirectory(try arguments.dataDirectory())
        let key = try arguments.values["--key"].map(privateKey)
        let accepted = acceptances.filter { arguments.flags.contains($0.flag) }.map(\.acceptance)
        let restored = try checking(unsigned: .evidence) { () throws(LedgerError) in
            try RestoredLedger.put(
                arguments.words[1], into: directory, key: key, accepting: .init(accepted),
                time: SystemTime())
        }
        guard console.usesJSON else {
            describe(restored, in: directory, console)
            return .success
        }
        console.print(
            CanonicalJSON.text([
                "made_at": .string(restored.madeAt), "entries": .number(restored.entries),
                "unsigned": .number(restored.unsigned), "key": .string(restored.verifierKey),
                "can_continue": .bool(restored.hasKey),
                "lost": .number(restored.lost.map { $0.size - restored.entries } ?? 0),
            ]))
        return .success
    }

    private static func describe(
        _ restored: LedgerRestoration, in directory: DataDirectory, _ console: Console
    ) {
        console.print(
            "\(directory.path): \(restored.entries) entries of \(restored.madeAt), all verified")
        console.print("key \(restored.verifierKey)")
        console.say("compare the key with the copy of ledger.pub that you keep elsewhere")
        if let lost = restored.lost {
            console.say("\(lost.size - restored.entries) entries are lost; the ledger says so from now on")
        }
        if restored.unsigned > 0 {
            console.say(
                "no signature covered its newest \(restored.unsigned) entries; the ledger says so from now on"
            )
        }
        if !restored.hasKey {
            console.say("\(directory.key) is missing: it can be read, the gateway cannot go on with it")
        }
    }

    private static func privateKey(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard let pem = try checking({ () throws(LedgerError) in try DataDirectory.read(path) }) else {
            throw CommandFailure(.inputOutput, "\(path) is missing: name the file of the private key")
        }
        return pem
    }
}
