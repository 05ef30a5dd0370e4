/// The registers or bits that one reply carried, found by their absolute address.
///
/// A value comes out only where all of it was in the reply: there is no way to read past an end.
package struct ModbusValueBlock: Sendable, Equatable {
    /// Zero-based address of the first register or bit.
    package let first: Int
    /// How many registers or bits the reply carried.
    package let count: Int
    /// Registers in wire order, two bytes each; or bits, eight a byte, the lowest address in bit 0 of byte 0.
    package let bytes: [UInt8]
    private let holdsBits: Bool

    /// Registers from address `first` on; an odd last byte belongs to none.
    package init(registersFrom first: Int, bytes: [UInt8]) {
        (self.first, self.bytes, self.holdsBits) = (first, bytes, false)
        count = bytes.count / 2
    }

    /// `count` coils or discrete inputs from address `first` on; fewer where `bytes` holds fewer.
    package init(bitsFrom first: Int, count: Int, bytes: [UInt8]) {
        (self.first, self.bytes, self.holdsBits) = (first, bytes, true)
        self.count = max(0, min(count, bytes.count * 8))
    }

    /// The wire bytes of `count` registers at `address`; nil where the reply did not carry them all.
    package func registers(at address: Int, count: Int) -> [UInt8]? {
        slice(at: address, count: count).map(Array.init)
    }

    /// The same bytes, which share the reply's storage.
    package func slice(at address: Int, count: Int) -> ArraySlice<UInt8>? {
        guard !holdsBits, count > 0, count <= self.count, address >= first,
            address - first <= self.count - count
        else { return nil }
        let start = 2 * (address - first)
        return bytes[start..<start + 2 * count]
    }

    /// The bit at `address`; nil where the reply did not carry it, or carried registers.
    package func bit(at address: Int) -> Bool? {
        guard holdsBits, address >= first, address - first < count else { return nil }
        let offset = address - first
        return bytes[offset / 8] >> UInt8(offset % 8) & 1 == 1
    }
}
