import Codecs
import Judging
import Testing

@testable import Transports

/// What may be opened, and scanners in other modes than HID POS.
struct USBScannerRuleTests {
    private let scanner = USBSamples.device(1)
    private let place = "usb:0c2e:0b6a at port 1-1"

    // MARK: what is listed

    @Test func aScannerThatIsMoreThanListedIsNotOpened() {
        var bench = USBBench()
        let keyboard = USBSamples.interface(number: 1, subclass: 1, protocolCode: 1)
        let composite = USBSamples.device(
            1, interfaces: [USBSamples.posInterface, keyboard, USBSamples.storage])
        bench.take(.bus(.arrived(composite)))
        #expect(
            bench.actions == [
                .tell(
                    .refused(
                        reason:
                            "\(place) shows interfaces that are not listed (keyboard, storage) and is not "
                            + "opened: switch them off in the scanner, or list all with `interfaces: [hid, "
                            + "keyboard, storage]` in its profile", who: composite.identity))
            ])
        // Said once, and once more when it comes again.
        bench.take(.bus(.arrived(USBSamples.device(2, product: 0x0001, port: "1-9"))))
        #expect(bench.actions == [])
        bench.take(.bus(.left(composite)))
        bench.take(.bus(.arrived(composite)))
        #expect(bench.refusals.count == 1)
        var listed = USBBench(interfaces: [.hid, .keyboard, .storage])
        listed.take(.bus(.arrived(composite)))
        guard case .open(let request, _) = listed.actions.first, listed.actions.count == 1 else {
            Issue.record("not opened: \(listed.actions)")
            return
        }
        // The keyboard is held, though it is not read: nothing may be typed into a console.
        #expect(request.claims == [0, 1])
    }

    /// Two interfaces of one kind need two entries: the second may be the keyboard.
    @Test func eachInterfaceNeedsItsOwnEntry() {
        var bench = USBBench()
        let double = [USBSamples.posInterface, USBSamples.interface(number: 1)]
        bench.take(.bus(.arrived(USBSamples.device(1, interfaces: double))))
        #expect(bench.refusals.first?.contains("not listed (hid)") == true)
    }

    @Test func aSecondDeviceThatIsRefusedDisturbsNothingAndIsSaid() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        let twin = USBSamples.device(
            2, port: "1-2", interfaces: [USBSamples.posInterface, USBSamples.storage])
        bench.take(.bus(.arrived(twin)))
        guard case .tell(.noticed(let reason, twin.identity, nil)) = bench.actions.first else {
            Issue.record("nothing is said: \(bench.actions)")
            return
        }
        #expect(reason.contains("(storage)"))
        #expect(bench.actions.count == 1)
    }

    @Test func aDeviceOfAnotherSerialNumberIsNotOpened() {
        var bench = USBBench(USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A, serial: "B"))
        let other = USBSamples.device(1, serial: "A")
        bench.take(.bus(.arrived(other)))
        let reason = "\(place) has serial number A, not B"
        #expect(bench.actions == [.tell(.refused(reason: reason, who: other.identity))])
        bench.take(.bus(.arrived(USBSamples.device(2, port: "1-2", serial: "B"))))
        guard case .open(let request, _) = bench.actions.first else {
            Issue.record("not opened: \(bench.actions)")
            return
        }
        #expect(request.device.id == 2)
    }

    @Test func aReprogrammedScannerIsANewDevice() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.line(.ended(.unplugged), number: 1))
        bench.take(.bus(.left(scanner)))
        let changed = USBSamples.device(2, product: 0x0B61, interfaces: [USBSamples.bootKeyboard])
        bench.take(.bus(.arrived(changed)))
        #expect(
            bench.refusals == [
                "usb:0c2e:0b61 at port 1-1 came in the place of \(place): the scanner was re-programmed, "
                    + "or it is another one. It is a new device: switch it to HID POS, or name it in the link"
            ])
    }

    // MARK: other modes

    @Test func aKeyboardScannerTypes() {
        var bench = USBBench(USBSamples.address, .keyboard(.us, terminator: .enter))
        bench.take(.bus(.arrived(USBSamples.device(1, interfaces: [USBSamples.bootKeyboard]))))
        bench.take(.line(.opened(reportDescriptor: []), number: 1))
        for key in [0x04, 0x00, 0x1E, 0x00, 0x28] as [UInt8] {
            bench.take(.line(.report([2, 0, key, 0, 0, 0, 0, 0], USBSamples.stamp(1)), number: 1))
        }
        let read = ScanRead(
            bytes: Array("A!".utf8), symbology: nil, stamp: USBSamples.stamp(1), device: "SCAN-1")
        #expect(bench.actions == [.tell(.read(read))])
    }

    @Test func aScannerInHIDPOSModeIsNoKeyboard() {
        var bench = USBBench(USBSamples.address, .keyboard(.us, terminator: .enter), interfaces: [.hid])
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.line(.ended(.closed), number: 1))
        #expect(bench.refusals.first?.contains("protocol hid-pos") == true)
    }

    @Test func aSerialLineIsOpenedWithBothItsInterfaces() throws {
        let framing = try LineFraming(suffixes: [], longest: 64, idleGapNanoseconds: 100_000)
        var bench = USBBench(USBSamples.address, .serial(framing))
        let device = USBSamples.device(1, interfaces: USBSamples.serialLine)
        bench.take(.bus(.arrived(device)))
        let part = USBLineRequest.SerialPart(data: USBSamples.serialLine[1], coding: .usual)
        let request = USBLineRequest(
            device: device, interface: USBSamples.serialLine[0], serial: nil, line: part)
        #expect(bench.actions == [.open(request, number: 1)])
        bench.take(.line(.opened(reportDescriptor: []), number: 1))
        bench.take(.line(.report(Array("FI-".utf8), USBSamples.stamp(0)), number: 1))
        #expect(bench.actions == [.wake(afterNanoseconds: 100_000)])
        bench.take(.line(.report(Array("1".utf8), USBSamples.stamp(60_000)), number: 1))
        #expect(bench.actions == [])
        // Not yet: the second byte moved the end of the line.
        bench.take(.tick(USBSamples.stamp(100_000)))
        #expect(bench.actions == [.wake(afterNanoseconds: 60_000)])
        bench.take(.tick(USBSamples.stamp(160_000)))
        // Read when its last byte came, not when the silence was over: seen failing with that.
        let read = ScanRead(
            bytes: Array("FI-1".utf8), symbology: nil, stamp: USBSamples.stamp(60_000), device: "SCAN-1")
        #expect(bench.actions == [.tell(.read(read))])
    }

    @Test func aSerialLineWithoutDataIsRefused() {
        var bench = USBBench(USBSamples.address, .serial(.carriageReturnOrLineFeed))
        bench.take(.bus(.arrived(USBSamples.device(1, interfaces: [USBSamples.serialLine[0]]))))
        #expect(bench.refusals.first?.contains("no data interface") == true)
    }

    @Test func aMarkLongerThanTheProfileAllowsIsRefusedWhole() {
        let rule = USBScannerRule(address: USBSamples.address, mode: .hidPOS, longestMark: 4)
        var machine = USBScannerMachine(device: "SCAN-1", rule: rule)
        _ = machine.take(.bus(.arrived(scanner)))
        _ = machine.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        let actions = machine.take(
            .line(.report(PointOfSaleScanner.report("FI-01".utf8), USBSamples.stamp(0)), number: 1))
        #expect(
            actions == [
                .tell(.misread(reason: "a mark of 5 bytes; the profile allows 4", bytes: Array("FI-01".utf8)))
            ])
    }
}
