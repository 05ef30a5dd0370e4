/// Input reports of a HID point-of-sale scanner (usage page 8C), in the layout of an Access-IS LSR118.
///
/// 64 bytes: report id 2, length, AIM identifier, 56 bytes of data, and bit 0 of the last byte:
/// more follows.
package enum HIDReport {
    static let size = 64
    static let reportID: UInt8 = 2
    static let dataOffset = 5
    static let mostBytes = 56
    static let symbologyOffset = 61
    /// Most reports that one scan may take; a mark is far shorter.
    static let mostReports = 40

    /// The reports of one scan, in order; empty where `text` is empty or too long to be a mark.
    ///
    /// - Parameter aim: the AIM identifier, three characters such as `]d1`
    package static func reports(text: [UInt8], aim: String) -> [[UInt8]] {
        let identifier = Array(aim.utf8)
        guard identifier.count == 3, !text.isEmpty, text.count <= mostBytes * mostReports else { return [] }
        return stride(from: 0, to: text.count, by: mostBytes).map { start in
            let piece = text[start..<min(start + mostBytes, text.count)]
            var report = [UInt8](repeating: 0, count: size)
            report[0] = reportID
            report[1] = UInt8(piece.count)
            report.replaceSubrange(2..<5, with: identifier)
            report.replaceSubrange(dataOffset..<dataOffset + piece.count, with: piece)
            report[symbologyOffset] = identifier[1]
            report[size - 1] = start + mostBytes < text.count ? 1 : 0
            return report
        }
    }
}
