import Testing

/// The pages that people read, and the files that only tests could notice to be forgotten.
struct DocumentTests {
    private static let tree = SourceTree.shared

    @Test(arguments: [("README.md", 200), ("ARCHITECTURE.md", 150)])
    func pagesStayShort(path: String, most: Int) {
        guard let page = Self.tree.file(path) else { return }
        #expect(page.lines.count <= most, "\(path) is longer than \(most) lines")
    }

    @Test func decisionsHaveTheirThreeParts() {
        let pages = Self.tree.files.filter { $0.isUnder("docs/decisions") }
        #expect(!pages.isEmpty)
        for page in pages {
            let headings = page.lines.filter { $0.hasPrefix("#") }
            #expect(page.lines.count < 60, "\(page.path)")
            #expect(headings.first?.hasPrefix("# ") == true, "\(page.path) begins with its title")
            #expect(headings.dropFirst() == ["## Context", "## Decision", "## Consequences"], "\(page.path)")
        }
    }

    @Test func decisionsAreNumberedWithoutGaps() {
        let numbers = Self.tree.files.filter { $0.isUnder("docs/decisions") }.map { $0.name.prefix(5) }
        let wanted = (1...max(1, numbers.count)).map { number in
            String(repeating: "0", count: 4 - String(number).count) + "\(number)-"
        }
        #expect(numbers.map(String.init) == wanted)
    }

    @Test func theChangelogHasAPlaceForWhatIsNew() throws {
        let changelog = try #require(Self.tree.file("CHANGELOG.md"))
        #expect(changelog.lines.contains("## [Unreleased]"))
    }

    @Test func everyProfileAndScenarioIsNamedByATestOrScript() {
        let readers = Self.tree.files.filter { file in
            (file.isUnder("Tests") && !file.isUnder("Tests/TidyTests")) || file.isUnder("Scripts")
        }
        for file in Self.tree.files where Self.isLoaded(file) {
            if !readers.contains(where: { $0.text.contains(file.stem) }) {
                Issue.record("\(file.path): no test and no script names it")
            }
        }
    }

    /// Whether a file is one that the programs load by name.
    private static func isLoaded(_ file: SourceFile) -> Bool {
        file.name.hasSuffix(".yaml") && file.isUnder("DeviceProfiles", "Simulators/scenarios")
    }

    @Test func relativeLinksLeadSomewhere() {
        for page in Self.tree.files where page.name.hasSuffix(".md") {
            for link in Self.links(page.text) where !Self.exists(link, from: page) {
                Issue.record("\(page.path): the link to \(link) leads nowhere")
            }
        }
    }

    /// Targets of a page's Markdown links that stay within the repository, without their fragments.
    static func links(_ text: String) -> [String] {
        text.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            let target = rest.prefix { $0 != ")" && $0 != "#" && $0 != " " }
            return target.isEmpty || target.contains(":") ? nil : String(target)
        }
    }

    private static func exists(_ link: String, from page: SourceFile) -> Bool {
        var parts = page.path.split(separator: "/").dropLast().map(String.init)
        for part in link.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        let path = parts.joined(separator: "/")
        // Pictures are no text and so not in the tree's list of texts.
        return [".png", ".jpg", ".svg"].contains { path.hasSuffix($0) }
            || tree.files.contains { $0.path == path || $0.path.hasPrefix(path + "/") }
    }

    @Test func linksAreFound() {
        #expect(Self.links("a [b](c/d.md#e) [f](https://g) [h](#i) ![j](k.png)") == ["c/d.md", "k.png"])
    }
}
