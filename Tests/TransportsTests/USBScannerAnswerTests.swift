import Codecs
import Judging
import Testing

@testable import Transports

/// What a scanner on a claimed USB serial line is told of its scans.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct USBScannerAnswerTests {
    private let device = USBSamples.device(1, interfaces: USBSamples.serialLine)
    private static let serial = USBScannerMode.serial(.carriageReturnOrLineFeed)

    /// A bench whose serial line, number 1, is open.
    private func openBench() -> USBBench {
        var bench = USBBench(USBSamples.address, Self.serial)
        bench.take(.bus(.arrived(device)))
        bench.take(.line(.opened(reportDescriptor: []), number: 1))
        return bench
    }

    // MARK: which answer goes out

    @Test func theAnswerToTheLastScanIsSentAndNoOther() {
        var bench = openBench()
        bench.take(.answer([0x06], to: nil))
        #expect(bench.actions == [], "nothing was scanned")
        bench.take(.line(.report(Array("FI-1\r".utf8), USBSamples.stamp(1)), number: 1))
        bench.take(.answer([0x06], to: USBSamples.stamp(1)))
        #expect(bench.actions == [.send([0x06], number: 1)])
        bench.take(.line(.report(Array("FI-2\r".utf8), USBSamples.stamp(2)), number: 1))
        bench.take(.answer([0x06], to: USBSamples.stamp(1)))
        #expect(bench.actions == [], "the scanner would take it for the answer to FI-2")
        bench.take(.answer([0x15], to: nil))
        #expect(bench.actions == [], "the last one was a mark")
        bench.take(.answer([0x15], to: USBSamples.stamp(2)))
        #expect(bench.actions == [.send([0x15], number: 1)])
    }

    /// Two marks may come in one packet: the scanner waits with the second one.
    @Test func ofTwoMarksInOnePacketTheSecondIsAnswered() throws {
        var bench = openBench()
        bench.take(.line(.report(Array("FI-1\rFI-2\r".utf8), USBSamples.stamp(9)), number: 1))
        let stamps = bench.actions.compactMap { action in
            if case .tell(.read(let read)) = action { read.stamp } else { nil }
        }
        try #require(stamps.count == 2)
        bench.take(.answer([0x06], to: stamps[0]))
        #expect(bench.actions == [])
        bench.take(.answer([0x06], to: stamps[1]))
        #expect(bench.actions == [.send([0x06], number: 1)])
    }

    @Test func whatWasNoMarkIsAnsweredToo() {
        var bench = openBench()
        let endless = Array(repeating: UInt8(0x41), count: 20_000) + [0x0D]
        bench.take(.line(.report(endless, USBSamples.stamp(1)), number: 1))
        guard case .tell(.misread) = bench.actions.first else {
            Issue.record("a line of 20,000 bytes was taken: \(bench.actions)")
            return
        }
        bench.take(.answer([0x15], to: nil))
        #expect(bench.actions == [.send([0x15], number: 1)])
    }

    @Test func anAnswerToAScanOfBeforeTheScannerReturnedIsLeftOut() {
        var bench = openBench()
        bench.take(.line(.report(Array("FI-1\r".utf8), USBSamples.stamp(1)), number: 1))
        bench.take(.line(.ended(.unplugged), number: 1))
        bench.take(.answer([0x06], to: USBSamples.stamp(1)))
        #expect(bench.actions == [])
        bench.take(.bus(.left(device)))
        bench.take(.bus(.arrived(USBSamples.device(2, interfaces: USBSamples.serialLine))))
        bench.take(.line(.opened(reportDescriptor: []), number: 2))
        bench.take(.answer([0x06], to: USBSamples.stamp(1)))
        #expect(bench.actions == [])
    }

    @Test func aHIDScannerIsSentNothing() {
        var bench = USBBench()
        bench.take(.bus(.arrived(USBSamples.device(1))))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.line(.report(PointOfSaleScanner.report("FI-1".utf8), USBSamples.stamp(1)), number: 1))
        bench.take(.answer([0x06], to: USBSamples.stamp(1)))
        #expect(bench.actions == [])
    }

    // MARK: the line

    @Test func theAnswerGoesOutAndWhatIsNotTakenIsTold() async {
        let (bus, log) = (FakeUSBBus(), EventLog())
        let scanner = USBScanner(
            device: "SCAN-1", rule: USBScannerRule(address: USBSamples.address, mode: Self.serial), bus: bus,
            time: SystemTime(), handler: log.handler)
        let running = Task { await scanner.run() }
        bus.plug(FakeUSBBus.Plug(device: device, serial: nil, reportDescriptors: [:]))
        _ = await log.next()
        bus.send(Array("FI-1\r".utf8), from: device, at: USBSamples.stamp(1))
        #expect(await log.nextText() == "FI-1")
        scanner.answer([0x06, 0x0D], to: USBSamples.stamp(1))
        #expect(bus.sent == [[0x06, 0x0D]])
        bus.deafen("it sleeps")
        scanner.answer([0x06], to: USBSamples.stamp(1))
        #expect(await log.next() == .unanswered(reason: "it sleeps"))
        running.cancel()
        await running.value
        scanner.answer([0x06], to: USBSamples.stamp(1))
        #expect(bus.sent.count == 1)
    }

    // MARK: real libusb calls, answered by a mock device

    /// What the scanner was sent next; asked for until there is something.
    private func written(to probe: MockedProbe) async throws -> String {
        try await probe.tell("written", untilNot: "ok ")
    }

    private func scan(_ text: String, with probe: MockedProbe) async throws {
        #expect(try probe.tell("report \(Hex.text((text + "\r").utf8))") == "ok")
        #expect(await probe.next() == "read \(Hex.text(text.utf8))")
    }

    private func serialProbe() async throws -> MockedProbe {
        let probe = try MockedProbe(link: "usb:0c2e:0b6a", mode: "serial", options: ["--mode", "cdc"])
        #expect(await probe.next() == "connected usb:0c2e:0b6a at port 1-1")
        return probe
    }

    @Test func theBulkEndpointTakesTheAnswerToEachScan() async throws {
        let probe = try await serialProbe()
        for number in 1...3 {
            try await scan("FI-\(number)", with: probe)
            #expect(try await written(to: probe) == "ok 06")
        }
        // SERIAL_STATE with an overrun: the line that follows is no mark.
        #expect(try probe.tell("notify a1200000000002004000") == "ok")
        #expect(try probe.tell("report \(Hex.text("FI-4\r".utf8))") == "ok")
        #expect(await probe.next()?.hasPrefix("misread bytes were lost") == true)
        #expect(try await written(to: probe) == "ok 15")
        #expect(await probe.stop() == 0)
    }

    /// A scanner that takes no bytes is read on, told of once its second is over, and answered as soon as it
    /// listens again.
    @Test func aScannerThatTakesNoBytesHoldsNothingUp() async throws {
        let probe = try await serialProbe()
        #expect(try probe.tell("ignore") == "ok")
        try await scan("FI-1", with: probe)
        #expect(await probe.next() == "unanswered it took 0 of 1 bytes within 1000 ms")
        // The answer to FI-3 takes the place of the one to FI-2, which is out of date.
        try await scan("FI-2", with: probe)
        try await scan("FI-3", with: probe)
        #expect(await probe.next() == "unanswered it had not taken the answer when the next one came")
        #expect(await probe.next() == "unanswered it took 0 of 1 bytes within 1000 ms")
        #expect(try probe.tell("listen") == "ok")
        try await scan("FI-4", with: probe)
        #expect(try await written(to: probe) == "ok 06")
        #expect(await probe.stop() == 0)
    }

    /// An endpoint that has halted is told to go on, and gets the answer once more. Seen failing without.
    @Test func anAnswerThatStallsIsSentOnceMoreAndThenGivenUp() async throws {
        let probe = try await serialProbe()
        #expect(try probe.tell("stall 1") == "ok")
        try await scan("FI-1", with: probe)
        #expect(try await written(to: probe) == "ok 06")
        #expect(try probe.tell("stall 2") == "ok")
        try await scan("FI-2", with: probe)
        #expect(await probe.next() == "unanswered it refuses all bytes: plug it in again")
        // It was told to go on each time: what comes next goes through.
        try await scan("FI-3", with: probe)
        #expect(try await written(to: probe) == "ok 06")
        #expect(await probe.stop() == 0)
    }

    @Test func aScannerUnpluggedWithAnAnswerOnItsWayIsClosedAndReturns() async throws {
        let probe = try await serialProbe()
        #expect(try probe.tell("ignore") == "ok")
        try await scan("FI-1", with: probe)
        #expect(try probe.tell("unplug") == "ok")
        #expect(await probe.next() == "unplugged the scanner was unplugged")
        #expect(try probe.tell("listen") == "ok")
        #expect(try probe.tell("plug") == "ok")
        #expect(await probe.next() == "connected usb:0c2e:0b6a at port 1-1")
        try await scan("FI-2", with: probe)
        #expect(try await written(to: probe) == "ok 06", "and not what the scan before was answered")
        #expect(try probe.tell("ignore") == "ok")
        try await scan("FI-3", with: probe)
        // Stopped in the midst of it: the interface is given back all the same.
        #expect(await probe.stop() == 0)
        #expect(await probe.next() == "stopped")
    }
}
