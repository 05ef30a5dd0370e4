internal import CCrypto

/// SHA-256 over bytes where they are, many times with one context of libcrypto; used by one thread at a time.
final class SHA256Context {
    private let context = EVP_MD_CTX_new()
    private var hash = [UInt8](repeating: 0, count: SHA256Digest.count)

    deinit { EVP_MD_CTX_free(context) }

    /// The 32 bytes of the hash over `prefix` and `bytes`.
    func hash(_ prefix: UInt8?, _ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        compute(prefix, bytes)
        return hash
    }

    /// The hash of a node of a tree (`MerkleTree.nodeHash`).
    func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                compute(0x01, left, right)
                return hash
            }
        }
    }

    /// Whether the hash over `bytes` is written as `text`.
    func isHex(_ text: UnsafeBufferPointer<UInt8>, of bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 2 * SHA256Digest.count else { return false }
        compute(nil, bytes)
        for (index, byte) in hash.enumerated() {
            guard Self.digit(byte >> 4) == text[2 * index], Self.digit(byte & 0x0F) == text[2 * index + 1]
            else { return false }
        }
        return true
    }

    private func compute(
        _ prefix: UInt8?, _ bytes: UnsafeBufferPointer<UInt8>, _ rest: UnsafeBufferPointer<UInt8>? = nil
    ) {
        var isDone = EVP_DigestInit_ex(context, SHA256Digest.algorithm, nil) == 1
        if var prefix { isDone = isDone && EVP_DigestUpdate(context, &prefix, 1) == 1 }
        isDone = isDone && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
        if let rest { isDone = isDone && EVP_DigestUpdate(context, rest.baseAddress, rest.count) == 1 }
        isDone = isDone && EVP_DigestFinal_ex(context, &hash, nil) == 1
        precondition(isDone, "libcrypto has no provider for SHA-256")
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
