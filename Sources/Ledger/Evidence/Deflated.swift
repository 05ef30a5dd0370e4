internal import CZlib

/// Raw bytes as a zlib stream (RFC 1950), as evidence is stored.
enum Deflated {
    /// Largest piece of evidence in bytes; one curve of a bench is far below.
    static let largest = 16 << 20

    /// The stream of `bytes`; nil where zlib has no memory.
    static func bytes(_ bytes: [UInt8]) -> [UInt8]? {
        var length = compressBound(uLong(bytes.count))
        var out = [UInt8](repeating: 0, count: Int(length))
        guard compress2(&out, &length, bytes, uLong(bytes.count), Z_BEST_SPEED) == Z_OK else { return nil }
        return Array(out.prefix(Int(length)))
    }

    /// The `size` bytes in `stream`; nil where it holds anything else, or more than `largest`.
    static func inflated(_ stream: [UInt8], size: Int64) -> [UInt8]? {
        guard (0...Int64(largest)).contains(size) else { return nil }
        var out = [UInt8](repeating: 0, count: max(1, Int(size)))
        var length = uLong(out.count)
        guard uncompress(&out, &length, stream, uLong(stream.count)) == Z_OK, length == size else {
            return nil
        }
        return Array(out.prefix(Int(size)))
    }
}
