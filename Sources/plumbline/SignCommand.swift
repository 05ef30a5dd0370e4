import Glibc
import Ledger
import Profiles

extension Command {
    /// `plumbline sign`: a table's signature beside it, or the key that makes such signatures.
    static let sign = Command(
        name: "sign", operands: "FILE --key KEY | --new-key KEY",
        summary: "writes FILE.sig, the signature of a code set or another table; or makes a key for that",
        values: ["--key", "--new-key"]
    ) { arguments, console in
        if let path = arguments.values["--new-key"] {
            guard arguments.words.count == 1, arguments.values["--key"] == nil else {
                throw UsageError(message: "--new-key takes nothing else")
            }
            try makeKey(path, console)
            return .success
        }
        guard arguments.words.count == 2, let key = arguments.values["--key"] else {
            throw UsageError(message: "name the file to sign, and the private key's file with --key")
        }
        try sign(arguments.words[1], keyPath: key, console)
        return .success
    }

    /// The private key in a file of mode 0600, and the public one beside it to be given away.
    private static func makeKey(_ path: String, _ console: Console) throws(CommandFailure) {
        let (pem, published): ([UInt8], [UInt8])
        do throws(LedgerError) {
            let key = try SigningKey.generate()
            (pem, published) = (try key.pem(), try SignedFile.publicKeyFile(of: key))
        } catch { throw CommandFailure(.software, error.what) }
        try NewFile.write(String(decoding: pem, as: UTF8.self), to: path, mode: 0o600, console)
        try NewFile.write(String(decoding: published, as: UTF8.self), to: path + ".pub", console)
        console.say("\(path): keep it away from the gateway; \(path).pub: name it in gateway.yaml")
    }

    private static func sign(_ path: String, keyPath: String, _ console: Console) throws(CommandFailure) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard !keyPath.hasSuffix("ledger.key") else {
            throw CommandFailure(
                .configuration,
                "\(keyPath) is a ledger's key: tables are signed with another; make one with --new-key")
        }
        try checkMode(keyPath)
        let note: String
        do throws(LedgerError) {
            guard let pem = try DataDirectory.read(keyPath), let bytes = try DataDirectory.read(path) else {
                throw LedgerError(.io, what: "no such file", place: "\(path) or \(keyPath)", remedy: "")
            }
            note = try SignedFile.note(name: name, bytes: bytes, by: try SigningKey(pem: pem))
        } catch {
            throw CommandFailure(
                error.kind == .key ? .configuration : .inputOutput,
                "\(path) was not signed with \(keyPath): \(error.what)")
        }
        let signature = path + ".sig"
        // What was signed before is signed anew: its old signature is of no use to anyone.
        unlink(signature)
        try NewFile.write(note, to: signature, console)
        console.say("\(signature): \(name) is signed")
    }

    /// A private key that others of this machine can read signs nothing.
    private static func checkMode(_ path: String) throws(CommandFailure) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        throw CommandFailure(
            .configuration, "\(path) can be read by others: run `chmod 600 \(path)`, or make a new key")
    }
}
