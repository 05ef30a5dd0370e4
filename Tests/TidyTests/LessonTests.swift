import Testing

/// The page of lessons names tests: each of them is there.
struct LessonTests {
    @Test func everyTestThatTheLessonsNameExists() throws {
        let tree = SourceTree.shared
        let page = try #require(tree.file("docs/lessons.md"))
        let tests = tree.swift.filter { $0.isUnder("Tests") }
        var count = 0
        for name in Self.quoted(page.text) {
            let parts = name.split(separator: ".").map(String.init)
            guard let suite = parts.first, suite.hasSuffix("Tests") else { continue }
            let texts = tests.filter { $0.stem == suite }.map(\.text)
            let wanted = parts.count == 2 ? "func \(parts[1])(" : suite
            count += 1
            #expect(texts.contains { $0.contains(wanted) }, "there is no test \(name)")
        }
        #expect(count >= 30)
    }

    /// What stands between back-quotes.
    static func quoted(_ text: String) -> [Substring] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    }

    @Test func quotesAreFound() { #expect(Self.quoted("a `b.c` d `e`") == ["b.c", "e"]) }
}
