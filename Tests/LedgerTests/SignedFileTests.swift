import Codecs
import Ledger
import Testing

struct SignedFileTests {
    private let table = Array("code_set: plant-1\nrevision: 1\n".utf8)

    private func objection(
        _ name: String = "codes.yaml", _ bytes: [UInt8]? = nil, note: [UInt8], by key: SigningKey
    ) throws -> String? {
        SignedFile.objection(
            name: name, bytes: bytes ?? table, note: note, publicKey: try SignedFile.publicKeyFile(of: key))
    }

    private func note(by key: SigningKey) throws -> [UInt8] {
        Array(try SignedFile.note(name: "codes.yaml", bytes: table, by: key).utf8)
    }

    @Test func aFileVerifiesWithItsOwnNoteAndKeyOnly() throws {
        let (key, other) = (try SigningKey.generate(), try SigningKey.generate())
        let note = try note(by: key)
        #expect(try objection(note: note, by: key) == nil)
        #expect(try objection(note: note, by: other) == "it is signed with another key")
        let renamed = "the signature is not that of this file: parts.yaml was changed or renamed"
        #expect(try objection("parts.yaml", note: note, by: key) == renamed)
        #expect(
            try objection(note: Array("no note".utf8), by: key) == "the signature's file is no signed note")
        #expect(try objection(note: [0xFF, 0x0A], by: key) == "the signature's file is no signed note")
        let none = SignedFile.objection(name: "codes.yaml", bytes: table, note: note, publicKey: [])
        #expect(none == "the key's file holds no ECDSA P-256 public key")
    }

    @Test func noByteOfFileOrNoteCanBeChangedUnnoticed() throws {
        let key = try SigningKey.generate()
        let note = try note(by: key)
        for index in table.indices {
            var forged = table
            forged[index] ^= 0x01
            #expect(try objection("codes.yaml", forged, note: note, by: key) != nil, "byte \(index)")
        }
        for index in note.indices {
            var forged = note
            forged[index] ^= 0x01
            #expect(try objection(note: forged, by: key) != nil, "byte \(index) of the note")
        }
    }

    /// A checkpoint of a ledger whose key signs tables too must not pass as a table's signature.
    @Test func aCheckpointIsNoSignatureOfAFile() throws {
        let key = try SigningKey.generate()
        let head = Checkpoint(origin: SignedFile.signer, size: 3, root: SHA256Digest.bytes(of: table))
        let note = Array(try key.note(for: head).utf8)
        #expect(
            try objection(note: note, by: key)?.hasPrefix("the signature is not that of this file") == true)
    }

    @Test func opensslVerifiesTheNoteAndSha256sumTheFile() throws {
        let scratch = try Scratch()
        let key = try SigningKey.generate()
        let note = try #require(SignedNote(String(decoding: try note(by: key), as: UTF8.self)))
        let directory = DataDirectory(scratch.path)
        try directory.replace(scratch.path + "/key.pub", with: try SignedFile.publicKeyFile(of: key))
        try directory.replace(scratch.path + "/codes.yaml", with: table)
        try directory.replace(scratch.path + "/text", with: Array(note.text.utf8))
        try directory.replace(scratch.path + "/signature", with: note.signatures[0].bytes)
        let verdict = Scratch.run(
            "/usr/bin/openssl",
            [
                "dgst", "-sha256", "-verify", scratch.path + "/key.pub", "-signature",
                scratch.path + "/signature", scratch.path + "/text",
            ])
        #expect(verdict.text.contains("Verified OK"), "\(verdict.text)")
        let digest = Scratch.run(
            "/bin/sh", ["-c", "openssl dgst -sha256 -binary \(scratch.path)/codes.yaml | base64"])
        #expect(note.text == "plumbline-signed-file/v1\ncodes.yaml\n\(digest.text)")
    }
}
