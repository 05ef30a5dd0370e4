/// One value of a TOML document, with the line that it began on.
struct TOMLNode: Sendable, Equatable {
    indirect enum Content: Sendable, Equatable {
        /// A string, as it is meant.
        case text(String)
        /// A number, boolean or date, as it is written.
        case plain(String)
        case array([TOMLNode])
        case table([String: TOMLNode])
    }

    let line: Int
    var content: Content

    subscript(key: String) -> TOMLNode? {
        guard case .table(let members) = content else { return nil }
        return members[key]
    }

    /// A string's or plain value's text.
    var text: String? {
        switch content {
        case .text(let text), .plain(let text): text
        case .array, .table: nil
        }
    }

    /// A whole number.
    var integer: Int? {
        guard case .plain(let text) = content else { return nil }
        let digits = text.replacing("_", with: "")
        return digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
    }

    /// The elements of an array, or the one table that stands where an array may.
    var elements: [TOMLNode] {
        switch content {
        case .array(let elements): elements
        case .table: [self]
        case .text, .plain: []
        }
    }
}

/// Reads the part of TOML that Telegraf's configurations use: tables, arrays of tables, strings on one line,
/// numbers, booleans, arrays and inline tables over any number of lines.
///
/// Every fault has its line and column. A document has at most `YAMLReader.mostBytes` bytes, arrays and
/// inline tables at most `deepest` levels.
struct TOMLReader {
    static let deepest = 16

    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private var line = 1
    private var lineStart = 0

    /// The document in `bytes`; throws the first `Fault`.
    static func read(_ bytes: [UInt8], file: String) throws(Fault) -> TOMLNode {
        guard bytes.count <= YAMLReader.mostBytes else {
            throw Fault(SourcePlace(file: file), "the file has \(bytes.count) bytes", "split or shorten it")
        }
        var reader = TOMLReader(bytes: bytes, file: file)
        return try reader.document()
    }

    private init(bytes: [UInt8], file: String) { (self.bytes, self.file) = (bytes, file) }

    private mutating func document() throws(Fault) -> TOMLNode {
        var root = TOMLNode(line: 1, content: .table([:]))
        var path: [String] = []
        while true {
            skipBlank(overLines: true)
            guard let byte = peek else { return root }
            if byte == UInt8(ascii: "[") {
                path = try header(&root)
            } else {
                let line = line
                let key = try keys()
                try expect("=")
                let value = try value(depth: 0)
                guard root.insert(value, at: path + key, line: line, appends: false) else {
                    throw fault("\(key.joined(separator: ".")) is there already", "keep one of them")
                }
            }
            try endOfLine()
        }
    }

    /// `[a.b]` or `[[a.b]]`: where the keys that follow belong.
    private mutating func header(_ root: inout TOMLNode) throws(Fault) -> [String] {
        let line = line
        position += 1
        let isArray = peek == UInt8(ascii: "[")
        if isArray { position += 1 }
        let path = try keys()
        try expect("]")
        if isArray { try expect("]") }
        let table = TOMLNode(line: line, content: .table([:]))
        guard isArray ? root.insert(table, at: path, line: line, appends: true) : root.reaches(path) else {
            throw fault("\(path.joined(separator: ".")) is no table", "give the table another name")
        }
        return path
    }

    private mutating func keys() throws(Fault) -> [String] {
        var keys: [String] = []
        repeat {
            if !keys.isEmpty { position += 1 }
            skipBlank(overLines: false)
            if let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                keys.append(try string(quote))
            } else {
                let name = take { Self.isPlain($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "+") }
                guard !name.isEmpty else { throw fault("a name is missing", "write name = value") }
                keys.append(name)
            }
            skipBlank(overLines: false)
        } while peek == UInt8(ascii: ".") && keys.count < Self.deepest
        return keys
    }

    private mutating func value(depth: Int) throws(Fault) -> TOMLNode {
        guard depth < Self.deepest else { throw fault("values are nested too deep", "at most 16 levels") }
        skipBlank(overLines: depth > 0)
        let line = line
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return TOMLNode(line: line, content: .text(try string(bytes[position])))
        case UInt8(ascii: "["): return TOMLNode(line: line, content: .array(try array(depth)))
        case UInt8(ascii: "{"): return TOMLNode(line: line, content: .table(try inlineTable(depth)))
        default:
            let text = take(Self.isPlain)
            guard !text.isEmpty else {
                throw fault("a value is missing", "write a number, a \"text\", [a list] or {a table}")
            }
            return TOMLNode(line: line, content: .plain(text))
        }
    }

    private mutating func array(_ depth: Int) throws(Fault) -> [TOMLNode] {
        var elements: [TOMLNode] = []
        position += 1
        while true {
            skipBlank(overLines: true)
            if peek == UInt8(ascii: "]") { break }
            elements.append(try value(depth: depth + 1))
            skipBlank(overLines: true)
            guard peek == UInt8(ascii: ",") else { break }
            position += 1
        }
        try expect("]")
        return elements
    }

    private mutating func inlineTable(_ depth: Int) throws(Fault) -> [String: TOMLNode] {
        var table = TOMLNode(line: line, content: .table([:]))
        position += 1
        while true {
            skipBlank(overLines: true)
            if peek == UInt8(ascii: "}") { break }
            let line = line
            let key = try keys()
            try expect("=")
            let value = try value(depth: depth + 1)
            guard table.insert(value, at: key, line: line, appends: false) else {
                throw fault("\(key.joined(separator: ".")) is there already", "keep one of them")
            }
            skipBlank(overLines: true)
            guard peek == UInt8(ascii: ",") else { break }
            position += 1
        }
        try expect("}")
        guard case .table(let members) = table.content else { return [:] }
        return members
    }
}

// MARK: - Characters

extension TOMLReader {
    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func fault(_ what: String, _ remedy: String) -> Fault {
        Fault(SourcePlace(file: file, line: line, column: position - lineStart + 1), what, remedy)
    }

    /// Bare keys, numbers, booleans and dates.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: "_-+.:".utf8.contains(byte)
        }
    }

    private mutating func take(_ belongs: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek, belongs(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Passes blanks and comments, and line ends where they mean nothing.
    private mutating func skipBlank(overLines: Bool) {
        while let byte = peek {
            if byte == UInt8(ascii: "#") {
                while let byte = peek, byte != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: "\n"), overLines {
                position += 1
                (line, lineStart) = (line + 1, position)
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Fault) {
        skipBlank(overLines: character != "=")
        guard let byte = peek, byte == UInt8(ascii: character) else {
            throw fault("\(character) is missing here", "write it, or correct what stands before")
        }
        position += 1
    }

    private mutating func endOfLine() throws(Fault) {
        skipBlank(overLines: false)
        guard peek == nil || peek == UInt8(ascii: "\n") else {
            throw fault("something stands behind the value", "begin a new line")
        }
    }

    /// A string on one line, `position` being at its quote.
    private mutating func string(_ quote: UInt8) throws(Fault) -> String {
        position += 1
        if position + 1 < bytes.count, bytes[position] == quote, bytes[position + 1] == quote {
            throw fault("texts over several lines are not read", "write it on one line")
        }
        var out: [UInt8] = []
        while let byte = peek, byte != quote {
            guard byte != UInt8(ascii: "\n") else { break }
            position += 1
            guard byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") else {
                out.append(byte)
                continue
            }
            let escapes: [UInt8: UInt8] = [
                UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13,
                UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            ]
            guard let escaped = peek, let meant = escapes[escaped] else {
                throw fault("this escape is not read", #"write \n, \t, \r, \" or \\"#)
            }
            out.append(meant)
            position += 1
        }
        guard peek == quote else { throw fault("the text does not end on its line", "close its quotes") }
        position += 1
        return String(decoding: out, as: UTF8.self)
    }
}

extension TOMLNode {
    /// Puts `value` at `path`, into the last table of an array of tables; false where something is there.
    fileprivate mutating func insert(
        _ value: TOMLNode, at path: [String], line: Int, appends: Bool
    ) -> Bool {
        guard let key = path.first else { return false }
        if case .array(var elements) = content, let last = elements.indices.last {
            let isDone = elements[last].insert(value, at: path, line: line, appends: appends)
            content = .array(elements)
            return isDone
        }
        guard case .table(var members) = content else { return false }
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            switch (members[key], appends) {
            case (nil, false): members[key] = value
            case (nil, true): members[key] = TOMLNode(line: line, content: .array([value]))
            case (.some(let there), true):
                guard case .array(let elements) = there.content else { return false }
                members[key]?.content = .array(elements + [value])
            case (.some, false): return false
            }
        } else {
            var inner = members[key] ?? TOMLNode(line: line, content: .table([:]))
            guard inner.insert(value, at: rest, line: line, appends: appends) else { return false }
            members[key] = inner
        }
        content = .table(members)
        return true
    }

    /// Whether a table may stand at `path`.
    fileprivate func reaches(_ path: [String]) -> Bool {
        guard let key = path.first else { return true }
        switch content {
        case .array(let elements): return elements.last?.reaches(path) ?? false
        case .table(let members): return members[key]?.reaches(Array(path.dropFirst())) ?? true
        case .text, .plain: return false
        }
    }
}
