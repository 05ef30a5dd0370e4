import Judging
import Testing

@testable import Codecs

struct HIDReportDescriptorTests {
    /// A field of no bits has no place in the report.
    @Test func aContinuationOfNoBitsIsNone() throws {
        // Newland's descriptor with size 0 before usage 8C:FF, as fuzzing found it.
        var bytes = HIDSamples.plainDescriptor
        let size = try #require(bytes.indices.last { bytes[$0] == 0x75 })
        bytes[size + 1] = 0
        #expect(try HIDPOSLayout(HIDReportDescriptor(bytes)).continuation == nil)
    }

    @Test func aScannersFieldsAreFoundWhereItsMakerPrintsThem() throws {
        let layout = try HIDPOSLayout(try HIDReportDescriptor(HIDSamples.aimDescriptor))
        #expect(layout.reportID == 2)
        #expect(layout.lengthOffset == 1)
        #expect(layout.symbologyOffsets == [2, 3, 4])
        #expect(layout.data == 5..<61)
        #expect(layout.continuation?.offset == 63)
        #expect(layout.continuation?.mask == 1)
        #expect(layout.shortestReport == 64)
    }

    @Test func aLayoutWithoutAIMIdentifier() throws {
        let layout = try HIDPOSLayout(try HIDReportDescriptor(HIDSamples.plainDescriptor))
        #expect(layout.lengthOffset == 1)
        #expect(layout.symbologyOffsets == nil)
        #expect(layout.data == 2..<58)
        #expect(layout.continuation?.offset == 63)
    }

    @Test func aBootKeyboardIsReadAndRefusedAsAScanner() throws {
        let descriptor = try HIDReportDescriptor(HIDSamples.keyboardDescriptor)
        #expect(descriptor.hasApplication(.keyboard))
        // HID 1.11, appendix E.6: eight modifier bits, a constant byte, five output bits, three of padding,
        // six key codes.
        #expect(descriptor.fields.map(\.bitOffset) == [0, 8, 0, 5, 16])
        #expect(descriptor.fields.map(\.direction) == [.input, .input, .output, .output, .input])
        #expect(descriptor.fields[0].usage(at: 7) == HIDUsage(page: 7, id: 0xE7))
        #expect(throws: HIDError("the device is in keyboard mode: switch the scanner to HID POS", at: 0)) {
            try HIDPOSLayout(descriptor)
        }
    }

    @Test(arguments: [
        "", "05", "a1 01", "c0", "85 00", "b4", "29 05", "97 ff ff ff ff", "77 00 00 01 00", "fe", "fe 05 00",
        "96 ff ff 76 ff ff 81 02",
    ])
    func aBrokenDescriptorIsRefused(hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(throws: HIDError.self) { try HIDReportDescriptor(bytes) }
    }

    @Test func everyTruncationOfADescriptorIsRefusedOrYieldsNoScanner() {
        for count in 0..<HIDSamples.aimDescriptor.count {
            let cut = Array(HIDSamples.aimDescriptor.prefix(count))
            #expect(throws: HIDError.self, "\(count) bytes") {
                try HIDPOSLayout(try HIDReportDescriptor(cut))
            }
        }
    }

    @Test func whatIsBoundedIsRefusedBeyondItsBound() {
        let nested = [UInt8]([[UInt8]](repeating: [0xA1, 0x01], count: 17).joined())
        let pushed = [UInt8](repeating: 0xA4, count: 17)
        let fields = [UInt8]([[UInt8]](repeating: [0x81, 0x02], count: 600).joined())
        let usages = [UInt8]([[UInt8]](repeating: [0x09, 0x02], count: 200).joined())
        for hostile in [nested, pushed, fields, usages, [UInt8](repeating: 0, count: 4_097)] {
            #expect(throws: HIDError.self) { try HIDReportDescriptor(hostile) }
        }
    }

    @Test func randomDescriptorsNeverCrash() {
        var random = SeededRandom(seed: 0x41D)
        var scanners = 0
        for _ in 0..<10_000 {
            var bytes = Bool.random(using: &random) ? HIDSamples.aimDescriptor : random.bytes(upTo: 300)
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            guard let descriptor = try? HIDReportDescriptor(bytes), let layout = try? HIDPOSLayout(descriptor)
            else { continue }
            scanners += 1
            var reader = HIDPOSReader(layout)
            for _ in 0..<4 { _ = try? reader.take(random.bytes(upTo: 80), at: 0) }
        }
        #expect(scanners > 0, "seed 41D")
    }
}
