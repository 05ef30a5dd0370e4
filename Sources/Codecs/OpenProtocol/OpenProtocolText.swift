/// Digits and texts as Open Protocol writes them: numbers with zeros on the left, texts with blanks on the
/// right, all blanks where a value is not given (specification R2.16, section 2.3).
package enum OpenProtocolText {
    /// The number that `bytes` write in digits; nil where one of them is no digit or where there is none.
    ///
    /// Precondition of meaning, not of safety: at most 18 digits, so that every number fits; more give nil.
    package static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard (1...18).contains(bytes.count) else { return nil }
        var number = 0
        for byte in bytes {
            let digit = byte &- 0x30
            guard digit <= 9 else { return nil }
            number = number &* 10 &+ Int(digit)
        }
        return number
    }

    /// As `number(_:)`, with a minus sign allowed in the first place.
    package static func signedNumber(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.first == UInt8(ascii: "-") else { return number(bytes) }
        return number(bytes.dropFirst()).map { -$0 }
    }

    /// Whether there is nothing but blanks: the value is not given.
    package static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.allSatisfy { $0 == 0x20 } }

    /// The text without the blanks at its end. Bytes that are no UTF-8 become U+FFFD, so that such a text
    /// equals none that was expected.
    package static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[end - 1] == 0x20 { end -= 1 }
        return String(decoding: bytes[bytes.startIndex..<end], as: UTF8.self)
    }

    /// `number` with zeros on the left to `width` digits; a longer number stays as it is.
    package static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// `bytes` between quotes for a message to people: at most 32, what is no printable ASCII as `\xNN`.
    package static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        var text = "\""
        for byte in bytes.prefix(32) {
            if (0x20...0x7E).contains(byte), byte != 0x22, byte != 0x5C {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + Hex.text([byte])
            }
        }
        return text + (bytes.count > 32 ? "\"…" : "\"")
    }
}
