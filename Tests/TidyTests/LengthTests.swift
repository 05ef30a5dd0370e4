import Testing

/// Nothing grows beyond what a reader can hold.
struct LengthTests {
    static let mostLinesOfFile = 400
    static let mostLinesOfFunction = 70
    static let wantedLinesOfFunction = 40
    static let mostColumns = 110

    /// Functions longer than wanted, with the length each must not exceed. The list only ever shrinks.
    static let allowed: [String: Int] = [:]

    @Test func filesAreShort() {
        for file in SourceTree.shared.swift where file.lines.count > Self.mostLinesOfFile {
            Issue.record("\(file.path): \(file.lines.count) lines: split it at a type of its own")
        }
    }

    @Test func linesAreShort() {
        for file in SourceTree.shared.swift {
            for (index, line) in file.lines.enumerated()
            where line.utf8.count > Self.mostColumns && line.count > Self.mostColumns {
                Issue.record("\(file.path):\(index + 1): \(line.count) columns")
            }
        }
    }

    @Test func functionsAreShort() {
        var stale = Set(Self.allowed.keys)
        for file in SourceTree.shared.swift {
            for body in FunctionBody.all(in: file.tokens)
            where body.lines > Self.wantedLinesOfFunction {
                let key = "\(file.path) \(body.name)"
                stale.remove(key)
                let limit = min(Self.allowed[key] ?? Self.wantedLinesOfFunction, Self.mostLinesOfFunction)
                if body.lines > limit {
                    Issue.record(
                        "\(file.path):\(body.line): \(body.name) has \(body.lines) lines, not \(limit)")
                }
            }
        }
        #expect(stale.isEmpty, "these are short now: take them off the list")
    }
}
