internal import Codecs

/// A bundle as it is written: its content, the public key, and the ledger's signature over the content.
///
/// ```
/// {"content":{…},"key":"…","schema":"plumbline.bundle/1","signature":"…"}
/// ```
/// The content is found, and its signature checked, before a byte of it is read as JSON. The signature is a
/// C2SP signed note whose text names the ledger and the SHA-256 of the content's bytes.
package struct BundleFile: Sendable, Equatable {
    /// Canonical JSON.
    package let content: [UInt8]
    /// The C2SP verifier key on the first line, the same key in PEM after it, as in `ledger.pub`.
    package let key: [UInt8]
    /// A signed note.
    package let signature: String

    /// Largest file in bytes that is written and read: what reading it costs in memory is bounded by it.
    package static let largest = 64 << 20

    /// The signed text's first line, which no checkpoint has: a ledger's name has two slashes.
    private static let header = "plumbline-bundle/v1"
    private static let head = Array(#"{"content":"#.utf8)
    private static let middle = Array(#","key":""#.utf8)

    /// `bundle` with its story, signed by `key`, which is that of the ledger that its checkpoint is of.
    ///
    /// Throws `.key` where it is another, or cannot sign, and `.invalid` where the file would be larger than
    /// `largest`.
    package init(_ bundle: EvidenceBundle, signedBy key: SigningKey) throws(LedgerError) {
        guard let head = key.checkpoint(verifiedFrom: bundle.checkpoint) else {
            throw LedgerError(
                .key, what: "it is not the key that signed the newest checkpoint", place: "the ledger's key",
                remedy: "restore the key from the backup, or find out who replaced it")
        }
        content = CanonicalJSON.bytes(bundle.content(story: bundle.story(under: head, key)))
        self.key = try key.publicKeyFile(name: head.origin)
        let text = Self.text(origin: head.origin, content: content)
        signature =
            SignedNote(
                text: text,
                signatures: [
                    .init(
                        name: head.origin, keyID: key.keyID, bytes: try key.signature(over: Array(text.utf8)))
                ]
            ).note
        guard bytes.count <= Self.largest else {
            throw LedgerError(
                .invalid, what: "its bundle would have \(bytes.count) bytes, more than \(Self.largest)",
                place: "part \(bundle.serial)", remedy: "hand over the ledger itself")
        }
    }

    /// The file.
    package var bytes: [UInt8] { Self.head + content + Self.tail(key: key, signature: signature) }

    /// The parts of the file `bytes`; nil unless it is written exactly as `bytes` writes it, but for the
    /// content, which is not looked at.
    package init?(_ bytes: [UInt8]) {
        // The key and the signature hold no quotes: the last such name is the one that ends the content.
        guard bytes.count <= Self.largest, bytes.starts(with: Self.head),
            let end = Self.last(Self.middle, in: bytes), end >= Self.head.count,
            // What is wrong with it adds nothing: whoever asks is told that this is no bundle.
            let rest = try? JSONParser.parse([UInt8(ascii: "{")] + bytes[(end + 1)...]),
            let key = rest["key"]?.text, let signature = rest["signature"]?.text,
            bytes[end...].elementsEqual(Self.tail(key: Array(key.utf8), signature: signature))
        else { return nil }
        (content, self.key, self.signature) = (
            Array(bytes[Self.head.count..<end]), Array(key.utf8), signature
        )
    }

    private static func tail(key: [UInt8], signature: String) -> [UInt8] {
        let members: JSONValue = [
            "key": .string(String(decoding: key, as: UTF8.self)), "schema": .string(EvidenceBundle.schema),
            "signature": .string(signature),
        ]
        return [UInt8(ascii: ",")] + CanonicalJSON.bytes(members).dropFirst()
    }

    /// Where `pattern` stands last; nil where it does not.
    private static func last(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        return stride(from: bytes.count - pattern.count, through: 0, by: -1).first {
            bytes[$0] == pattern[0] && bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
        }
    }

    /// Why this is not what `key` signed, in words; nil where it is. `key` is the one that the file carries,
    /// and `name` what it stands under there.
    func objection(_ key: SigningKey, name: String) -> String? {
        guard let note = SignedNote(signature), note.signatures.count == 1 else {
            return "the signature is no signed note"
        }
        let signer = note.signatures[0]
        guard signer.name.utf8.elementsEqual(name.utf8) else {
            return "the public key is not written as the signature names it"
        }
        guard signer.keyID == key.keyID, key.verifies(signer.bytes, over: Array(note.text.utf8)) else {
            return "the signature is not genuine"
        }
        let text = Self.text(origin: signer.name, content: content)
        guard note.text.utf8.elementsEqual(text.utf8) else {
            return "the content is not what was signed: it was changed afterwards"
        }
        guard note.note.utf8.elementsEqual(signature.utf8) else {
            return "the signature is not written as signed notes are"
        }
        return nil
    }

    private static func text(origin: String, content: [UInt8]) -> String {
        "\(header)\n\(origin)\n\(Base64.text(SHA256Digest.bytes(of: content)))\n"
    }
}
