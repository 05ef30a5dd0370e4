import Codecs
import Foundation
import Judging
import Testing

/// Scanners that are exchanged and re-programmed, while the gateway runs and while it does not: from real
/// libusb calls to rows in the ledger, and to what `plumbline devices` shows. Seen failing with a gateway
/// that forgets at its start which scanner it had read, and with a device's own count of its interfaces
/// believed.
@Suite struct ScannerExchangeTests {
    private let shop: Shop

    init() throws { shop = try Shop(technician: false, usb: true) }

    private func mock(_ command: String) throws {
        #expect(try USBMockControl.tell(command, at: shop.usbSocket) == "ok")
    }

    /// Starts the gateway with a scanner plugged in that has this serial number.
    private func start(_ serial: String, _ options: [String] = []) async throws {
        try await shop.startGateway(usb: true, options: ["--serial", serial] + options)
    }

    /// Waits for that many entries with this event.
    private func entries(_ event: String, _ count: Int) async throws -> [JSONValue] {
        try await shop.expectAudit(event, that: "\(count) of \(event)") { $0.count >= count }
    }

    /// The link is `usb:VID:PID` and names no serial number.
    @Test func exchangedWhileTheGatewayIsOffIsTheEventItIsWhileItRuns() async throws {
        try await start("A-1")
        try await shop.expectScanner("SCAN-1", "online")
        #expect(try await entries("scanner.identified", 1).first?["new"]?["serial"] == "A-1")
        try mock("unplug")
        try await shop.expectScanner("SCAN-1", "offline")
        try mock("plug B-2")
        #expect(try await entries("scanner.changed", 1).count == 1)
        #expect(await shop.stopGateway() == 0)

        try await start("C-3")
        let changes = try await entries("scanner.changed", 2)
        #expect(changes.map { $0["old"]?["serial"] } == ["A-1", "B-2"])
        #expect(changes.map { $0["new"]?["serial"] } == ["B-2", "C-3"])
        #expect(
            changes.map { $0["reason"]?.text } == [
                "another scanner at usb:0c2e:0b6a at port 1-1: serial number B-2, before it A-1",
                "another scanner at usb:0c2e:0b6a at port 1-1: serial number C-3, before it B-2",
            ])
        #expect(try await shop.audit("scanner.lost").map { $0["scanner"]?["serial"] } == ["A-1"])
        #expect(try await shop.audit("scanner.back").map { $0["scanner"]?["serial"] } == ["B-2"])
        #expect(await shop.stopGateway() == 0)

        // The same one again is no event.
        try await start("C-3")
        try await shop.expectScanner("SCAN-1", "online")
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.audit("scanner.changed").count == 2)
        #expect(try await shop.audit("scanner.identified").count == 1)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    /// A scanner's product id changes with its mode: a new device, and an event that names it.
    @Test func reprogrammedIsANewDeviceAndAnEvent() async throws {
        try await start("A-1")
        try await shop.expectScanner("SCAN-1", "online")
        #expect(try await entries("scanner.identified", 1).count == 1)
        try mock("unplug")
        try await shop.expectScanner("SCAN-1", "offline")
        try mock("plug A-1 keyboard 0c2e:0b61")
        let refused = try await entries("scanner.refused", 1)
        #expect(refused.count == 1)
        try expectReprogrammed(refused.last)
        try await expectTable([
            "0c2e:0b61", "A-1", "1-1", "keyboard", "unlisted", "–",
            "of the maker of SCAN-1, with another product id: perhaps in another mode",
        ])
        #expect(await shop.stopGateway() == 0)

        // The same while the gateway is off.
        try await start("A-1", ["--id", "0c2e:0b61", "--mode", "keyboard"])
        try expectReprogrammed(try await entries("scanner.refused", 2).last)
        #expect(try await shop.audit("scanner.changed").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    private func expectReprogrammed(_ entry: JSONValue?) throws {
        let entry = try #require(entry)
        #expect(entry["device"] == "SCAN-1")
        #expect(
            entry["reason"]?.text?.hasPrefix(
                "usb:0c2e:0b61 at port 1-1 came in the place of usb:0c2e:0b6a at port 1-1: the scanner was "
                    + "re-programmed, or it is another one.") == true, "\(entry)")
        #expect(
            entry["scanner"]
                == ["usb": "0c2e:0b61", "serial": "A-1", "port": "1-1", "interfaces": ["keyboard"]])
    }

    // MARK: what the command shows

    /// The cells of the table of USB devices that `plumbline devices` prints, without the heading.
    private func table() async throws -> [[String]] {
        let said = try await shop.plumbline(["devices"])
        #expect(said.code == 0, "\(said.errors)")
        let lines = said.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let heading = lines.firstIndex(where: { $0.hasPrefix("USB ") }) else { return [] }
        let cells = lines[(heading + 1)...].prefix { !$0.isEmpty }.map { line in
            line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
        return Array(cells)
    }

    /// Waits until the table is nothing but these rows; it is renewed four times a second.
    private func expectTable(_ rows: [String]...) async throws {
        var seen: [[String]] = []
        let isSo = try await Deadline.wait(Deadline.usual) {
            seen = try await table()
            return seen == rows
        }
        #expect(isSo, "the table is \(seen), not \(rows)")
    }

    /// From real libusb calls: opened, gone, refused for what it shows, and listed while another has it.
    @Test func theCommandListsWhatIsPluggedInAndWhatBecameOfIt() async throws {
        try await start("A-1", ["--busy", "1"])
        try await expectTable(["0c2e:0b6a", "A-1", "1-1", "hid", "opened", "SCAN-1", "–"])
        try mock("unplug")
        try await shop.expectScanner("SCAN-1", "offline")
        try await expectTable()
        try mock("plug B-2 hidden 0c2e:0b6a")
        try await expectTable([
            "0c2e:0b6a", "B-2", "1-1", "hid, keyboard", "refused", "SCAN-1",
            "usb:0c2e:0b6a at port 1-1 shows interfaces that are not listed (keyboard) and is not opened: "
                + "switch them off in the scanner, or list all with `interfaces: [hid, keyboard]` in its "
                + "profile",
        ])
        #expect(await shop.stopGateway() == 0)
    }
}
