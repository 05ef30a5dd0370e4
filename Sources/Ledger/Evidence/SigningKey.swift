internal import CCrypto
internal import Codecs

/// The ledger's ECDSA P-256 key pair, held by libcrypto.
package final class SigningKey: Sendable {
    // Safety: set once in `init` and only read; libcrypto allows several threads to use one key for signing
    // and verifying (OpenSSL manual, openssl-threads(7)).
    nonisolated(unsafe) private let key: OpaquePointer
    /// The public key as DER SubjectPublicKeyInfo.
    package let publicKey: [UInt8]

    private init(owning key: OpaquePointer) throws(LedgerError) {
        self.key = key
        publicKey = Self.spki(of: key)
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_EC, EVP_PKEY_get_bits(key) == 256, !publicKey.isEmpty
        else {
            throw Self.error("this is no ECDSA P-256 key")
        }
    }

    deinit { EVP_PKEY_free(key) }

    /// A new key pair.
    package static func generate() throws(LedgerError) -> SigningKey {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &key) == 1, let key
        else { throw error("libcrypto could not make a P-256 key") }
        return try SigningKey(owning: key)
    }

    /// The key pair in a PEM file's text.
    package convenience init(pem: [UInt8]) throws(LedgerError) {
        let key = Self.reading(pem) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
        guard let key else { throw Self.error("the PEM text holds no unencrypted private key") }
        try self.init(owning: key)
    }

    /// The public key in a PEM file's text; text before it is passed over. It verifies and cannot sign.
    package convenience init(publicPEM pem: [UInt8]) throws(LedgerError) {
        let key = Self.reading(pem) { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) }
        guard let key else { throw Self.error("the PEM text holds no public key") }
        try self.init(owning: key)
    }

    /// PKCS #8 in PEM.
    package func pem() throws(LedgerError) -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) == 1 else {
            throw Self.error("the private key could not be written")
        }
        return Self.contents(of: bio)
    }

    /// The public key in PEM.
    package func publicPEM() throws(LedgerError) -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard PEM_write_bio_PUBKEY(bio, key) == 1 else {
            throw Self.error("the public key could not be written")
        }
        return Self.contents(of: bio)
    }

    /// First four bytes of SHA-256 of the DER public key (C2SP signed-note, ECDSA, type 0x02).
    package var keyID: [UInt8] { Array(SHA256Digest.bytes(of: publicKey).prefix(4)) }

    /// The verifier key under `name` as the C2SP tools read it: `name+hash+base64(0x02 ‖ DER)`.
    package func verifierKey(name: String) -> String {
        "\(name)+\(Hex.text(keyID))+\(Base64.text([0x02] + publicKey))"
    }

    /// The public key's file: the verifier key under `name` on its first line, the same key in PEM after it.
    package func publicKeyFile(name: String) throws(LedgerError) -> [UInt8] {
        Array((verifierKey(name: name) + "\n").utf8) + (try publicPEM())
    }

    /// The key in a public key's file, and the name that it stands under there.
    ///
    /// Throws `.key` unless the file is written as `publicKeyFile(name:)` writes it: people compare the first
    /// line, and signatures are checked with what follows it.
    package static func published(_ file: [UInt8]) throws(LedgerError) -> (key: SigningKey, name: String) {
        let key = try SigningKey(publicPEM: file)
        let name = String(decoding: file.prefix { $0 != UInt8(ascii: "+") }, as: UTF8.self)
        guard try key.publicKeyFile(name: name) == file else {
            throw error("its first line names another key than the one below it")
        }
        return (key, name)
    }

    /// An ASN.1 ECDSA signature over SHA-256 of `message`.
    package func signature(over message: [UInt8]) throws(LedgerError) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        // DER of two 256-bit integers: at most 72 bytes.
        var out = [UInt8](repeating: 0, count: 80)
        var length = out.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &out, &length, message, message.count) == 1
        else { throw Self.error("libcrypto could not sign") }
        return Array(out.prefix(length))
    }

    /// Whether `signature` is one of this key over `message`.
    package func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// `checkpoint` signed under its origin's name.
    package func note(for checkpoint: Checkpoint) throws(LedgerError) -> String {
        let text = checkpoint.text
        let signature = SignedNote.Signature(
            name: checkpoint.origin, keyID: keyID, bytes: try signature(over: Array(text.utf8)))
        return SignedNote(text: text, signatures: [signature]).note
    }

    /// The checkpoint in `note`, if this key signed it under the checkpoint's origin; nil otherwise.
    package func checkpoint(verifiedFrom note: String) -> Checkpoint? {
        guard let note = SignedNote(note), let checkpoint = Checkpoint(text: note.text) else { return nil }
        let message = Array(note.text.utf8)
        let signed = note.signatures.contains {
            $0.name == checkpoint.origin && $0.keyID == keyID && verifies($0.bytes, over: message)
        }
        return signed ? checkpoint : nil
    }
}

extension SigningKey {
    private static func spki(of key: OpaquePointer) -> [UInt8] {
        let length = i2d_PUBKEY(key, nil)
        guard length > 0 else { return [] }
        var out = [UInt8](repeating: 0, count: Int(length))
        let written = out.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return i2d_PUBKEY(key, &start)
        }
        return written == length ? out : []
    }

    private static func reading(_ pem: [UInt8], _ read: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
        pem.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return nil
            }
            defer { BIO_free(bio) }
            return read(bio)
        }
    }

    private static func contents(of bio: OpaquePointer?) -> [UInt8] {
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1_024)
        while true {
            let count = BIO_read(bio, &chunk, Int32(chunk.count))
            guard count > 0 else { return out }
            out += chunk.prefix(Int(count))
        }
    }

    private static func error(_ what: String) -> LedgerError {
        LedgerError(
            .key, what: what, place: "signing key",
            remedy: "restore ledger.key from the backup, or check the OpenSSL configuration")
    }
}
