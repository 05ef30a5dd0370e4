internal import CCrypto

/// Standard base64 with padding (RFC 4648 section 4), as signed notes and PEM use it.
package enum Base64 {
    /// `bytes` in base64.
    package static func text(_ bytes: [UInt8]) -> String {
        var out = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&out, bytes, Int32(bytes.count))
        return String(decoding: out.prefix(Int(length)), as: UTF8.self)
    }

    /// The bytes that `text` spells; nil unless it is the one way of spelling them.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard !characters.isEmpty else { return [] }
        guard characters.count % 4 == 0, characters.count <= Int(Int32.max) else { return nil }
        var out = [UInt8](repeating: 0, count: characters.count / 4 * 3)
        guard EVP_DecodeBlock(&out, characters, Int32(characters.count)) >= 0 else { return nil }
        out.removeLast(characters.suffix(2).count { $0 == UInt8(ascii: "=") })
        return self.text(out) == String(text) ? out : nil
    }
}
