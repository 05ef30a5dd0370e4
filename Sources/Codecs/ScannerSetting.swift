/// Knows the codes by which makers have their scanners set up, where a scanner hands one on instead of
/// obeying it: because it is another maker's, or because its own setting codes are switched off.
///
/// Most setting codes begin with Code 128's FNC3, which ISO/IEC 15417 keeps for messages to the reader: a
/// scanner that follows the standard hands none of them on. What is told apart here is the text that is left.
/// The forms are narrow: a serial number that has one of them would be refused.
package enum ScannerSetting {
    /// How FNC3 comes over a line where a scanner hands it on: Datalogic sends 82 (Magellan manual, appendix
    /// F), others the superscript three of ISO/IEC 8859-1 by which it is printed in their manuals.
    private static let functionThree: [UInt8] = [0x82, 0xB3, 0xF3]

    /// Whose setting code `text` is; nil where it is none that is known.
    package static func maker(of text: String) -> String? { maker(of: Array(text.utf8)) }

    /// The same for what is no text.
    package static func maker(of bytes: [UInt8]) -> String? {
        let mark = AIMIdentifier(bytes.prefix(3)) == nil ? bytes[...] : bytes.dropFirst(3)
        guard let first = mark.first, mark.count <= 2_000 else { return nil }
        if functionThree.contains(first) { return "Code 128 with FNC3" }
        return forms.first { $0.fits(mark) }?.maker
    }

    private struct Form {
        let maker: String
        let fits: @Sendable (ArraySlice<UInt8>) -> Bool
    }

    /// The makers' forms, each as their programming manuals print it.
    private static let forms: [Form] = [
        // Menu commands over a serial line: SYN M CR, then the command.
        Form(maker: "Honeywell") { $0.starts(with: [0x16, UInt8(ascii: "M"), 0x0D]) },
        // A tag and sub-tag of six letters or digits, a value, and a dot or an exclamation mark: PAPHHF.
        Form(maker: "Honeywell") { mark in
            guard let last = mark.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "!") else {
                return false
            }
            let body = mark.dropLast()
            return body.count >= 6 && body.prefix(6).allSatisfy(\.isCapitalOrDigit)
                && body.prefix(3).allSatisfy(\.isASCIICapital)
                && body.dropFirst(6).allSatisfy { $0.isCapitalOrDigit || $0 == UInt8(ascii: ";") }
        },
        // Service commands: $P to enter, $C and four letters or digits with a value, $+$- and $S.
        Form(maker: "Datalogic") { mark in
            ["$P", "$C", "$+", "$S", "$!", "$A"].contains(String(decoding: mark.prefix(2), as: UTF8.self))
        },
        // Numbers as the older manuals have them, NLS and seven digits; and names: @SETUPE1, @FACDEF.
        Form(maker: "Newland") { mark in
            mark.count == 10 && mark.starts(with: Array("NLS".utf8))
                && mark.dropFirst(3).allSatisfy(\.isASCIIDigit)
        },
        Form(maker: "Newland") { mark in
            mark.first == UInt8(ascii: "@") && mark.count >= 7
                && mark.dropFirst().prefix(6).allSatisfy(\.isASCIICapital)
        },
        // K commands in angle brackets, one or several: <K200,4>.
        Form(maker: "Microscan") { mark in
            mark.starts(with: Array("<K".utf8)) && mark.last == UInt8(ascii: ">")
        },
        Form(maker: "Cognex") { $0.starts(with: Array("||>".utf8)) },
        Form(maker: "Opticon") { $0.starts(with: Array("@MENU_OPTO@".utf8)) },
    ]
}

extension UInt8 {
    fileprivate var isCapitalOrDigit: Bool { isASCIICapital || isASCIIDigit }
}
