import Codecs
import Testing

@testable import Transports

/// Real libusb calls, answered by mock devices.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LibUSBBusTests {
    private let connected = "connected usb:0c2e:0b6a at port 1-1"

    /// The mock's report: 56 data bytes, two of the maker's, and the continuation bit in the last byte.
    private func report(_ text: String, more: Bool = false) -> String {
        var bytes: [UInt8] = [2, UInt8(text.utf8.count)] + Array("]d1".utf8) + Array(text.utf8)
        bytes += [UInt8](repeating: 0, count: 63 - bytes.count)
        return "report \(Hex.text(bytes + [more ? 1 : 0]))"
    }

    @Test func aScannerIsReadUnpluggedInMidScanAndReadAgain() async throws {
        let probe = try MockedProbe(link: "usb:0c2e:0b6a")
        #expect(await probe.next() == connected)
        #expect(try probe.tell(report("FI-000123")) == "ok")
        #expect(await probe.next() == "read \(Hex.text("FI-000123".utf8))")
        let long = String(repeating: "A", count: 56)
        #expect(try probe.tell(report(long, more: true)) == "ok")
        #expect(try probe.tell(report("BBBB")) == "ok")
        #expect(await probe.next() == "read \(Hex.text((long + "BBBB").utf8))")
        #expect(try probe.tell(report(long, more: true)) == "ok")
        #expect(try probe.tell("unplug") == "ok")
        #expect(await probe.next()?.hasPrefix("unplugged the scanner was unplugged") == true)
        #expect(try probe.tell("plug") == "ok")
        #expect(await probe.next() == connected)
        #expect(try probe.tell(report("FI-000124")) == "ok")
        #expect(await probe.next() == "read \(Hex.text("FI-000124".utf8))")
        #expect(await probe.stop() == 0)
        #expect(await probe.next() == "stopped")
    }

    @Test func theSerialNumberOfTheLinkIsCompared() async throws {
        let probe = try MockedProbe(
            link: "usb:0c2e:0b6a?serial=B-2", options: ["--serial", "A-1", "--unplugged"])
        // The mock listens before it starts the probe, which is therefore sure to be heard.
        #expect(try await probe.tell("plug", untilNot: nil) == "ok")
        #expect(await probe.next() == "refused usb:0c2e:0b6a at port 1-1 has serial number A-1, not B-2")
        #expect(await probe.stop() == 0)
        let right = try MockedProbe(link: "usb:0c2e:0b6a?serial=B-2", options: ["--serial", "B-2"])
        #expect(await right.next() == connected)
        #expect(await right.stop() == 0)
    }

    @Test func theMockSaysWhatIsWrongWithACommand() async throws {
        let probe = try MockedProbe(link: "usb:0c2e:0b6a")
        #expect(await probe.next() == connected)
        #expect(try probe.tell("plug") == "error the scanner is plugged in already")
        #expect(try probe.tell("report 0").hasPrefix("error a report is 1 to 64 bytes"))
        #expect(try probe.tell("dance").hasPrefix("error write plug [SERIAL [MODE VID:PID]], unplug"))
        #expect(await probe.stop() == 0)
    }

    @Test func aStoppedBusEndsWhatItIsAskedFor() async throws {
        let bus = try LibUSBBus(time: SystemTime())
        let watch = bus.watch { _ in }
        bus.stop()
        bus.stop()
        watch.cancel()
        let (events, event) = AsyncStream<USBLineEvent>.makeStream()
        let request = USBLineRequest(
            device: USBSamples.device(1), interface: USBSamples.posInterface, serial: nil)
        bus.open(request) { event.yield($0) }.close()
        for await event in events {
            #expect(event == .ended(.closed))
            break
        }
    }
}
