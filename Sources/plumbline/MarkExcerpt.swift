import Codecs

/// The part of a mark where it was refused, with a caret under the byte.
enum MarkExcerpt {
    /// Bytes shown before and after the offending one.
    private static let around = 24

    /// Two lines: the bytes as `plumbline scan` takes them, and a caret; none for an empty mark.
    static func lines(_ bytes: [UInt8], at offset: Int) -> [String] {
        guard !bytes.isEmpty else { return [] }
        let place = min(max(0, offset), bytes.count)
        let first = max(0, place - around)
        let last = min(bytes.count, place + around + 1)
        let before = (first > 0 ? "… " : "") + PartMark.escape(bytes[first..<place])
        let after = PartMark.escape(bytes[place..<last]) + (last < bytes.count ? " …" : "")
        return ["  " + before + after, "  " + String(repeating: " ", count: before.count) + "^"]
    }
}
