internal import CCrypto
internal import Codecs

/// SHA-256 (FIPS 180-4), computed by libcrypto.
package enum SHA256Digest {
    /// Length of a hash in bytes.
    package static let count = 32

    /// The 32 bytes of the hash.
    package static func bytes(of message: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        var length: UInt32 = 0
        let status = EVP_Digest(message, message.count, &out, &length, EVP_sha256(), nil)
        precondition(status == 1 && length == count, "libcrypto has no provider for SHA-256")
        return out
    }

    /// The hash as 64 lower-case hexadecimal digits.
    package static func hex(of message: [UInt8]) -> String { Hex.text(bytes(of: message)) }
}
