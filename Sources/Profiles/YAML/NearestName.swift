/// Which known name a person most likely meant by an unknown one.
package enum NearestName {
    /// Names are compared up to this many characters; longer ones are no slip of a key.
    private static let longest = 64
    /// Known names that a message lists when none is near.
    private static let mostListed = 24

    /// The known name nearest to `name`, if at most a third of its letters (at least two) differ.
    package static func of(_ name: String, among known: some Sequence<String>) -> String? {
        guard name.count <= longest else { return nil }
        let nearest =
            known.filter { $0.count <= longest }
            .map { (distance: distance(name, $0), name: $0) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let nearest, nearest.distance <= max(2, name.count / 3) else { return nil }
        return nearest.name
    }

    /// What to write instead of `name`: the nearest known name, or what is known.
    package static func remedy(for name: String, among known: some Sequence<String>) -> String {
        if let nearest = of(name, among: known) { return "did you mean \(Wording.quoted(nearest))?" }
        let names = Set(known).sorted()
        guard !names.isEmpty else { return "remove it" }
        let listed = names.prefix(mostListed).map(Wording.shortened).joined(separator: ", ")
        return "known are \(listed)"
            + (names.count > mostListed ? " and \(names.count - mostListed) more" : "")
    }

    /// Letters to insert, remove, change or swap with a neighbour to come from `left` to `right`.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left), Array(right))
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var least = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                current.append(least)
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }
}

/// How text from a file is shown in a message: short, and without anything that could forge a line.
package enum Wording {
    private static let mostCharacters = 60

    /// `text` in quotes, its control characters written as `\u{…}`, cut after 60 characters.
    package static func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

    /// A path in quotes, control characters as in `quoted`: whole, because its end is what names the file.
    package static func quoted(path: String) -> String { "\"\(shortened(path, to: longestPath))\"" }

    /// Linux's own bound, PATH_MAX of limits.h.
    private static let longestPath = 4_096

    /// `text` without quotes, otherwise as `quoted`.
    package static func shortened(_ text: String) -> String { shortened(text, to: mostCharacters) }

    private static func shortened(_ text: String, to mostCharacters: Int) -> String {
        var out = ""
        for scalar in text.unicodeScalars.prefix(mostCharacters) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > mostCharacters ? out + "…" : out
    }
}
