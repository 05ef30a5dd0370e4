package import Inspection

/// The printed codes that count at one plant: actions, and badges of its people.
///
/// A code is `PLC1-`, a word, `-` and twelve random characters. By the random part no serial number and no
/// barcode of everyday goods is ever one of them, and a sheet of another plant or of an older set is known as
/// such and refused.
package struct CodeSet: Sendable, Equatable {
    /// What every code begins with, of whichever set; nothing that does is ever taken for a part.
    package static let prefix = "PLC1-"
    /// What the word of a badge begins with: `BADGE.1042`.
    static let badgeWord = "BADGE."
    /// Random characters of a code: 60 bits.
    static let nonceLength = 12
    /// Crockford's base 32: no I, L, O and U, which people read for others.
    static let nonceAlphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    /// What a code of the set stands for.
    package enum Meaning: Sendable, Hashable {
        case action(ActionCode)
        case badge(operatorID: String)

        /// As the code has it: `START`, `BADGE.1042`.
        package var word: String {
            switch self {
            case .action(let action): action.rawValue
            case .badge(let id): CodeSet.badgeWord + id
            }
        }

        init?(word: Substring) {
            if let action = ActionCode(rawValue: String(word)) {
                self = .action(action)
            } else {
                let id = word.dropFirst(CodeSet.badgeWord.count)
                guard word.hasPrefix(CodeSet.badgeWord), Self.isOperatorID(id) else { return nil }
                self = .badge(operatorID: String(id))
            }
        }

        /// Whether `text` has the form of an operator's id, as `YAMLForm.name` has it.
        private static func isOperatorID(_ text: Substring) -> Bool {
            (1...64).contains(text.utf8.count) && text.utf8.first.map(YAMLForm.isAlphanumeric) == true
                && text.utf8.allSatisfy { YAMLForm.isAlphanumeric($0) || "_-.".utf8.contains($0) }
        }
    }

    /// One code: its whole text, and what it stands for.
    package struct Code: Sendable, Equatable {
        package let text: String
        package let meaning: Meaning

        /// The code that `text` writes; nil where it has not the form of one.
        package init?(_ text: String) {
            let body = text.dropFirst(CodeSet.prefix.count)
            guard text.hasPrefix(CodeSet.prefix), let dash = body.lastIndex(of: "-"),
                let meaning = Meaning(word: body[..<dash]),
                body[body.index(after: dash)...].count == CodeSet.nonceLength,
                body[body.index(after: dash)...].allSatisfy(CodeSet.nonceAlphabet.contains)
            else { return nil }
            (self.text, self.meaning) = (text, meaning)
        }

        /// A new code for `meaning` with a nonce out of `generator`.
        package init(_ meaning: Meaning, using generator: inout some RandomNumberGenerator) {
            let nonce = (0..<CodeSet.nonceLength).map { _ in
                CodeSet.nonceAlphabet[Int(generator.next(upperBound: UInt64(CodeSet.nonceAlphabet.count)))]
            }
            text = CodeSet.prefix + meaning.word + "-" + String(nonce)
            self.meaning = meaning
        }
    }

    /// The set's own name: `plant-1`.
    package let name: String
    package let revision: Int
    /// In the order of the file.
    package let codes: [Code]
    /// SHA-256 of the file's bytes, lower-case hex.
    package let sha256: String

    /// Whether a scanned text is meant as a code of some set.
    package static func isCode(_ text: String) -> Bool { text.hasPrefix(prefix) }

    /// What the scanned `text` stands for; nil where it is no code of this set.
    package func meaning(of text: String) -> Meaning? { codes.first { $0.text == text }?.meaning }

    /// Whether people sign in with a code of this set.
    package var hasBadges: Bool {
        codes.contains { code in
            if case .badge = code.meaning { true } else { false }
        }
    }

    /// A set's file with new codes: one for each action, and a badge for each of these operators.
    package static func file(
        name: String, revision: Int, badges: [String], using generator: inout some RandomNumberGenerator
    ) -> String {
        let meanings = ActionCode.allCases.map(Meaning.action) + badges.map(Meaning.badge(operatorID:))
        let lines = meanings.map { "  - " + Code($0, using: &generator).text + "\n" }
        return "code_set: \(name)\nrevision: \(revision)\ncodes:\n" + lines.joined()
    }
}

extension CodeSet {
    /// Most codes of one set: four actions and a badge for everybody.
    private static let mostCodes = OperatorRoster.mostOperators + ActionCode.allCases.count

    /// The set in `file`; nil after noting everything that is wrong in `faults`.
    ///
    /// ```yaml
    /// code_set: plant-1
    /// revision: 1
    /// codes:
    ///   - PLC1-START-7F3K9Q2M8XWC
    ///   - PLC1-BADGE.1042-0V5B6N1C3ZQT
    /// ```
    package static func read(_ file: SourceFile, faults: FaultCollector) -> CodeSet? {
        let before = faults.count
        guard let root = file.root(faults), let top = YAMLMapping(root, "a code set", faults) else {
            return nil
        }
        let name = top.required("code_set", .name)
        let revision = top.required("revision", .integer(1...1_000_000))
        var seen: [String: SourcePlace] = [:]
        let codes = top.list("codes", most: mostCodes) { node in code(node, &seen, faults) }
        if codes.isEmpty, faults.count == before {
            faults.fault(
                top.place, "the set has no codes", "make a set with `plumbline codes new`")
        }
        top.finish()
        guard faults.count == before, let name, let revision else { return nil }
        return CodeSet(name: name, revision: revision, codes: codes, sha256: file.sha256)
    }

    /// One code; `seen` holds the words and the random parts of those before.
    private static func code(
        _ node: YAMLNode, _ seen: inout [String: SourcePlace], _ faults: FaultCollector
    ) -> Code? {
        guard let text = node.text, text.utf8.count <= 100, let code = Code(text) else {
            faults.fault(
                node.place, "\(node.form) is no code",
                "write PLC1-WORD-NONCE with a word of START, ABORT, RETEST, ACK or BADGE.ID, "
                    + "as `plumbline codes new` makes them")
            return nil
        }
        for key in [code.meaning.word, String(text.suffix(nonceLength))] {
            if let first = seen[key] {
                faults.fault(
                    node.place, "\(Wording.quoted(key)) is there already, at line \(first.line)",
                    "keep one code for each word, each with its own random part")
            }
            seen[key] = node.place
        }
        return code
    }
}
