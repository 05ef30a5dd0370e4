/// What a HID field or collection means: a usage page and an id within it (HID Usage Tables 1.5).
package struct HIDUsage: Sendable, Hashable {
    package let page: UInt16
    package let id: UInt16

    package init(page: UInt16, id: UInt16) { (self.page, self.id) = (page, id) }
}

extension HIDUsage {
    /// Generic Desktop page: a keyboard's application collection.
    package static let keyboard = HIDUsage(page: 0x01, id: 0x06)
    /// Generic Desktop page: how many bytes of a buffer are meant.
    package static let byteCount = HIDUsage(page: 0x01, id: 0x3B)
    /// Page of HID POS bar code scanners (HID Point of Sale Usage Tables 1.02, section 5).
    package static let scannerPage: UInt16 = 0x8C
    /// The first, second and third character of the AIM symbology identifier.
    package static let symbologyCharacters = (0xFB...0xFD).map { HIDUsage(page: scannerPage, id: $0) }
    /// The bytes of the mark.
    package static let decodedData = HIDUsage(page: scannerPage, id: 0xFE)
    /// Set where the scan goes on in the next report.
    package static let decodedDataContinued = HIDUsage(page: scannerPage, id: 0xFF)
}

/// A report descriptor or an input report that is refused: what is wrong with it, and at which byte.
package struct HIDError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what to do where something can be done.
    package let what: String
    /// Offset of the offending byte from the beginning of the descriptor or report.
    package let offset: Int

    package init(_ what: String, at offset: Int) { (self.what, self.offset) = (what, offset) }

    package var description: String { "byte \(offset): \(what)" }
}
