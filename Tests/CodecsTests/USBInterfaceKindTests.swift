import Codecs
import Testing

/// Class codes as the USB-IF lists them (Defined Class Codes).
struct USBInterfaceKindTests {
    @Test(
        arguments: [
            ((3, 0, 0), .hid), ((3, 1, 1), .keyboard), ((3, 1, 2), .mouse), ((3, 0, 1), .hid),
            ((2, 2, 1), .cdc), ((2, 6, 0), .network), ((10, 0, 0), .cdcData), ((8, 6, 0x50), .storage),
            ((0xFE, 1, 1), .firmware), ((0xFF, 0, 0), .vendor), ((0x42, 0, 0), .other),
        ] as [((UInt8, UInt8, UInt8), USBInterfaceKind)])
    func theClassSaysWhatAnInterfaceIs(_ codes: (UInt8, UInt8, UInt8), _ kind: USBInterfaceKind) {
        #expect(
            USBInterfaceKind(classCode: codes.0, subclass: codes.1, protocolCode: codes.2) == kind)
    }
}
