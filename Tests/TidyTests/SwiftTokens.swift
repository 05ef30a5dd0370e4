/// A word or a mark of Swift code, outside comments and texts.
struct Token: Equatable, Sendable {
    let text: String
    /// Counted from 1.
    let line: Int
    /// Whether it stands against the token before it, without a blank between.
    let touches: Bool
}

/// Splits Swift source into tokens, well enough to find declarations and braces.
///
/// Comments (nested too) and the insides of texts yield nothing, but code interpolated in a text does.
/// Regular expressions between slashes are not known to it: do not put quotes or braces into one.
struct SwiftTokens {
    private enum Context {
        /// Code; within an interpolation, `parentheses` says how many are open.
        case code(parentheses: Int)
        case text(hashes: Int, quotes: Int)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var touches = false
    private var contexts: [Context] = [.code(parentheses: 0)]
    private var tokens: [Token] = []

    private init(_ source: String) { bytes = Array(source.utf8) }

    static func of(_ source: String) -> [Token] {
        var splitter = SwiftTokens(source)
        while splitter.position < splitter.bytes.count { splitter.step() }
        return splitter.tokens
    }

    private mutating func step() {
        switch contexts.last {
        case .text(let hashes, let quotes): stepText(hashes: hashes, quotes: quotes)
        case .code(let parentheses): stepCode(parentheses: parentheses)
        case nil: position = bytes.count
        }
    }

    private func sees(_ text: String, at offset: Int = 0) -> Bool {
        position + offset <= bytes.count && bytes[(position + offset)...].starts(with: text.utf8)
    }

    private mutating func skip(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
        touches = false
    }

    private mutating func stepCode(parentheses: Int) {
        if sees("//") { return skipLine() }
        if sees("/*") { return skipComment() }
        if openText() { return }
        let byte = bytes[position]
        if contexts.count > 1, byte == UInt8(ascii: "(") {
            contexts[contexts.count - 1] = .code(parentheses: parentheses + 1)
        } else if contexts.count > 1, byte == UInt8(ascii: ")") {
            guard parentheses > 0 else {
                contexts.removeLast()
                return skip()
            }
            contexts[contexts.count - 1] = .code(parentheses: parentheses - 1)
        }
        Self.isBlank(byte) ? skip() : takeToken()
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { skip() }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if sees("/*") { depth += 1 } else if sees("*/") { depth -= 1 }
            skip(sees("/*") || sees("*/") ? 2 : 1)
        } while depth > 0 && position < bytes.count
    }

    private mutating func openText() -> Bool {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        guard sees("\"", at: hashes) else { return false }
        let quotes = sees("\"\"\"", at: hashes) ? 3 : 1
        skip(hashes + quotes)
        contexts.append(.text(hashes: hashes, quotes: quotes))
        return true
    }

    private mutating func stepText(hashes: Int, quotes: Int) {
        let fence = String(repeating: "#", count: hashes)
        if sees(String(repeating: "\"", count: quotes) + fence) {
            contexts.removeLast()
            skip(quotes + hashes)
        } else if sees("\\" + fence + "(") {
            contexts.append(.code(parentheses: 0))
            skip(hashes + 2)
        } else if sees("\\" + fence) {
            skip(hashes + 2)
        } else {
            if quotes == 1, bytes[position] == UInt8(ascii: "\n") { contexts.removeLast() }
            skip()
        }
    }

    private mutating func takeToken() {
        let start = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        if position == start { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        tokens.append(Token(text: text, line: line, touches: touches))
        touches = true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
