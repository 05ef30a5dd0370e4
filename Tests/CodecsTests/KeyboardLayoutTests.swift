import Testing

@testable import Codecs

/// The expected characters are libxkbcommon's (1.5.0, with xkb-data 2.35.1) for the key codes that Linux
/// gives the usages: `us`, `gb`, `de`, `fr` on `pc105`.
struct KeyboardLayoutTests {
    /// One character of a layout that the others do not have in the same place, or that scanners need.
    struct Sample: Sendable {
        let layout: KeyboardLayout.Name
        let usage: UInt8
        var shift = false
        var altGr = false
        let character: Unicode.Scalar
    }

    static let samples: [Sample] = [
        .init(layout: .us, usage: 0x1F, shift: true, character: "@"),
        .init(layout: .us, usage: 0x31, character: "\\"),
        .init(layout: .us, usage: 0x2F, character: "["),
        .init(layout: .uk, usage: 0x1F, shift: true, character: "\""),
        .init(layout: .uk, usage: 0x34, shift: true, character: "@"),
        .init(layout: .uk, usage: 0x20, shift: true, character: "£"),
        .init(layout: .uk, usage: 0x32, character: "#"),
        .init(layout: .uk, usage: 0x64, character: "\\"),
        .init(layout: .uk, usage: 0x21, altGr: true, character: "€"),
        .init(layout: .de, usage: 0x1C, character: "z"),
        .init(layout: .de, usage: 0x1D, shift: true, character: "Y"),
        .init(layout: .de, usage: 0x24, shift: true, character: "/"),
        .init(layout: .de, usage: 0x38, character: "-"),
        .init(layout: .de, usage: 0x2D, character: "ß"),
        .init(layout: .de, usage: 0x14, altGr: true, character: "@"),
        .init(layout: .de, usage: 0x25, altGr: true, character: "["),
        .init(layout: .de, usage: 0x2D, altGr: true, character: "\\"),
        .init(layout: .de, usage: 0x64, altGr: true, character: "|"),
        .init(layout: .fr, usage: 0x04, character: "q"),
        .init(layout: .fr, usage: 0x33, shift: true, character: "M"),
        .init(layout: .fr, usage: 0x1E, character: "&"),
        .init(layout: .fr, usage: 0x1E, shift: true, character: "1"),
        .init(layout: .fr, usage: 0x23, character: "-"),
        .init(layout: .fr, usage: 0x36, shift: true, character: "."),
        .init(layout: .fr, usage: 0x27, altGr: true, character: "@"),
        .init(layout: .fr, usage: 0x2D, altGr: true, character: "]"),
    ]

    @Test(arguments: samples) func aKeyMeansWhatTheLayoutSays(_ sample: Sample) {
        let key = KeyboardLayout(sample.layout).key(
            sample.usage, isShifted: sample.shift, hasAltGr: sample.altGr)
        #expect(key == .character(sample.character))
    }

    /// Capitals, digits and hyphen, of which serial numbers are made, are on every layout exactly once.
    @Test(arguments: KeyboardLayout.Name.allCases)
    func everyCharacterOfASerialNumberHasItsKey(_ name: KeyboardLayout.Name) {
        let layout = KeyboardLayout(name)
        for scalar in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. /".unicodeScalars {
            let places = (0x04...0x64 as ClosedRange<UInt8>).filter { usage in
                // 31 and 32 are one key.
                usage != 0x31
                    && [false, true].contains {
                        usage != 0x2C || !$0
                            ? layout.key(usage, isShifted: $0, hasAltGr: false) == .character(scalar) : false
                    }
            }
            #expect(places.count == 1, "\(scalar) in \(name)")
        }
    }

    @Test func accentsAreDead() {
        #expect(KeyboardLayout(.de).key(0x35, isShifted: false, hasAltGr: false) == .dead("^"))
        #expect(KeyboardLayout(.de).key(0x2E, isShifted: false, hasAltGr: false) == .dead("´"))
        #expect(KeyboardLayout(.fr).key(0x2F, isShifted: true, hasAltGr: false) == .dead("¨"))
        #expect(KeyboardLayout(.us).key(0x35, isShifted: false, hasAltGr: false) == .character("`"))
    }

    @Test func keysWithoutACharacterHaveNone() {
        // F1, a key of the numeric keypad, right control, and AltGr with shift.
        #expect(KeyboardLayout(.us).key(0x3A, isShifted: false, hasAltGr: false) == nil)
        #expect(KeyboardLayout(.us).key(0x64, isShifted: false, hasAltGr: false) == nil)
        #expect(KeyboardLayout(.de).key(0xE4, isShifted: false, hasAltGr: false) == nil)
        #expect(KeyboardLayout(.de).key(0x14, isShifted: true, hasAltGr: true) == nil)
    }
}
