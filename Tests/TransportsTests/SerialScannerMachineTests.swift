import Codecs
import Metrology
import Testing

@testable import Transports

struct SerialScannerMachineTests {
    private func machine() -> SerialScannerMachine {
        SerialScannerMachine(device: "SCAN-2", place: "/dev/ttyACM0", framing: .carriageReturnOrLineFeed)
    }

    @Test func aMissingLineIsToldOnceForEachReason() {
        var machine = machine()
        let missing = TransportError("/dev/ttyACM0", "cannot be opened", remedy: "plug it in")
        let denied = TransportError("/dev/ttyACM0", "cannot be opened", remedy: "join the group dialout")
        #expect(machine.failed(missing) == [.refused(reason: missing.description)])
        #expect(machine.failed(missing) == [])
        #expect(machine.failed(denied) == [.refused(reason: denied.description)])
    }

    @Test func pausesGrowToTwoSecondsAndShrinkWhenTheLineSpeaks() {
        var machine = machine()
        #expect((0..<6).map { _ in machine.pause() / 1_000_000 } == [125, 250, 500, 1_000, 2_000, 2_000])
        _ = machine.opened()
        #expect(machine.pause() / 1_000_000 == 2_000)
        _ = machine.came([0x41], at: USBSamples.stamp(0))
        #expect(machine.pause() / 1_000_000 == 125)
    }

    @Test func aLineBrokenOffBySilenceIsToldAndNotJoinedToTheNext() {
        var machine = machine()
        _ = machine.opened()
        #expect(machine.came(Array("FI-".utf8), at: USBSamples.stamp(0)) == [])
        let deadline = machine.deadline ?? 0
        #expect(
            machine.came([], at: USBSamples.stamp(deadline)) == [
                .misread(reason: "the line was broken off by a silence before its end (3 bytes)")
            ])
        let read = ScanRead(
            bytes: Array("FI-2".utf8), symbology: nil, stamp: USBSamples.stamp(deadline + 1), device: "SCAN-2"
        )
        #expect(machine.came(Array("FI-2\r".utf8), at: USBSamples.stamp(deadline + 1)) == [.read(read)])
    }

    /// A scan belongs to the moment of its last byte: the end of a silence may be in the next part's time.
    /// Seen failing with the stamp of what ended it.
    @Test func aMarkThatSilenceEndsWasReadWithItsLastByte() throws {
        let framing = try LineFraming(suffixes: [], longest: 64, idleGapNanoseconds: 1_000)
        func read(_ text: String, _ nanoseconds: Int64) -> ScannerEvent {
            .read(
                ScanRead(
                    bytes: Array(text.utf8), symbology: nil, stamp: USBSamples.stamp(nanoseconds),
                    device: "SCAN-2"))
        }
        var machine = SerialScannerMachine(device: "SCAN-2", place: "/dev/ttyACM0", framing: framing)
        _ = machine.opened()
        #expect(machine.came(Array("FI-".utf8), at: USBSamples.stamp(0)) == [])
        #expect(machine.came(Array("1".utf8), at: USBSamples.stamp(100)) == [])
        #expect(machine.came([], at: USBSamples.stamp(1_100)) == [read("FI-1", 100)])
        // The next one's bytes end it as well.
        #expect(machine.came(Array("FI-2".utf8), at: USBSamples.stamp(5_000)) == [])
        #expect(machine.came(Array("FI-3".utf8), at: USBSamples.stamp(9_000)) == [read("FI-2", 5_000)])
    }

    /// Each waits for its own answer. Seen failing with one stamp for both.
    @Test func twoMarksThatComeTogetherAreTwoScans() {
        var machine = machine()
        _ = machine.opened()
        let stamps = machine.came(Array("FI-1\rFI-2\r".utf8), at: USBSamples.stamp(7)).map { event in
            if case .read(let read) = event { read.stamp.monotonicNanoseconds } else { Int64.min }
        }
        #expect(stamps == [6, 7])
        #expect(machine.awaited == .read(USBSamples.stamp(7)))
    }

    @Test func aLossInTheMiddleOfAScanSaysSo() {
        var machine = machine()
        _ = machine.opened()
        _ = machine.came(Array("FI-".utf8), at: USBSamples.stamp(0))
        #expect(
            machine.lost("Input/output error") == [
                .unplugged(
                    reason: "the serial line is gone (Input/output error) in the middle of a scan: scan again"
                )
            ])
    }
}
