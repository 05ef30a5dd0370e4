/// Who assigns serial numbers, with the issuing agency code before it as a UII has it (MIL-STD-130N):
/// `D98897` for CAGE 98897, `UN194532636` for a DUNS number, `LD` before a DoDAAC, `9506000` for a prefix of
/// GS1.
package struct EnterpriseIdentifier: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// How messages describe what may be written.
    package static let rule =
        "write D and a CAGE code (D98897), UN and a DUNS number, LD and a DoDAAC, LB or LH and a code, or a "
        + "GS1 company prefix of 4…12 digits"

    /// Nil where `text` has none of these forms.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func isCode(after prefix: String, _ counts: ClosedRange<Int>, _ fits: (UInt8) -> Bool) -> Bool {
            text.hasPrefix(prefix) && counts.contains(bytes.count - prefix.utf8.count)
                && bytes.dropFirst(prefix.utf8.count).allSatisfy(fits)
        }
        let isWord: (UInt8) -> Bool = { $0.isASCIICapital || $0.isASCIIDigit }
        guard
            isCode(after: "D", 5...5, isWord) || isCode(after: "UN", 9...9, \.isASCIIDigit)
                || isCode(after: "LD", 6...6, isWord) || isCode(after: "LB", 1...13, isWord)
                || isCode(after: "LH", 1...13, isWord) || isCode(after: "", 4...12, \.isASCIIDigit)
        else { return nil }
        description = text
    }

    fileprivate var isGS1: Bool { description.utf8.first?.isASCIIDigit == true }
}

extension PartMark {
    /// The elements that name an enterprise which is none of `listed`, as people read them: `17V 98897`.
    ///
    /// Empty where all that the mark says of its maker is listed, and where it says nothing. A complete UII
    /// is not taken apart: it must begin with one that is listed, as every UII begins with who made it.
    package func makers(notAmong listed: [EnterpriseIdentifier]) -> [String] {
        elements.filter { element in
            guard let says = claim(of: element) else { return false }
            return !listed.contains(where: says.fits)
        }.map { "\($0.identifier) \($0.value)" }
    }

    /// What an element says of the enterprise.
    private struct Claim {
        /// Begins with the enterprise identifier, agency code included.
        let text: String
        /// Whether nothing follows the identifier.
        let isWhole: Bool
        let isGS1: Bool

        func fits(_ enterprise: EnterpriseIdentifier) -> Bool {
            guard !isGS1 || enterprise.isGS1 else { return false }
            return isWhole ? text == enterprise.description : text.hasPrefix(enterprise.description)
        }
    }

    private func claim(of element: Element) -> Claim? {
        guard let meaning = vocabulary?.meaning(of: element.identifier) else { return nil }
        let text = meaning.agency + element.value
        switch meaning.role {
        case .enterprise: return Claim(text: text, isWhole: true, isGS1: false)
        case .enterpriseAndSerial, .complete: return Claim(text: text, isWhole: false, isGS1: false)
        // Before the GS1 company prefix stands one digit: the packing's in a GTIN, a zero in a GRAI.
        case .tradeItem: return Claim(text: String(text.dropFirst()), isWhole: false, isGS1: true)
        case .equivalent where element.identifier == "8003":
            return Claim(text: String(text.dropFirst()), isWhole: false, isGS1: true)
        case .equivalent where element.identifier == "8004":
            return Claim(text: text, isWhole: false, isGS1: true)
        default: return nil
        }
    }

    /// How the mark's elements are named; nil where it has none.
    private var vocabulary: IdentifierVocabulary? {
        switch format {
        case .iso15434(format: "05"), .gs1, .digitalLink: .applicationIdentifiers
        case .iso15434(format: "06"): .dataIdentifiers
        case .iso15434: .textElements
        case .plain, .partPage: nil
        }
    }
}
