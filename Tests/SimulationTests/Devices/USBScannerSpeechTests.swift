import Codecs
import Testing

@testable import Simulation

/// What a simulated scanner sends is what the gateway's readers take for the code.
struct USBScannerSpeechTests {
    @Test(arguments: ["SA10197", "4L0014-163B/x", "OP:5F1C9A", #"a!@#$%^&*()_+{}|:"<>?`~[];',.\= "#])
    func whatIsTypedIsRead(_ text: String) throws {
        var reader = HIDKeyboardReader(.boot, keyboard: KeyboardLayout(.us), terminator: .enter)
        var scans: [String] = []
        for (index, report) in USBScannerSpeech.keyboard.reports(text: Array(text.utf8), aim: "]C0")
            .enumerated()
        {
            #expect(report.count == 8)
            if let scan = try reader.take(report, at: Int64(index)) {
                scans.append(String(decoding: scan.bytes, as: UTF8.self))
            }
        }
        #expect(scans == [text])
    }

    /// HID Usage Tables 1.5, section 10: A is 04, 1 is 1E, Enter is 28; a full stop (37) for a separator.
    @Test func keysAreThoseOfTheUsageTables() {
        let reports = USBScannerSpeech.keyboard.reports(text: [0x41, 0x1D, 0x31], aim: "]d1")
        #expect(reports.count == 8)
        #expect(reports[0] == [2, 0, 0x04, 0, 0, 0, 0, 0])
        #expect(reports[2] == [0, 0, 0x37, 0, 0, 0, 0, 0])
        #expect(reports[4] == [0, 0, 0x1E, 0, 0, 0, 0, 0])
        #expect(reports[6] == [0, 0, 0x28, 0, 0, 0, 0, 0])
        #expect(reports[7] == [UInt8](repeating: 0, count: 8))
    }

    @Test func aSerialLineEndsWithACarriageReturn() {
        let text = Array(String(repeating: "A", count: 70).utf8)
        let packets = USBScannerSpeech.serial.reports(text: text, aim: "]d1")
        #expect(packets.map(\.count) == [64, 7])
        #expect(packets.flatMap(\.self) == text + [0x0D])
        #expect(USBScannerSpeech.serial.reports(text: [], aim: "]d1").isEmpty)
    }
}
