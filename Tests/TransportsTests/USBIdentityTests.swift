import Codecs
import Judging
import Testing

@testable import Transports

/// Which scanner is read, beside the one that was read before it, in this run of the gateway or another.
struct USBIdentityTests {
    private static let first = USBSamples.device(1, serial: "A")

    /// What is told when `device` is opened where the first one was read before, in the same run.
    private static func toldInOneRun(_ device: USBDevice) -> [USBScannerMachine.Action] {
        var bench = USBBench()
        bench.take(.bus(.arrived(first)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.line(.ended(.unplugged), number: 1))
        bench.take(.bus(.left(first)))
        bench.take(.bus(.arrived(device)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 2))
        return bench.actions
    }

    /// What is told when `device` is opened by a gateway that only knows from before who was there.
    private static func toldAfterRestart(_ device: USBDevice) -> [USBScannerMachine.Action] {
        var bench = USBBench(known: first.identity)
        bench.take(.bus(.arrived(device)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        return bench.actions
    }

    /// Seen failing after the restart with a machine that forgets whom it was told of.
    @Test(
        arguments: [
            ("1-1", "B", "another scanner at usb:0c2e:0b6a at port 1-1: serial number B, before it A"),
            ("1-1", nil, "another scanner at usb:0c2e:0b6a at port 1-1: serial number none, before it A"),
            ("1-2", "A", "the scanner (serial number A) moved from port 1-1 to port 1-2"), ("1-1", "A", nil),
        ] as [(String, String?, String?)])
    func anotherScannerInTheSamePlaceIsSaid(_ port: String, _ serial: String?, _ words: String?) {
        let device = USBSamples.device(2, port: port, serial: serial)
        let who = device.identity
        let expected: [USBScannerMachine.Action] =
            (words.map { [.tell(.noticed(reason: $0, who: who, before: Self.first.identity))] } ?? [])
            + [.tell(.connected(place: "usb:0c2e:0b6a at port \(port)", who: who))]
        #expect(Self.toldInOneRun(device) == expected)
        #expect(Self.toldAfterRestart(device) == expected)
    }

    @Test func aScannerThatShowsMoreThanBeforeWasReprogrammed() {
        let now = USBSamples.device(2, interfaces: [USBSamples.posInterface, USBSamples.storage])
        let reason = now.identity.change(since: USBSamples.device(1).identity)
        #expect(
            reason == "the scanner (without a serial number) at usb:0c2e:0b6a at port 1-1 was re-programmed: "
                + "it shows hid, storage, before it hid")
    }

    /// The link was changed along with the scanner, while the gateway was off.
    @Test(
        arguments: [
            ("A", "1-2", "the scanner (serial number A) was re-programmed"),
            (nil, "1-1", "the scanner (without a serial number) was re-programmed"),
            (nil, "1-2", "another scanner (without a serial number)"),
            ("B", "1-1", "another scanner (serial number B)"),
        ] as [(String?, String, String)])
    func anotherProductIsTheSameScannerByItsSerialNumberElseItsPort(
        _ serial: String?, _ port: String, _ words: String
    ) {
        let known = USBSamples.device(1, serial: serial == nil ? nil : "A").identity
        let now = USBSamples.device(
            2, product: 0x0B61, port: port, interfaces: [USBSamples.bootKeyboard], serial: serial)
        let reason = now.identity.change(since: known)
        let beginning = "\(words): usb:0c2e:0b61 at port \(port), before it "
        #expect(reason?.hasPrefix(beginning) == true, "\(reason ?? "")")
    }

    /// Re-programmed while the gateway was off: the device that is there now is known as the one that was.
    @Test func aScannerReprogrammedWhileTheGatewayWasOffIsToldAsSuch() {
        var bench = USBBench(known: Self.first.identity)
        let now = USBSamples.device(
            2, product: 0x0B61, port: "1-3", interfaces: [USBSamples.bootKeyboard], serial: "A")
        bench.take(.bus(.arrived(now)))
        #expect(
            bench.refusals.first?.hasPrefix(
                "usb:0c2e:0b61 at port 1-3 came in the place of usb:0c2e:0b6a at port 1-1: the scanner was "
                    + "re-programmed") == true)
        guard case .tell(.refused(_, let who)) = bench.actions.first else {
            Issue.record("nothing is refused: \(bench.actions)")
            return
        }
        #expect(who == now.identity)
    }

    /// The link names another model now: the scanner that was read before is no other one.
    @Test func theScannerThatWasReadBeforeCameInNobodysPlace() {
        let old = USBSamples.device(1, product: 0x0B61, interfaces: [USBSamples.bootKeyboard])
        var bench = USBBench(known: old.identity)
        bench.take(.bus(.arrived(old)))
        #expect(bench.refusals.first?.contains("is a scanner in keyboard mode, not usb:0c2e:0b6a") == true)
    }

    @Test(arguments: [nil, "A"]) func whatIsWrittenIsReadBack(_ serial: String?) throws {
        let identity = USBSamples.device(
            1, interfaces: [USBSamples.storage, USBSamples.posInterface], serial: serial
        ).identity
        #expect(identity.interfaces == [.hid, .storage])
        #expect(USBIdentity(json: identity.json) == identity)
        #expect(identity.json["usb"] == "0c2e:0b6a")
    }

    @Test(
        arguments: [
            .null, "0c2e:0b6a", [:], ["usb": "0c2e", "port": "1-1", "interfaces": []],
            ["usb": "0c2e:10b6a", "port": "1-1", "interfaces": []], ["usb": "0c2e:0b6a", "interfaces": []],
            ["usb": "0c2e:0b6a", "port": "1-1"],
        ] as [JSONValue])
    func whatIsNoIdentityIsNone(_ json: JSONValue) { #expect(USBIdentity(json: json) == nil) }
}
