/// A decimal number exactly as it was written: `coefficient` × 10^`exponent`.
package struct OpenProtocolDecimal: Sendable, Hashable {
    package let coefficient: Int
    /// 0 or less: minus the digits after the point.
    package let exponent: Int

    package init(coefficient: Int, exponent: Int) {
        (self.coefficient, self.exponent) = (coefficient, exponent)
    }

    /// Reads digits with at most one point among them, blanks around them, a sign before them; nil for
    /// anything else and for more than 17 digits. A power of ten is not read: the specification's data type F
    /// has none (R2.16, table 216).
    package init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while rest.first == 0x20 { rest.removeFirst() }
        while rest.last == 0x20 { rest.removeLast() }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var (number, digits, places): (Int, Int, Int?) = (0, 0, nil)
        for byte in rest {
            if byte == UInt8(ascii: "."), places == nil {
                places = 0
                continue
            }
            guard (0x30...0x39).contains(byte), digits < 17 else { return nil }
            number = number * 10 + Int(byte - 0x30)
            digits += 1
            places = places.map { $0 + 1 }
        }
        guard digits > 0 else { return nil }
        self.init(coefficient: isNegative ? -number : number, exponent: -(places ?? 0))
    }
}
