/// Where a HID keyboard keeps modifiers and pressed keys in its input report.
package struct HIDKeyboardLayout: Sendable, Equatable {
    /// Nil where the keyboard numbers no reports.
    package let reportID: UInt8?
    /// Offset of the byte whose bits are left control, shift, alt, GUI and the same on the right.
    package let modifiersOffset: Int
    /// The bytes that each hold the usage of a pressed key, 0 where there is none.
    package let keys: Range<Int>

    /// Length of the shortest report that holds all of it.
    package var shortestReport: Int { max(modifiersOffset + 1, keys.upperBound) }

    /// The boot keyboard's: modifiers, a reserved byte, six keys (HID 1.11, appendix B.1).
    package static let boot = HIDKeyboardLayout(reportID: nil, modifiersOffset: 0, keys: 2..<8)

    private init(reportID: UInt8?, modifiersOffset: Int, keys: Range<Int>) {
        (self.reportID, self.modifiersOffset, self.keys) = (reportID, modifiersOffset, keys)
    }

    /// The layout that `descriptor` gives; throws `HIDError` where it is of no keyboard, or of one that tells
    /// its keys bit by bit.
    package init(_ descriptor: HIDReportDescriptor) throws(HIDError) {
        guard descriptor.hasApplication(.keyboard) else {
            throw HIDError(Self.reasonAgainst(descriptor), at: 0)
        }
        let inputs = descriptor.fields.filter {
            $0.direction == .input && !$0.isConstant && $0.usage(at: 0)?.page == HIDUsage.keyboardPage
        }
        guard let keys = inputs.first(where: { !$0.isVariable && $0.bits == 8 }), keys.count > 0 else {
            throw HIDError("the keyboard has no list of pressed keys: switch the scanner to HID POS", at: 0)
        }
        // HID Usage Tables 1.5, section 10: E0 is left control, the first of eight.
        let modifiers = inputs.first {
            $0.reportID == keys.reportID && $0.isVariable && $0.bits == 1 && $0.count == 8
                && $0.usage(at: 0) == HIDUsage(page: HIDUsage.keyboardPage, id: 0xE0)
        }
        guard let modifiers, modifiers.bitOffset % 8 == 0, keys.bitOffset % 8 == 0 else {
            throw HIDError("the keyboard's fields do not lie on whole bytes", at: keys.bitOffset / 8)
        }
        self.init(
            reportID: keys.reportID, modifiersOffset: modifiers.bitOffset / 8,
            keys: keys.bitOffset / 8..<keys.bitOffset / 8 + keys.count)
    }

    /// Whether `report` tells of keys; a keyboard may send others, of its volume knob.
    package func carriesKeys(_ report: [UInt8]) -> Bool {
        guard let reportID, let first = report.first else { return true }
        return first == reportID
    }

    private static func reasonAgainst(_ descriptor: HIDReportDescriptor) -> String {
        descriptor.hasApplication(onPage: HIDUsage.scannerPage)
            ? "the scanner is in HID POS mode: give the device a profile with protocol hid-pos"
            : "the device is no keyboard: its descriptor has no collection of usage 01:06"
    }
}
