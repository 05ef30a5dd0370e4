import Codecs
import Glibc
import Ledger
import Testing

struct SignedNoteTests {
    private let head = Checkpoint(
        origin: "plumbline/plant-1/bench-pc-07", size: 3, root: SHA256Digest.bytes(of: [1, 2, 3]))

    @Test func aCheckpointIsThreeLinesAndReadsBack() throws {
        let lines = head.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "plumbline/plant-1/bench-pc-07")
        #expect(lines[1] == "3")
        #expect(lines[2] == "A5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E=")
        #expect(lines[3] == "")
        #expect(Checkpoint(text: head.text) == head)
    }

    @Test(arguments: [
        "", "a\n3\n", "a\n03\nAAAA\n", "a\n-1\nAAAA\n", "\n3\nA5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E=\n",
        "a\n3\nA5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4E=\nmore\n",
        "a\n3\nA5BYxvLAy0ksUzsKTRTvd8wPeKvMztUofYShogEc+4F=\n",
    ])
    func whatIsNoCheckpointIsRefused(text: String) { #expect(Checkpoint(text: text) == nil) }

    @Test func theKeyVerifiesItsOwnNotesAndNoOthers() throws {
        let (key, other) = (try SigningKey.generate(), try SigningKey.generate())
        let note = try key.note(for: head)
        #expect(key.checkpoint(verifiedFrom: note) == head)
        #expect(other.checkpoint(verifiedFrom: note) == nil)
        let published = try SigningKey(publicPEM: Array("text before\n".utf8) + key.publicPEM())
        #expect(published.checkpoint(verifiedFrom: note) == head)
        #expect(try SigningKey(pem: key.pem()).checkpoint(verifiedFrom: note) == head)
    }

    @Test func noByteOfANoteCanBeChangedUnnoticed() throws {
        let key = try SigningKey.generate()
        let note = Array(try key.note(for: head).utf8)
        for index in note.indices {
            for flip: UInt8 in [0x01, 0x20] {
                var forged = note
                forged[index] ^= flip
                let text = String(decoding: forged, as: UTF8.self)
                #expect(key.checkpoint(verifiedFrom: text) == nil, "byte \(index)")
            }
        }
    }

    @Test func aNoteIsSplitAtItsLastEmptyLineAndUnknownSignersArePassedOver() throws {
        let key = try SigningKey.generate()
        let text = head.text
        let mine = try #require(SignedNote(try key.note(for: head)))
        let stranger = SignedNote.Signature(name: "someone", keyID: [1, 2, 3, 4], bytes: [9])
        let both = SignedNote(text: text, signatures: [stranger] + mine.signatures)
        #expect(SignedNote(both.note) == both)
        #expect(key.checkpoint(verifiedFrom: both.note) == head)
        #expect(SignedNote("a\n\nb\n\n\u{2014} n AAAAAAA=\n")?.text == "a\n\nb\n")
        #expect(SignedNote("a\n\n- n AAAAAAA=\n") == nil)
        #expect(SignedNote("a\u{7}\n\n\u{2014} n AAAAAAA=\n") == nil)
        #expect(SignedNote("") == nil)
        #expect(SignedNote("\n\n") == nil)
    }

    @Test func opensslVerifiesTheSignatureOverTheText() throws {
        let scratch = try Scratch()
        let key = try SigningKey.generate()
        let note = try #require(SignedNote(try key.note(for: head)))
        let directory = DataDirectory(scratch.path)
        let pem = Array((key.verifierKey(name: head.origin) + "\n").utf8) + (try key.publicPEM())
        try directory.replace(directory.publicKey, with: pem)
        try directory.replace(scratch.path + "/text", with: Array(note.text.utf8))
        try directory.replace(scratch.path + "/signature", with: note.signatures[0].bytes)
        let verdict = Scratch.run(
            "/usr/bin/openssl",
            [
                "dgst", "-sha256", "-verify", directory.publicKey, "-signature", scratch.path + "/signature",
                scratch.path + "/text",
            ])
        #expect(verdict.text.contains("Verified OK"))
        // The key id is the beginning of the hash of what openssl gives as the key's DER form.
        let der = scratch.path + "/der"
        Scratch.run(
            "/usr/bin/openssl",
            ["pkey", "-pubin", "-in", directory.publicKey, "-outform", "DER", "-out", der])
        let hash = Scratch.run("/usr/bin/sha256sum", [der]).text
        #expect(hash.hasPrefix(Hex.text(note.signatures[0].keyID)))
        #expect(key.verifierKey(name: "n").hasPrefix("n+\(hash.prefix(8))+"))
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "\u{0}\u{1}"])
    func whatIsNoKeyIsRefused(pem: String) {
        #expect(throws: LedgerError.self) { try SigningKey(pem: Array(pem.utf8)) }
        #expect(throws: LedgerError.self) { try SigningKey(publicPEM: Array(pem.utf8)) }
    }

    @Test func aKeyOfAnotherKindIsRefused() throws {
        let scratch = try Scratch()
        let file = scratch.path + "/rsa.pem"
        Scratch.run("/usr/bin/openssl", ["genpkey", "-algorithm", "RSA", "-out", file])
        let pem = try #require(try DataDirectory.read(file))
        let error = #expect(throws: LedgerError.self) { try SigningKey(pem: pem) }
        #expect(error?.what == "this is no ECDSA P-256 key")
    }
}
