/// How the bytes of a number stand in registers, by the letters of its big-endian bytes as they arrive.
///
/// Four letters say it of 32-bit numbers, eight of 64-bit ones. The four also serve as the habit of a whole
/// device: of 16 bits they swap the two bytes or not, of 64 bits CDAB then means GHEFCDAB and DCBA HGFEDCBA.
package enum ModbusByteOrder: String, Sendable, CaseIterable {
    case abcd = "ABCD"
    case cdab = "CDAB"
    case badc = "BADC"
    case dcba = "DCBA"
    case abcdefgh = "ABCDEFGH"
    case ghefcdab = "GHEFCDAB"
    case badcfehg = "BADCFEHG"
    case hgfedcba = "HGFEDCBA"
    /// The two halves in their order, in each of them the low word first.
    case cdabghef = "CDABGHEF"
    /// The low half first, in each of them the high word first.
    case efghabcd = "EFGHABCD"

    /// Bytes of the numbers that it is written for.
    package var byteCount: Int { rawValue.utf8.count }

    /// What a byte's place is exchanged with, by exclusive or, in a number of `byteCount` bytes (2, 4 or 8).
    ///
    /// Bit 0 swaps the bytes of a register, bit 1 the registers of a pair, bit 2 the pairs. So each order
    /// undoes itself. Nil where the order says nothing of numbers of that length.
    func exchange(_ byteCount: Int) -> Int? {
        switch (self, byteCount) {
        case (.abcd, 2), (.cdab, 2), (.abcd, 4), (.abcd, 8), (.abcdefgh, 8): 0b000
        case (.badc, 2), (.dcba, 2), (.badc, 4), (.badc, 8), (.badcfehg, 8): 0b001
        case (.cdab, 4), (.cdabghef, 8): 0b010
        case (.dcba, 4): 0b011
        case (.efghabcd, 8): 0b100
        case (.cdab, 8), (.ghefcdab, 8): 0b110
        case (.dcba, 8), (.hgfedcba, 8): 0b111
        default: nil
        }
    }
}
