import Codecs
import Foundation
import Judging
import Testing

/// Scanners in each of their modes, by real libusb calls that mock devices answer.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct USBModesTests {
    private let connected = "connected usb:0c2e:0b6a at port 1-1"
    private let link = "usb:0c2e:0b6a"

    /// Key strokes of the boot keyboard, `prefix` before each report.
    private func type(_ usages: [UInt8], prefix: [UInt8] = [], into probe: MockedProbe) throws {
        for usage in usages {
            for key in [usage, 0] {
                let report = prefix + [2, 0, key, 0, 0, 0, 0, 0]
                #expect(try probe.tell("report \(Hex.text(report))") == "ok")
            }
        }
    }

    @Test func aHIDPOSReportWithoutAIMIdentifierIsRead() async throws {
        let probe = try MockedProbe(link: link, options: ["--mode", "hid-pos-plain"])
        #expect(await probe.next() == connected)
        // 60 bytes come as 56 and 4, the second report filled with zeroes (Newland FM420, p. 57).
        for (text, more) in [(String(repeating: "A", count: 56), UInt8(1)), ("BBBB", 0)] {
            let head = [2, UInt8(text.utf8.count)] + Array(text.utf8)
            let report = head + [UInt8](repeating: 0, count: 63 - head.count) + [more]
            #expect(try probe.tell("report \(Hex.text(report))") == "ok")
        }
        #expect(await probe.next() == "read \(Hex.text((String(repeating: "A", count: 56) + "BBBB").utf8))")
        #expect(await probe.stop() == 0)
    }

    @Test(arguments: [("keyboard", []), ("keyboard-9", [2])] as [(String, [UInt8])])
    func aKeyboardIsTakenFromTheKernelAndGivenBack(_ mode: String, _ prefix: [UInt8]) async throws {
        let probe = try MockedProbe(
            link: link, mode: "us", options: ["--mode", mode, "--driver", "usbhid"], course: .outlived)
        let number = try #require(await probe.number())
        #expect(await probe.next() == connected)
        // While it is claimed, no keystroke goes to a console.
        #expect(try probe.tell("holders") == "ok 0 claimed")
        try type([0x09, 0x0C, 0x1E, 0x28], prefix: prefix, into: probe)
        #expect(await probe.next() == "read \(Hex.text("FI!".utf8))")
        // The kernel frees what an ended program held; only a release gives it back to the driver.
        probe.kill(number, SIGTERM)
        #expect(await probe.next() == "stopped")
        #expect(await probe.next() == "outlived")
        #expect(try probe.tell("holders") == "ok 0 usbhid")
        _ = await probe.stop()
    }

    @Test func aKeyboardUnpluggedInMidScanLeavesNothingBehind() async throws {
        let probe = try MockedProbe(link: link, mode: "us", options: ["--mode", "keyboard"])
        #expect(await probe.next() == connected)
        try type([0x09, 0x0C], into: probe)
        // The mock hands reports over in order: when the scan after them is read, they have been.
        try type([0x28, 0x04, 0x05], into: probe)
        #expect(await probe.next() == "read \(Hex.text("FI".utf8))")
        #expect(try probe.tell("unplug") == "ok")
        #expect(await probe.next()?.hasPrefix("unplugged the scanner was unplugged") == true)
        #expect(try probe.tell("plug") == "ok")
        #expect(await probe.next() == connected)
        try type([0x06, 0x28], into: probe)
        #expect(await probe.next() == "read \(Hex.text("C".utf8))")
        #expect(await probe.stop() == 0)
    }

    @Test func aSerialLineIsSetReadAndRefusesDamage() async throws {
        let probe = try MockedProbe(
            link: link, mode: "serial", options: ["--mode", "cdc", "--driver", "cdc_acm"])
        #expect(await probe.next() == connected)
        #expect(try probe.tell("holders") == "ok 0 claimed, 1 claimed")
        // 9600 8N1 (USB CDC PSTN 1.2, table 17); DTR and RTS raised.
        #expect(try probe.tell("line") == "ok coding 80250000000008 state 3")
        #expect(try probe.tell("report \(Hex.text("FI-1\r\nFI-".utf8))") == "ok")
        #expect(await probe.next() == "read \(Hex.text("FI-1".utf8))")
        // SERIAL_STATE with an overrun, in the middle of a line.
        #expect(try probe.tell("notify a1200000000002004000") == "ok")
        #expect(try probe.tell("report \(Hex.text("2\rFI-3\r".utf8))") == "ok")
        #expect(await probe.next() == "misread bytes were lost on the line (overrun): scan again")
        #expect(await probe.next() == "read \(Hex.text("FI-3".utf8))")
        // A line that was cut off by the plug is not finished by what comes after it.
        #expect(try probe.tell("report \(Hex.text("FI-4\rFI-".utf8))") == "ok")
        #expect(await probe.next() == "read \(Hex.text("FI-4".utf8))")
        #expect(try probe.tell("unplug") == "ok")
        #expect(
            await probe.next()
                == "unplugged the scanner was unplugged in the middle of a scan: scan again")
        #expect(try probe.tell("plug") == "ok")
        #expect(await probe.next() == connected)
        #expect(try probe.tell("report \(Hex.text("5\r".utf8))") == "ok")
        #expect(await probe.next() == "read \(Hex.text("5".utf8))")
        #expect(await probe.stop() == 0)
    }

    /// Each would say that bytes were lost, were it as long as it says and as a state has to be.
    @Test(arguments: ["a12000000000020040", "a120000000000200400000", "a1200000000003004000"])
    func aNotificationOfAWrongLengthIsLeftOutAndTheScanStays(_ notification: String) async throws {
        let probe = try MockedProbe(link: link, mode: "serial", options: ["--mode", "cdc"])
        #expect(await probe.next() == connected)
        #expect(try probe.tell("report \(Hex.text("FI-".utf8))") == "ok")
        #expect(try probe.tell("notify \(notification)") == "ok")
        #expect(await probe.next()?.hasPrefix("left_out ") == true)
        #expect(try probe.tell("report \(Hex.text("1\r".utf8))") == "ok")
        #expect(await probe.next() == "read \(Hex.text("FI-1".utf8))")
        #expect(await probe.stop() == 0)
    }

    @Test func aCompositeIsRefusedUnlessAllOfItIsListed() async throws {
        let probe = try MockedProbe(
            link: link, options: ["--mode", "composite", "--driver", "usbhid"])
        let refusal = await probe.next()
        #expect(refusal?.hasPrefix("refused usb:0c2e:0b6a at port 1-1 shows interfaces") == true)
        #expect(refusal?.contains("(keyboard, storage)") == true)
        #expect(try probe.tell("holders") == "ok 0 usbhid, 1 usbhid, 2 usbhid")
        #expect(await probe.stop() == 0)
        let listed = try MockedProbe(
            link: link, mode: "hid-pos", interfaces: "hid,keyboard,storage",
            options: ["--mode", "composite", "--driver", "usbhid"], course: .outlived)
        let number = try #require(await listed.number())
        #expect(await listed.next() == connected)
        // The keyboard is held too, so that it types into no console.
        #expect(try listed.tell("holders") == "ok 0 claimed, 1 claimed, 2 usbhid")
        listed.kill(number, SIGTERM)
        #expect(await listed.next() == "stopped")
        #expect(await listed.next() == "outlived")
        #expect(try listed.tell("holders") == "ok 0 usbhid, 1 usbhid, 2 usbhid")
        _ = await listed.stop()
    }

    @Test func aKeyboardInAnotherSettingOfAnInterfaceCountsAsShown() async throws {
        let probe = try MockedProbe(link: link, options: ["--mode", "alternate", "--driver", "usbhid"])
        #expect(await probe.next()?.contains("not listed (keyboard) and is not opened") == true)
        #expect(try probe.tell("holders") == "ok 0 usbhid")
        #expect(await probe.stop() == 0)
        let listed = try MockedProbe(
            link: link, interfaces: "hid,keyboard", options: ["--mode", "alternate"])
        #expect(await listed.next() == connected)
        #expect(try listed.tell("holders") == "ok 0 claimed")
        #expect(await listed.stop() == 0)
    }

    /// The kernel binds its drivers to all interfaces that it finds; libusb stops where the device stops
    /// counting. Seen failing with libusb's count believed.
    @Test func aKeyboardThatTheDeviceDoesNotCountIsShownAndHeld() async throws {
        let probe = try MockedProbe(link: link, options: ["--mode", "hidden", "--driver", "usbhid"])
        #expect(await probe.next()?.contains("not listed (keyboard) and is not opened") == true)
        #expect(try probe.tell("holders") == "ok 0 usbhid, 1 usbhid")
        #expect(await probe.stop() == 0)
        let listed = try MockedProbe(
            link: link, interfaces: "hid,keyboard", options: ["--mode", "hidden", "--driver", "usbhid"])
        #expect(await listed.next() == connected)
        #expect(try listed.tell("holders") == "ok 0 claimed, 1 claimed")
        #expect(await listed.stop() == 0)
    }

    /// Another program holds the second interface, or the device does not answer on the first: what was taken
    /// from the kernel's driver goes back to it. Seen failing with nothing given back.
    @Test(
        arguments: [
            ("composite", "1", "Resource busy", "ok 0 usbhid, 1 busy, 2 usbhid"),
            ("cdc", "1", "Resource busy", "ok 0 usbhid, 1 busy"),
        ])
    func aClaimThatFailsLaterGivesBackWhatWasClaimed(
        _ mode: String, _ busy: String, _ reason: String, _ holders: String
    ) async throws {
        let probe = try MockedProbe(
            link: link, mode: mode == "cdc" ? "serial" : "hid-pos",
            interfaces: mode == "cdc" ? nil : "hid,keyboard,storage",
            options: ["--mode", mode, "--driver", "usbhid", "--busy", busy])
        #expect(await probe.next()?.contains("cannot be claimed: \(reason)") == true)
        #expect(try probe.tell("holders") == holders)
        #expect(await probe.stop() == 0)
    }

    /// What process `number` has open of the USB.
    private func openNodes(of number: Int32) throws -> [String] {
        let folder = "/proc/\(number)/fd"
        let files = FileManager.default
        // One that is closed meanwhile is not open.
        return try files.contentsOfDirectory(atPath: folder)
            .compactMap { try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
            .filter { $0.contains("/dev/bus/usb/") }
    }

    /// A dead descriptor that is held makes the port come back under another name. Seen failing with lines
    /// that are not closed when they end.
    @Test(arguments: ["hid-pos", "cdc"]) func ofALostDeviceNothingStaysOpen(_ mode: String) async throws {
        let probe = try MockedProbe(
            link: link, mode: mode == "cdc" ? "serial" : "hid-pos", options: ["--mode", mode],
            course: .outlived)
        let number = try #require(await probe.number())
        #expect(await probe.next() == connected)
        #expect(try openNodes(of: number).count == 1)
        for _ in 1...3 {
            #expect(try probe.tell("unplug") == "ok")
            #expect(await probe.next() == "unplugged the scanner was unplugged")
            #expect(try openNodes(of: number) == [])
            #expect(try probe.tell("plug") == "ok")
            #expect(await probe.next() == connected)
            #expect(try openNodes(of: number).count == 1)
        }
        probe.kill(number, SIGTERM)
        #expect(await probe.next() == "stopped")
        _ = await probe.stop()
    }

    /// A scanner's product id changes with its mode: it comes back as another device, is not opened, and is
    /// read again once it is set back.
    @Test func aReprogrammedScannerIsANewDevice() async throws {
        let probe = try MockedProbe(link: link, options: ["--serial", "A-1", "--driver", "usbhid"])
        #expect(await probe.next() == connected)
        #expect(try probe.tell("unplug") == "ok")
        #expect(await probe.next() == "unplugged the scanner was unplugged")
        #expect(try probe.tell("plug A-1 keyboard 0c2e:0b61") == "ok")
        #expect(
            await probe.next()
                == "refused usb:0c2e:0b61 at port 1-1 came in the place of usb:0c2e:0b6a at port 1-1: the "
                + "scanner was re-programmed, or it is another one. It is a new device: switch it to HID "
                + "POS, or name it in the link")
        #expect(try probe.tell("holders") == "ok 0 usbhid")
        #expect(try probe.tell("unplug") == "ok")
        #expect(try probe.tell("plug A-1 hid-pos 0c2e:0b6a") == "ok")
        #expect(await probe.next() == connected)
        #expect(await probe.stop() == 0)
    }

    /// The kernel closes what a killed program had open: the scanner can be claimed again at once.
    @Test func afterKillTheScannerIsClaimedAgain() async throws {
        let probe = try MockedProbe(link: link, options: ["--driver", "usbhid"], course: .twice)
        let number = try #require(await probe.number())
        #expect(await probe.next() == connected)
        #expect(try probe.tell("holders") == "ok 0 claimed")
        probe.kill(number, SIGKILL)
        // The mock knows of the end by a second of silence, and may call the scanner busy until then.
        // umockdev does not tell it while a call is open: it took 16 s before that.
        var event = await probe.next()
        if event?.contains("Resource busy") == true { event = await probe.next() }
        #expect(event == connected)
        #expect(try probe.tell("holders") == "ok 0 claimed")
        #expect(await probe.stop() == 0)
    }

    @Test func amongAThousandDevicesOnlyTheListedOneIsOpened() async throws {
        let seed = SeededRandom.seed()
        let began = ContinuousClock.now
        // Twins with the scanner's own ids are meant too, but they show more than is listed.
        let open = try MockedProbe(
            link: link, options: ["--crowd", "1000", "--seed", "\(seed)"], patience: .seconds(240))
        var events: [String] = []
        while events.last != connected, let event = await open.next() { events.append(event) }
        let took = ContinuousClock.now - began
        print("a thousand USB devices: \(took), seed \(seed)")
        #expect(events.last == connected, "seed \(seed), \(took)")
        #expect(try open.tell("openings") == "ok 0", "seed \(seed)")
        #expect(await open.stop() == 0)
    }
}
