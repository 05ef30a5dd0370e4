/// Text from outside as people may be shown it: nothing in it works on a terminal, or hides.
enum VisibleText {
    /// `text` with each control character, and each that reorders or hides other text, as `⟨U+001B⟩`.
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            guard isHidden(scalar) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            out += "⟨U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)⟩"
        }
        return out
    }

    /// Controls, format characters (bidirectional overrides and zero widths among them), line separators,
    /// private use and noncharacters.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
        // U+FFFE and its like are in no XML document. Other unassigned characters may be assigned one day,
        // and a story must stay what it was.
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
