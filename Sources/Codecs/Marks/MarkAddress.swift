/// A web address that a mark holds, cut into what may name a part. It is never opened.
struct MarkAddress {
    /// Path segments, without the slashes between them, as ranges of the mark's bytes.
    let path: [Range<Int>]
    /// `name=value` pairs of the query as ranges of the mark's bytes; value is nil where there is no `=`.
    let query: [(name: Range<Int>, value: Range<Int>?)]

    /// Whether `text` holds the `://` of a web address; no serial number does.
    static func isAddress(_ text: [UInt8]) -> Bool { schemeLength(text) != nil }

    /// Bytes before the host: those of `https://`.
    private static func schemeLength(_ text: [UInt8]) -> Int? {
        let slash = UInt8(ascii: "/")
        for index in text.indices.dropLast(2) where text[index] == UInt8(ascii: ":") {
            if text[index + 1] == slash, text[index + 2] == slash { return index + 3 }
        }
        return nil
    }

    /// Throws `MarkError` at the first byte that no address of a label has.
    init(_ text: [UInt8]) throws(MarkError) {
        if let bad = text.firstIndex(where: { !(0x21...0x7E).contains($0) }) {
            throw MarkError("byte \(Hex.text([text[bad]])) in a web address", at: bad)
        }
        let host = Self.schemeLength(text) ?? 0
        // QR codes like capitals, and a scheme may have them.
        let scheme = text[..<host].map { $0.isASCIICapital ? $0 | 0x20 : $0 }
        guard scheme.elementsEqual("https://".utf8) || scheme.elementsEqual("http://".utf8) else {
            throw MarkError("a web address of another scheme than https and http", at: 0)
        }
        let pathStart = text[host...].firstIndex(of: UInt8(ascii: "/")) ?? text.endIndex
        let isHost = text[host..<pathStart].allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ":")
        }
        guard isHost, host < pathStart else { throw MarkError("a web address without a host", at: host) }
        let end = text[pathStart...].firstIndex(of: UInt8(ascii: "#")) ?? text.endIndex
        let pathEnd = text[pathStart..<end].firstIndex(of: UInt8(ascii: "?")) ?? end
        path = try Self.cut(text, min(pathStart + 1, pathEnd)..<pathEnd, at: UInt8(ascii: "/"))
        query = try Self.cut(text, min(pathEnd + 1, end)..<end, at: UInt8(ascii: "&")).map { pair in
            guard let equals = text[pair].firstIndex(of: UInt8(ascii: "=")) else { return (pair, nil) }
            return (pair.lowerBound..<equals, (equals + 1)..<pair.upperBound)
        }
    }

    private static func cut(
        _ text: [UInt8], _ range: Range<Int>, at separator: UInt8
    ) throws(MarkError) -> [Range<Int>] {
        guard !range.isEmpty else { return [] }
        var pieces: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where text[index] == separator {
            guard pieces.count < 2 * PartMark.mostElements else {
                throw MarkError("a web address of more than \(2 * PartMark.mostElements) parts", at: index)
            }
            pieces.append(start..<index)
            start = index + 1
        }
        pieces.append(start..<range.upperBound)
        return pieces
    }
}
