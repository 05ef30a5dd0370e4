/// How register addresses are written: zero-based as on the wire, and in the older one-based notation.
package enum AddressText {
    /// `0x0100 (40257)`; beyond its five digits the older notation has six (`0x4100 (416641)`).
    package static func both(_ table: RegisterTable, _ address: Int) -> String {
        "\(hex(address)) (\(reference(table, address)))"
    }

    /// Zero-based, as on the wire: `0x0100`.
    package static func hex(_ address: Int) -> String {
        let digits = String(address, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The older one-based number of five digits, or of six beyond them.
    package static func reference(_ table: RegisterTable, _ address: Int) -> Int {
        (address <= 9_998 ? table.firstReference : (table.firstReference - 1) * 10 + 1) + address
    }

    /// The register that the older one-based notation names, with five or six digits; nil for none.
    package static func register(reference number: Int) -> (table: RegisterTable, address: Int)? {
        let tables: [Int: RegisterTable] = [0: .coil, 1: .discrete, 3: .input, 4: .holding]
        let (unit, most) = number < 100_000 ? (10_000, 9_999) : (100_000, 65_536)
        guard let table = tables[number / unit], (1...most).contains(number % unit) else { return nil }
        return (table, number % unit - 1)
    }
}
