import Testing

@testable import Simulation

/// Layout of the Access-IS LSR118: id, length, AIM identifier, data from byte 5, "more follows" in byte 63.
struct HIDReportTests {
    @Test func aShortCodeIsOneReport() throws {
        let reports = HIDReport.reports(text: Array("AB1".utf8), aim: "]C0")
        let report = try #require(reports.first)
        #expect(reports.count == 1 && report.count == 64)
        #expect(Array(report[0..<9]) == [2, 3, 0x5D, 0x43, 0x30, 0x41, 0x42, 0x31, 0])
        #expect(report[63] == 0)
    }

    /// The manual's own case: 60 characters come as 56 and 4.
    @Test func aLongCodeIsContinued() {
        let reports = HIDReport.reports(text: [UInt8](repeating: 0x41, count: 60), aim: "]d1")
        #expect(reports.map { $0[1] } == [56, 4])
        #expect(reports.map { $0[63] } == [1, 0])
        #expect(reports[1][9..<61].allSatisfy { $0 == 0 })
    }

    @Test func whatNoScannerSendsIsNoReport() {
        #expect(HIDReport.reports(text: [], aim: "]d1").isEmpty)
        #expect(HIDReport.reports(text: [1], aim: "]d").isEmpty)
        #expect(HIDReport.reports(text: [UInt8](repeating: 1, count: 10_000), aim: "]d1").isEmpty)
    }
}
