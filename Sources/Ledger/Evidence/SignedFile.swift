/// A file's signature beside it: a C2SP signed note whose text names the file and its SHA-256.
///
/// ```
/// plumbline-signed-file/v1
/// codes.yaml
/// 3q2+7w…=
///
/// — plumbline/signed-tables Az3e…
/// ```
/// The name is signed too, so that one signed table cannot stand in for another.
package enum SignedFile {
    /// The first line, which says what the signature is about: it is no checkpoint of a ledger.
    private static let header = "plumbline-signed-file/v1"
    /// Under which name keys of tables sign.
    package static let signer = "plumbline/signed-tables"

    /// The text that is signed for a file with this name and content.
    static func text(name: String, bytes: [UInt8]) -> String {
        "\(header)\n\(name)\n\(Base64.text(SHA256Digest.bytes(of: bytes)))\n"
    }

    /// The note by which `key` signs a file; `name` is the file's, without its folder.
    package static func note(name: String, bytes: [UInt8], by key: SigningKey) throws(LedgerError) -> String {
        let text = text(name: name, bytes: bytes)
        let signature = try key.signature(over: Array(text.utf8))
        return SignedNote(
            text: text, signatures: [.init(name: signer, keyID: key.keyID, bytes: signature)]
        ).note
    }

    /// The public key's file: the C2SP verifier key on its first line, the same key in PEM after it.
    package static func publicKeyFile(of key: SigningKey) throws(LedgerError) -> [UInt8] {
        try key.publicKeyFile(name: signer)
    }

    /// Whether two files of public keys hold the same key; false where either holds none.
    package static func isSameKey(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        // Why one cannot be read adds nothing: then they are not the same.
        guard let first = try? SigningKey(publicPEM: first), let second = try? SigningKey(publicPEM: second)
        else { return false }
        return first.publicKey == second.publicKey
    }

    /// Why `note` is no signature of this file by the key that `publicKey` holds; nil where it is one.
    package static func objection(
        name: String, bytes: [UInt8], note: [UInt8], publicKey: [UInt8]
    ) -> String? {
        // Why the PEM cannot be read adds nothing: the answer is the sentence below.
        guard let key = try? SigningKey(publicPEM: publicKey) else {
            return "the key's file holds no ECDSA P-256 public key"
        }
        guard note.count <= 65_536, let text = String(validating: note, as: UTF8.self),
            let note = SignedNote(text)
        else { return "the signature's file is no signed note" }
        guard let signature = note.signatures.first(where: { $0.name == signer && $0.keyID == key.keyID })
        else { return "it is signed with another key" }
        guard note.text == self.text(name: name, bytes: bytes) else {
            return "the signature is not that of this file: \(name) was changed or renamed"
        }
        guard key.verifies(signature.bytes, over: Array(note.text.utf8)) else {
            return "the signature is not genuine"
        }
        return nil
    }
}
