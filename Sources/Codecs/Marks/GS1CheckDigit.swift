/// GS1's check digit: the digit that brings the sum of all, weighted 3 and 1 by turns from the right, to a
/// multiple of ten (GS1 General Specifications, section 7.9.1).
enum GS1CheckDigit {
    /// The check digit that belongs behind `digits`, which are ASCII digits.
    static func digit(after digits: ArraySlice<UInt8>) -> UInt8 {
        var sum = 0
        var weight = 3
        for digit in digits.reversed() {
            sum += Int(digit & 0x0F) * weight
            weight = 4 - weight
        }
        return UInt8(ascii: "0") + UInt8((10 - sum % 10) % 10)
    }

    /// Throws `MarkError` at the last of `digits` where it is not their check digit.
    static func check(_ digits: ArraySlice<UInt8>, of identifier: String) throws(MarkError) {
        guard let last = digits.last else { return }
        let wanted = digit(after: digits.dropLast())
        guard last == wanted else {
            throw MarkError(
                "the check digit of \(identifier) is \(last & 0x0F) and would have to be \(wanted & 0x0F): "
                    + "the code is misprinted or mistyped", at: digits.endIndex - 1)
        }
    }
}
