/// HTML that is well-formed XML too, made of text that is escaped.
enum HTMLText {
    /// `text` as the content of an element or of an attribute in quotes.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in VisibleText.of(text).unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    /// An element with text in it.
    static func element(_ name: String, class style: String? = nil, _ text: String) -> String {
        wrapped(name, class: style, escaped(text))
    }

    /// An element around HTML.
    static func wrapped(_ name: String, class style: String? = nil, _ html: String) -> String {
        "<\(name)\(style.map { " class=\"\($0)\"" } ?? "")>\(html)</\(name)>"
    }

    /// A table: a row of headings, then rows of cells that are HTML already.
    static func table(_ headings: [String], class style: String, _ rows: [[String]]) -> String {
        let head = wrapped("tr", headings.map { element("th", $0) }.joined())
        let body = rows.map { wrapped("tr", $0.map { wrapped("td", $0) }.joined()) + "\n" }.joined()
        return wrapped("table", class: style, "\n<thead>\(head)</thead>\n<tbody>\n\(body)</tbody>") + "\n"
    }

    /// Names with what they stand for, which is HTML already.
    static func facts(_ facts: [(String, String)]) -> String {
        wrapped(
            "dl",
            facts.map { wrapped("div", element("dt", $0.0) + wrapped("dd", $0.1)) + "\n" }.joined()
        ) + "\n"
    }
}
