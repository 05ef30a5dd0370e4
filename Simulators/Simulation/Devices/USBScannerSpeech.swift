/// How a simulated USB scanner is set to speak; the mock has to be started in the same mode.
package enum USBScannerSpeech: String, Sendable, CaseIterable {
    case hidPOS = "hid-pos"
    case keyboard
    case serial = "cdc"

    /// The reports, or packets of bytes, of one scan, in order; empty where it cannot be sent.
    ///
    /// - Parameter aim: the AIM identifier, which only HID POS carries here.
    package func reports(text: [UInt8], aim: String) -> [[UInt8]] {
        switch self {
        case .hidPOS: HIDReport.reports(text: text, aim: aim)
        case .keyboard: KeyboardReport.reports(text: text)
        case .serial: Self.packets(text)
        }
    }

    /// A carriage return behind the mark, and 64 bytes a packet (USB 2.0, section 5.8.3: full speed).
    private static func packets(_ text: [UInt8]) -> [[UInt8]] {
        guard !text.isEmpty, text.count <= HIDReport.mostBytes * HIDReport.mostReports else { return [] }
        let line = text + [0x0D]
        return stride(from: 0, to: line.count, by: 64).map { Array(line[$0..<min($0 + 64, line.count)]) }
    }
}
