internal import CCrypto
internal import Codecs

/// SHA-256 (FIPS 180-4), computed by libcrypto.
package enum SHA256Digest {
    /// Length of a hash in bytes.
    package static let count = 32

    /// The 32 bytes of the hash.
    package static func bytes(of message: [UInt8]) -> [UInt8] { bytes(of: nil, message) }

    /// The 32 bytes of the hash over `prefix`, where there is one, `message` and `rest`, which are not put
    /// together first.
    static func bytes(of prefix: UInt8?, _ message: [UInt8], _ rest: [UInt8] = []) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        return [UInt8](unsafeUninitializedCapacity: count) { out, length in
            var isDone = EVP_DigestInit_ex(context, algorithm, nil) == 1
            if var prefix { isDone = isDone && EVP_DigestUpdate(context, &prefix, 1) == 1 }
            isDone = isDone && EVP_DigestUpdate(context, message, message.count) == 1
            isDone = isDone && EVP_DigestUpdate(context, rest, rest.count) == 1
            isDone = isDone && EVP_DigestFinal_ex(context, out.baseAddress, nil) == 1
            precondition(isDone, "libcrypto has no provider for SHA-256")
            length = count
        }
    }

    // Safety: set once, before its first use, and never freed; libcrypto only reads it.
    nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    /// The hash as 64 lower-case hexadecimal digits.
    package static func hex(of message: [UInt8]) -> String { Hex.text(bytes(of: message)) }
}
