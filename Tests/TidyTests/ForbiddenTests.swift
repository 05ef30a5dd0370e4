import Testing

/// What no shipped code may hold.
struct ForbiddenTests {
    struct Finding: Equatable {
        let line: Int
        let what: String
    }

    @Test func nothingShippedCanTrapOnPurpose() {
        for file in SourceTree.shared.shipped {
            for finding in Self.traps(file.tokens) {
                Issue.record("\(file.path):\(finding.line): \(finding.what)")
            }
        }
    }

    @Test func nothingIsLeftForLater() {
        for file in SourceTree.shared.files where file.isUnder("Sources", "Simulators") {
            for (index, line) in file.lines.enumerated() where Self.leavesWork(line) {
                Issue.record("\(file.path):\(index + 1): unfinished work; an issue is the place for it")
            }
        }
    }

    @Test func whatTheCompilerCannotCheckSaysItsGuard() {
        for file in SourceTree.shared.swift where !file.isUnder("Tests") {
            for line in Self.unguarded(file) {
                Issue.record("\(file.path):\(line): needs a `// Safety:` comment that names its guard")
            }
        }
    }

    @Test func oneLockServesEverywhere() {
        let forbidden: Set<String> = ["Mutex", "DispatchSource", "DispatchSemaphore", "NSLock"]
        for file in SourceTree.shared.swift where !file.isUnder("Tests") {
            for token in file.tokens where forbidden.contains(token.text) {
                Issue.record("\(file.path):\(token.line): \(token.text); the Linux module has a Lock")
            }
        }
    }

    @Test func noPathOfADevelopersMachineIsWrittenDown() {
        // Put together here, so that this file does not name them itself.
        let paths = [["", "work", ""], ["", "root", ""], ["", "tmp", "wt-"], ["", "tmp", "build-"]]
            .map { $0.joined(separator: "/") }
        for file in SourceTree.shared.files where paths.contains(where: file.text.contains) {
            for (index, line) in file.lines.enumerated() where paths.contains(where: line.contains) {
                Issue.record("\(file.path):\(index + 1): a path of one machine")
            }
        }
    }

    // MARK: Finders

    /// `try!`, `as!`, a forced value, `fatalError`.
    static func traps(_ tokens: [Token]) -> [Finding] {
        tokens.indices.compactMap { index in
            let token = tokens[index]
            if token.text == "fatalError" { return Finding(line: token.line, what: "fatalError") }
            guard index > 0, token.text == "!", token.touches,
                let last = tokens[index - 1].text.unicodeScalars.last
            else { return nil }
            let isComparison =
                index + 1 < tokens.count && tokens[index + 1].text == "=" && tokens[index + 1].touches
            guard !isComparison,
                last.properties.isAlphabetic || "0123456789_)]}?>".unicodeScalars.contains(last)
            else { return nil }
            return Finding(line: token.line, what: "\(tokens[index - 1].text)!")
        }
    }

    static func leavesWork(_ line: Substring) -> Bool {
        line.split { !$0.isLetter }.contains { ["TODO", "FIXME", "XXX", "HACK"].contains($0) }
    }

    /// Lines with `@unchecked Sendable` or `nonisolated(unsafe)`, and no `// Safety:` on the two lines above
    /// or on the next.
    static func unguarded(_ file: SourceFile) -> [Int] {
        let tokens = file.tokens
        let lines = file.lines
        let places = tokens.indices.dropFirst(2).filter { index in
            let before = [tokens[index - 2].text, tokens[index - 1].text]
            return before == ["@", "unchecked"]
                || (tokens[index].text == "unsafe" && before == ["nonisolated", "("])
        }
        return places.map { tokens[$0].line }.filter { line in
            !lines[max(0, line - 3)..<min(lines.count, line + 1)].contains { $0.contains("// Safety:") }
        }
    }

    // MARK: The finders find

    @Test func trapsAreFound() {
        let source =
            "let a = try! f()\nlet b = c as! D\nlet e = g[0]!.h\nlet i = j != !k\nvar l: M!\nx = y! == z\n"
        #expect(Self.traps(SwiftTokens.of(source)).map(\.line) == [1, 2, 3, 5, 6])
        #expect(Self.traps(SwiftTokens.of("a != b, !c, (!d), \"e!\"")).isEmpty)
    }

    @Test func guardsMustBeNear() {
        func lines(_ text: String) -> [Int] { Self.unguarded(SourceFile(path: "a.swift", text: text)) }
        #expect(lines("// Safety: the lock\nfinal class A: @unchecked Sendable {}").isEmpty)
        #expect(lines("final class A: @unchecked Sendable {\n    // Safety: the lock").isEmpty)
        #expect(lines("// Safety: the lock\n\n\nfinal class A: @unchecked Sendable {}") == [4])
        #expect(lines("nonisolated(unsafe) let a = b") == [1])
    }

    @Test func unfinishedWorkIsFound() {
        #expect(Self.leavesWork("    // TODO: later"))
        #expect(!Self.leavesWork("    // TODOS are no words"))
    }
}
