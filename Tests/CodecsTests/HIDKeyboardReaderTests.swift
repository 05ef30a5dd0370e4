import Testing

@testable import Codecs

/// A reader with what came of the reports that it was given.
private struct Desk {
    var reader: HIDKeyboardReader
    private(set) var scans: [String] = []
    private(set) var refusals: [String] = []
    private var now: Int64 = 0

    init(
        _ name: KeyboardLayout.Name = .us, layout: HIDKeyboardLayout = .boot,
        terminator: HIDKeyboardReader.Terminator = .enter
    ) {
        reader = HIDKeyboardReader(layout, keyboard: KeyboardLayout(name), terminator: terminator)
    }

    mutating func take(_ reports: [[UInt8]], everyNanoseconds step: Int64 = 2_000_000) {
        for report in reports {
            now += step
            do throws(HIDError) {
                if let scan = try reader.take(report, at: now) {
                    scans.append(String(decoding: scan.bytes, as: UTF8.self))
                }
            } catch { refusals.append(error.what) }
        }
    }
}

struct HIDKeyboardReaderTests {
    private let shift = KeyboardSamples.shift

    @Test func aScanIsTypedAndEndedByEnter() {
        var desk = Desk()
        desk.take(KeyboardSamples.typed("FI-000123"))
        #expect(desk.reader.hasBegun)
        desk.take(KeyboardSamples.enter)
        #expect(desk.scans == ["FI-000123"])
        #expect(!desk.reader.hasBegun)
        desk.take(KeyboardSamples.typed("SA 10197") + KeyboardSamples.enter + KeyboardSamples.enter)
        #expect(desk.scans == ["FI-000123", "SA 10197"])
        #expect(desk.refusals.isEmpty)
    }

    @Test func tabEndsAScanWhereTheProfileSaysSo() {
        var desk = Desk(terminator: .tab)
        desk.take(KeyboardSamples.typed("A1") + KeyboardSamples.stroke(0x2B))
        #expect(desk.scans == ["A1"])
    }

    /// Microscan MS-4: report id 2 before the boot report, nine bytes.
    @Test func nineByteReportsWithAnIDAreRead() throws {
        let descriptor = try HIDReportDescriptor(HIDSamples.numberedKeyboardDescriptor)
        let layout = try HIDKeyboardLayout(descriptor)
        #expect(layout.reportID == 2)
        #expect(layout.shortestReport == 9)
        var desk = Desk(layout: layout)
        desk.take((KeyboardSamples.typed("MS4") + KeyboardSamples.enter).map { [2] + $0 })
        #expect(desk.scans == ["MS4"])
        // A report of something else, of the volume knob.
        #expect(!layout.carriesKeys([3, 0xE9, 0]))
    }

    @Test func theBootKeyboardsDescriptorGivesTheBootLayout() throws {
        #expect(try HIDKeyboardLayout(HIDReportDescriptor(HIDSamples.keyboardDescriptor)) == .boot)
    }

    @Test func aScannerInHIDPOSModeIsNamedAsOne() throws {
        let descriptor = try HIDReportDescriptor(HIDSamples.aimDescriptor)
        #expect { try HIDKeyboardLayout(descriptor) } throws: { error in
            (error as? HIDError)?.what.contains("protocol hid-pos") == true
        }
    }

    @Test func theLayoutDecidesWhatAKeyMeans() {
        // The keys that say "FI-Z" on a US keyboard.
        let keys = KeyboardSamples.typed("FI-Z") + KeyboardSamples.enter
        for (name, text) in [(KeyboardLayout.Name.us, "FI-Z"), (.de, "FIßY"), (.fr, "FI)W")] {
            var desk = Desk(name)
            desk.take(keys)
            #expect(desk.scans == [text])
        }
    }

    @Test func aHeldKeyIsOneKey() {
        var desk = Desk()
        let press = KeyboardSamples.stroke(0x04, modifiers: shift)[0]
        desk.take([press, press, press, [UInt8](repeating: 0, count: 8)] + KeyboardSamples.enter)
        #expect(desk.scans == ["A"])
    }

    /// A fast scanner presses the next key before it lets the last one go.
    @Test func keysThatOverlapAreReadInTheirOrder() {
        var desk = Desk()
        desk.take([
            [2, 0, 0x04, 0, 0, 0, 0, 0], [2, 0, 0x04, 0x05, 0, 0, 0, 0], [2, 0, 0x05, 0x06, 0, 0, 0, 0],
            [0, 0, 0x28, 0, 0, 0, 0, 0],
        ])
        #expect(desk.scans == ["ABC"])
    }

    /// Each of these spoils the scan, up to its end and no further.
    @Test(arguments: [
        ([[2, 0, 0x04, 0x05, 0, 0, 0, 0]], "keys came at once"),
        ([[0, 0, 1, 1, 1, 1, 1, 1]], "could not tell its keys"),
        (KeyboardSamples.stroke(0x0A, modifiers: 0x01), "Control"),
        (KeyboardSamples.stroke(0x59, modifiers: 0x04), "Alt"),
        (KeyboardSamples.stroke(0x3A), "key 3a has no character in layout us"),
        ([[0, 0, 4]], "cut off"),
    ])
    func aKeyThatIsNotCertainSpoilsTheScan(_ reports: [[UInt8]], _ reason: String) {
        var desk = Desk()
        desk.take(KeyboardSamples.typed("A1") + reports)
        #expect(desk.reader.hasBegun)
        desk.take([[UInt8](repeating: 0, count: 8)] + KeyboardSamples.typed("2") + KeyboardSamples.enter)
        #expect(desk.scans == [])
        #expect(desk.refusals.count == 1)
        #expect(desk.refusals.first?.contains(reason) == true)
        desk.take(KeyboardSamples.typed("B2") + KeyboardSamples.enter)
        #expect(desk.scans == ["B2"])
    }

    @Test func aDeadAccentIsRefused() {
        var desk = Desk(.de)
        desk.take(KeyboardSamples.stroke(0x35) + KeyboardSamples.typed("A") + KeyboardSamples.enter)
        #expect(desk.refusals.first?.contains("dead accent ^ in layout de") == true)
        #expect(desk.scans == [])
    }

    @Test func aGapWithinAScanSpoilsIt() {
        var desk = Desk()
        desk.take(KeyboardSamples.typed("A1"))
        desk.take(KeyboardSamples.typed("B2") + KeyboardSamples.enter, everyNanoseconds: 600_000_000)
        #expect(desk.scans == [])
        #expect(desk.refusals.first?.contains("gap") == true)
    }

    @Test func digitsOfTheKeypadCount() {
        var desk = Desk()
        desk.take([0x59, 0x61, 0x62].flatMap { KeyboardSamples.stroke($0) } + KeyboardSamples.stroke(0x58))
        #expect(desk.scans == ["190"])
    }

    // MARK: what does not survive

    /// `[)>` of a US keyboard; the separators behind it have no keys.
    private var envelope: [[UInt8]] {
        KeyboardSamples.stroke(0x2F) + KeyboardSamples.stroke(0x27, modifiers: shift)
            + KeyboardSamples.stroke(0x37, modifiers: shift)
    }

    private var rightBracket: [[UInt8]] { KeyboardSamples.stroke(0x30) }

    @Test func anISO15434MarkIsRefused() {
        var desk = Desk()
        desk.take(envelope + KeyboardSamples.typed("06") + KeyboardSamples.enter)
        // The same behind an AIM identifier, ]d1.
        desk.take(rightBracket + KeyboardSamples.stroke(0x07) + KeyboardSamples.typed("1") + envelope)
        desk.take(KeyboardSamples.typed("06 17V98897") + KeyboardSamples.enter)
        #expect(desk.scans == [])
        #expect(desk.refusals.count == 2)
        for refusal in desk.refusals { #expect(refusal.contains("switch the scanner to HID POS or CDC")) }
    }

    @Test func aGS1MarkIsRefused() {
        var desk = Desk()
        desk.take(rightBracket + KeyboardSamples.stroke(0x07) + KeyboardSamples.typed("2"))
        desk.take(KeyboardSamples.typed("0109501101530003") + KeyboardSamples.enter)
        #expect(desk.scans == [])
        #expect(desk.refusals.first?.contains("FNC1") == true)
        // Plain Code 128 loses nothing; the identifier stays for the parser of marks.
        desk.take(rightBracket + KeyboardSamples.typed("C0A1") + KeyboardSamples.enter)
        #expect(desk.scans == ["]C0A1"])
    }

    @Test func aScanWithoutEndIsBounded() {
        var desk = Desk()
        desk.take(KeyboardSamples.typed(String(repeating: "7", count: 9_000)) + KeyboardSamples.enter)
        #expect(desk.scans == [])
        #expect(desk.refusals.first?.contains("longer than 8192") == true)
    }
}
