import Codecs
import Ledger

extension Command {
    /// `plumbline ledger checkpoint`: the newest signed head, to be kept elsewhere.
    static let ledgerCheckpoint = Command(
        name: "ledger checkpoint", operands: "",
        summary: "the newest signed head of the ledger: a copy kept elsewhere shows a rolled-back ledger"
    ) { arguments, console in
        guard arguments.words.count == 2 else { throw UsageError(message: "it takes no operand") }
        let reader = try reading { try arguments.ledgerReader() }
        guard let note = try reading({ try reader.newestCheckpoint() }) else {
            throw CommandFailure(.mismatch, "nothing is signed yet: start the gateway once")
        }
        let key = try verifyingKey(reader)
        guard let head = key.checkpoint(verifiedFrom: note) else {
            throw CommandFailure(
                .evidence, "the newest checkpoint is not signed by \(reader.directory.publicKey)")
        }
        guard console.usesJSON else {
            console.write(note)
            return .success
        }
        console.print(
            CanonicalJSON.text([
                "origin": .string(head.origin), "size": .number(head.size),
                "root": .string(Hex.text(head.root)), "note": .string(note),
                "key": .string(key.verifierKey(name: head.origin)),
            ]))
        return .success
    }

    /// `plumbline ledger proof ID`: that an entry is in the ledger, for whoever does not trust it.
    static let ledgerProof = Command(
        name: "ledger proof", operands: "ID [--out FILE]",
        summary: "a C2SP tlog-proof that this entry is under the newest checkpoint", values: ["--out"]
    ) { arguments, console in
        guard arguments.words.count == 3 else {
            throw UsageError(message: "name one entry by its id; `plumbline records list` shows them")
        }
        let id = arguments.words[2]
        let reader = try reading { try arguments.ledgerReader() }
        guard let entry = try reading({ try reader.entry(id: id) }),
            let proof = try reading({ try reader.inclusionProof(of: id) })
        else { throw CommandFailure(.mismatch, "there is no entry \(id)") }
        try arguments.noteReading("ledger proof", ["id": .string(id)], found: 1, console)
        if let objection = proof.objection(to: entry.bytes, key: try verifyingKey(reader)) {
            throw CommandFailure(.evidence, "\(id) cannot be proved: \(objection)")
        }
        guard console.usesJSON else {
            try NewFile.write(proof.text, to: arguments.values["--out"] ?? "-", console)
            return .success
        }
        console.print(
            CanonicalJSON.text([
                "id": .string(id), "index": .number(proof.index), "proof": .string(proof.text),
                "entry": .string(String(decoding: entry.bytes, as: UTF8.self)),
            ]))
        return .success
    }

    /// The key that the ledger publishes.
    static func verifyingKey(_ reader: LedgerReader) throws -> SigningKey {
        try reading {
            let path = reader.directory.publicKey
            guard let pem = try DataDirectory.read(path) else {
                throw LedgerError(
                    .key, what: "the public key is missing", place: path,
                    remedy: "restore it from the backup; without it nothing here can be checked")
            }
            return try SigningKey(publicPEM: pem)
        }
    }
}
