import Codecs
import Judging
import Testing

@testable import Transports

struct USBScannerMachineTests {
    private let scanner = USBSamples.device(1)
    private let place = "usb:0c2e:0b6a at port 1-1"

    @Test func fromPlugToScanToUnplug() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        let request = USBLineRequest(device: scanner, interface: USBSamples.posInterface, serial: nil)
        #expect(bench.actions == [.open(request, number: 1)])
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        #expect(bench.actions == [.tell(.connected(place: place, who: scanner.identity))])
        bench.take(
            .line(.report(PointOfSaleScanner.report("FI-000123".utf8), USBSamples.stamp(7)), number: 1))
        let read = ScanRead(
            bytes: Array("FI-000123".utf8), symbology: "]C0", stamp: USBSamples.stamp(7), device: "SCAN-1")
        #expect(bench.actions == [.tell(.read(read))])
        bench.take(.line(.ended(.unplugged), number: 1))
        #expect(bench.actions == [.tell(.unplugged(reason: "the scanner was unplugged"))])
        bench.take(.bus(.left(scanner)))
        #expect(bench.actions == [])
        bench.take(.bus(.arrived(USBSamples.device(2))))
        #expect(bench.actions.count == 1)
    }

    @Test func unpluggedInTheMiddleOfAScan() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        let first = PointOfSaleScanner.report(String(repeating: "A", count: 56).utf8, more: true)
        bench.take(.line(.report(first, USBSamples.stamp(0)), number: 1))
        #expect(bench.actions == [])
        bench.take(.bus(.left(scanner)))
        bench.take(.line(.ended(.unplugged), number: 1))
        #expect(
            bench.actions == [
                .tell(.unplugged(reason: "the scanner was unplugged in the middle of a scan: scan again"))
            ])
        bench.take(.bus(.arrived(USBSamples.device(2))))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 2))
        bench.take(.line(.report(PointOfSaleScanner.report("BBBB".utf8), USBSamples.stamp(9)), number: 2))
        guard case .tell(.read(let read)) = bench.actions.first else {
            Issue.record("no scan: \(bench.actions)")
            return
        }
        #expect(read.bytes == Array("BBBB".utf8))
    }

    @Test func wordsOfAnEarlierLineAreNotHeard() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.ended(.unplugged), number: 1))
        bench.take(.bus(.left(scanner)))
        bench.take(.bus(.arrived(USBSamples.device(2))))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        #expect(bench.actions == [])
    }

    @Test func aBrokenReportIsToldAndAForeignOneIsNot() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.line(.report([9, 1, 2], USBSamples.stamp(0)), number: 1))
        #expect(bench.actions == [])
        bench.take(.line(.report([2, 1, 2], USBSamples.stamp(0)), number: 1))
        #expect(
            bench.actions == [
                .tell(.misread(reason: "a report of 3 bytes, cut off: the scanner's have 62"))
            ])
    }

    // MARK: what is not opened

    @Test func nothingIsOpenedButTheLinksDevice() {
        var bench = USBBench()
        for other in [
            USBDevice(
                id: 1, vendor: 0x05E0, product: 0x0B6A, port: "1-1", interfaces: [USBSamples.posInterface]),
            USBDevice(id: 2, vendor: 0x1D6B, product: 0x0002, port: "1-0", interfaces: []),
        ] {
            bench.take(.bus(.arrived(other)))
            #expect(bench.actions == [])
        }
        bench = USBBench(USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A, port: "1-2"))
        bench.take(.bus(.arrived(scanner)))
        #expect(bench.actions == [])
        bench.take(.bus(.arrived(USBSamples.device(2, port: "1-2"))))
        #expect(bench.actions.count == 1)
    }

    @Test func aScannerInKeyboardModeIsNamedAsOne() {
        var bench = USBBench()
        let keyboard = USBSamples.device(1, interfaces: [USBSamples.bootKeyboard])
        bench.take(.bus(.arrived(keyboard)))
        #expect(
            bench.actions == [
                .tell(
                    .refused(
                        reason: "\(place) is a scanner in keyboard mode: switch it to HID POS",
                        who: keyboard.identity))
            ])
    }

    @Test func aKeyboardIsKnownByItsDescriptorToo() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: USBSamples.keyboardDescriptor), number: 1))
        #expect(bench.actions == [.close(number: 1)])
        bench.take(.line(.ended(.closed), number: 1))
        #expect(bench.refusals == ["\(place): the device is in keyboard mode: switch the scanner to HID POS"])
    }

    @Test func aScannerInAnotherModeHasAnotherProductID() {
        var bench = USBBench()
        let keyboard = USBSamples.device(1, product: 0x0B61, interfaces: [USBSamples.bootKeyboard])
        bench.take(.bus(.arrived(keyboard)))
        #expect(
            bench.refusals.first?.hasPrefix("usb:0c2e:0b61 at port 1-1 is a scanner in keyboard mode") == true
        )
    }

    @Test func aScannerInSerialModeIsNamedAsOne() {
        var bench = USBBench()
        bench.take(.bus(.arrived(USBSamples.device(1, interfaces: USBSamples.serialLine))))
        #expect(bench.refusals.first?.contains("serial mode") == true)
    }

    @Test func theHIDPOSInterfaceAmongSeveralIsFound() {
        var bench = USBBench(interfaces: [.hid, .hid, .keyboard])
        let composite = USBSamples.device(
            1,
            interfaces: [
                USBSamples.bootKeyboard, USBSamples.interface(number: 1), USBSamples.interface(number: 2),
            ])
        bench.take(.bus(.arrived(composite)))
        bench.take(.line(.opened(reportDescriptor: USBSamples.keyboardDescriptor), number: 1))
        bench.take(.line(.ended(.closed), number: 1))
        let request = USBLineRequest(
            device: composite, interface: USBSamples.interface(number: 2), serial: nil)
        #expect(bench.actions == [.open(request, number: 2)])
    }

    @Test func anotherSerialNumberIsRefusedAndTheRightOneTaken() {
        var bench = USBBench(USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A, serial: "B"))
        bench.take(.bus(.arrived(scanner)))
        let right = USBSamples.device(2, port: "1-2")
        bench.take(.bus(.arrived(right)))
        #expect(bench.actions == [])
        bench.take(.line(.ended(.otherSerial("A")), number: 1))
        #expect(bench.refusals == ["\(place) has serial number A, not B"])
        #expect(bench.actions.count == 2)
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 2))
        #expect(bench.actions == [.tell(.connected(place: "usb:0c2e:0b6a at port 1-2", who: right.identity))])
    }

    @Test func twoThatFitAreNeitherTakenUntilOneLeaves() {
        var bench = USBBench()
        let second = USBSamples.device(2, port: "1-2")
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: 1))
        bench.take(.bus(.arrived(second)))
        #expect(bench.actions.first == .close(number: 1))
        #expect(
            bench.refusals == ["2 devices are usb:0c2e:0b6a (ports 1-1, 1-2): name one with serial= or port="]
        )
        bench.take(.line(.ended(.closed), number: 1))
        #expect(bench.actions == [])
        bench.take(.bus(.left(scanner)))
        #expect(
            bench.actions == [
                .open(
                    USBLineRequest(device: second, interface: USBSamples.posInterface, serial: nil), number: 2
                )
            ])
    }

    // MARK: failures

    @Test func aDeviceThatWillNotOpenIsTriedAgainEverMoreSlowly() {
        var bench = USBBench()
        let error = TransportError(place, "cannot be claimed: Resource busy", remedy: "end the other program")
        bench.take(.bus(.arrived(scanner)))
        var pauses: [Int64] = []
        for attempt in 1...8 {
            bench.take(.line(.ended(.failed(error)), number: attempt))
            #expect(bench.refusals == (attempt == 1 ? [error.description] : []))
            for case .wake(let pause) in bench.actions { pauses.append(pause) }
            bench.take(.tick(USBSamples.stamp(0)))
            #expect(bench.actions.count == 1)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 32, 32].map { $0 * 500_000_000 })
    }

    @Test func aLineThatClosesUnaskedIsNotOpenedAgain() {
        var bench = USBBench()
        bench.take(.bus(.arrived(scanner)))
        bench.take(.line(.ended(.closed), number: 1))
        #expect(bench.actions == [])
    }

    @Test func aTickThatNobodyWaitsForDoesNothing() {
        var bench = USBBench()
        bench.take(.tick(USBSamples.stamp(0)))
        #expect(bench.actions == [])
    }

    @Test func inAnyOrderOfEventsAtMostOneLineIsOpen() {
        var random = SplitMix64(seed: 0x5CB)
        for round in 0..<200 {
            var bench = USBBench()
            var open: Int?
            for _ in 0..<200 {
                let input = Self.input(&random, number: open ?? 0)
                bench.take(input)
                if case .line(.ended, _) = input { open = nil }
                for case .open(_, let number) in bench.actions {
                    #expect(open == nil, "seed 5CB, round \(round)")
                    open = number
                }
            }
        }
    }

    /// Anything that can happen next, in any order.
    private static func input(_ random: inout SplitMix64, number: Int) -> USBScannerMachine.Input {
        let id = UInt64.random(in: 1...3, using: &random)
        let device = USBSamples.device(id, port: "1-\(id)")
        return switch Int.random(in: 0...8, using: &random) {
        case 0, 1: .bus(.arrived(device))
        case 2: .bus(.left(device))
        case 3: .line(.opened(reportDescriptor: PointOfSaleScanner.descriptor), number: number)
        case 4: .line(.opened(reportDescriptor: USBSamples.keyboardDescriptor), number: number)
        case 5: .line(.report(PointOfSaleScanner.report("A".utf8), USBSamples.stamp(0)), number: number)
        case 6: .line(.ended(.closed), number: number)
        case 7: .line(.ended(.unplugged), number: number)
        default: .tick(USBSamples.stamp(0))
        }
    }
}
