import Judging
import Testing

@testable import Codecs

struct HIDPOSReaderTests {
    private let sixty = (0..<60).map { UInt8(ascii: "A") + UInt8($0 % 26) }

    private func reader(_ descriptor: [UInt8] = HIDSamples.aimDescriptor) throws -> HIDPOSReader {
        HIDPOSReader(try HIDPOSLayout(try HIDReportDescriptor(descriptor)))
    }

    @Test func oneReportIsOneScan() throws {
        var reader = try reader()
        let report = HIDSamples.aimReport(Array("FI-000123".utf8), symbology: "]C0", more: false)
        let scan = try #require(try reader.take(report, at: 0))
        #expect(scan.bytes == Array("FI-000123".utf8))
        #expect(scan.symbology == "]C0")
    }

    @Test func sixtyBytesArriveAsFiftySixAndFour() throws {
        var reader = try reader()
        let first = HIDSamples.aimReport(Array(sixty.prefix(56)), symbology: "]d1", more: true)
        let second = HIDSamples.aimReport(Array(sixty.suffix(4)), symbology: "]d1", more: false)
        #expect(try reader.take(first, at: 0) == nil)
        let scan = try #require(try reader.take(second, at: 8_000_000))
        #expect(scan.bytes == sixty)
        #expect(scan.symbology == "]d1")
    }

    @Test func theLayoutWithoutAIMIdentifierJoinsAlike() throws {
        var reader = try reader(HIDSamples.plainDescriptor)
        #expect(try reader.take(HIDSamples.plainReport(Array(sixty.prefix(56)), more: true), at: 0) == nil)
        let last = HIDSamples.plainReport(Array(sixty.suffix(4)), more: false)
        let scan = try #require(try reader.take(last, at: 1))
        #expect(scan.bytes == sixty)
        #expect(scan.symbology == nil)
    }

    @Test func separatorsAndNULsWithinTheLengthAreKept() throws {
        var reader = try reader()
        let mark: [UInt8] = [0x5B, 0x29, 0x3E, 0x1E, 0x30, 0x36, 0x1D, 0x00, 0x1E, 0x04, 0x00]
        let scan = try reader.take(HIDSamples.aimReport(mark, symbology: "]d1", more: false), at: 0)
        #expect(scan?.bytes == mark)
    }

    @Test func aReportWithoutDataIsNoScan() throws {
        var reader = try reader()
        #expect(try reader.take(HIDSamples.aimReport([], symbology: "]d1", more: false), at: 0) == nil)
    }

    @Test func theLargestQRCodeIsOneScan() throws {
        var reader = try reader()
        let digits = (0..<7_089).map { UInt8(ascii: "0") + UInt8($0 % 10) }
        var scan: HIDPOSReader.Scan?
        for start in stride(from: 0, to: digits.count, by: 56) {
            let end = min(start + 56, digits.count)
            let report = HIDSamples.aimReport(
                Array(digits[start..<end]), symbology: "]Q0", more: end < digits.count)
            scan = try reader.take(report, at: Int64(start))
        }
        #expect(scan?.bytes == digits)
    }

    @Test func aScanWithoutEndIsRefusedAndTheNextIsRead() throws {
        var reader = try reader()
        let endless = HIDSamples.aimReport(Array(sixty.prefix(56)), symbology: "]d1", more: true)
        var refusals = 0
        for _ in 0..<1_000 {
            do { #expect(try reader.take(endless, at: 0) == nil) } catch { refusals += 1 }
        }
        #expect(refusals == 1_000 - HIDPOSReader.longestScan / 56)
        let last = HIDSamples.aimReport([0x41], symbology: "]d1", more: false)
        #expect(throws: HIDError.self) { try reader.take(last, at: 0) }
        #expect(try reader.take(last, at: 0)?.bytes == [0x41])
    }

    @Test func aTruncatedReportSpoilsItsScanUntilASilence() throws {
        var reader = try reader()
        let first = HIDSamples.aimReport(Array(sixty.prefix(56)), symbology: "]d1", more: true)
        let last = HIDSamples.aimReport(Array(sixty.suffix(4)), symbology: "]d1", more: false)
        #expect(throws: HIDError.self) { try reader.take(Array(first.prefix(40)), at: 0) }
        #expect(throws: HIDError.self) { try reader.take(last, at: 1) }
        #expect(try reader.take(last, at: 2)?.bytes == Array(sixty.suffix(4)))
        #expect(throws: HIDError.self) { try reader.take([2], at: 3) }
        #expect(
            try reader.take(last, at: 3 + HIDPOSReader.longestGapNanoseconds + 1)?.bytes
                == Array(sixty.suffix(4)))
    }

    @Test func theRestOfAScanThatComesTooLateIsNoScan() throws {
        var reader = try reader()
        let first = HIDSamples.aimReport(Array(sixty.prefix(56)), symbology: "]d1", more: true)
        let last = HIDSamples.aimReport(Array(sixty.suffix(4)), symbology: "]d1", more: false)
        #expect(try reader.take(first, at: 0) == nil)
        #expect(throws: HIDError.self) { try reader.take(last, at: HIDPOSReader.longestGapNanoseconds + 1) }
        #expect(
            try reader.take(last, at: HIDPOSReader.longestGapNanoseconds + 2)?.bytes == Array(sixty.suffix(4))
        )
    }

    @Test func aForeignReportIsRefusedAndDisturbsNothing() throws {
        var reader = try reader()
        let first = HIDSamples.aimReport(Array(sixty.prefix(56)), symbology: "]d1", more: true)
        let last = HIDSamples.aimReport(Array(sixty.suffix(4)), symbology: "]d1", more: false)
        #expect(try reader.take(first, at: 0) == nil)
        #expect(throws: HIDError.self) { try reader.take([7, 1, 2, 3], at: 1) }
        #expect(try reader.take(last, at: 2)?.bytes == sixty)
    }

    @Test func aLengthBeyondTheReportIsRefused() throws {
        var reader = try reader()
        var report = HIDSamples.aimReport(Array("FI".utf8), symbology: "]C0", more: false)
        report[1] = 57
        #expect(throws: HIDError("a length of 57 where a report holds 56 data bytes", at: 1)) {
            try reader.take(report, at: 0)
        }
    }

    @Test func randomReportsNeverCrashAndNeverExceedTheBound() throws {
        var random = SeededRandom(seed: 0x9057)
        var reader = try reader()
        var scans = 0
        for step in 0..<10_000 {
            var report = random.bytes(upTo: 80)
            if !report.isEmpty, Bool.random(using: &random) { report[0] = 2 }
            if report.count > 1 { report[1] &= 0x3F }
            if let scan = try? reader.take(report, at: Int64(step)) {
                scans += 1
                #expect(scan.bytes.count <= HIDPOSReader.longestScan, "seed 9057, step \(step)")
            }
        }
        #expect(scans > 0, "seed 9057")
    }
}
