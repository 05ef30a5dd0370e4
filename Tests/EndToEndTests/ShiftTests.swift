import Codecs
import Foundation
import Testing

/// A technician's shift at one station, from real libusb calls to rows in the store: every scan is a part, or
/// a refusal with its reason, and no result is anyone else's.
@Suite struct ShiftTests {
    @Test func aShiftYieldsExactlyItsRecordsAndEvents() async throws {
        let shop = try Shop(technician: false, usb: true)
        try shop.shortenPlan()
        try await shop.startSimulator()
        try await shop.startGateway(usb: true)
        try await shop.expectScanner("SCAN-1", "online")
        try await shop.expectScanner("SCAN-2", "online")

        try await startOfShift(shop)
        try await firstPart(shop)
        try await lateScan(shop)
        try await unpluggedScanner(shop)
        try await replacedScanner(shop)
        try await expectWhatWasDone(shop)
    }

    /// The bench is tried before anyone has signed in: what it measures then is nobody's.
    private func startOfShift(_ shop: Shop) async throws {
        try await shop.mountPart()
        try shop.scanUSB(Shop.mark("SA10600"))
        try await shop.expectRefusal("no_badge")
        try shop.scanUSB(Shop.badge)
        try await shop.expectStation("1042 is signed in") { $0["operator"] == "1042" }
        try shop.scanUSB(Shop.mark("SA10600").replacingOccurrences(of: "4L0014-163B", with: "4L0014-999X"))
        try await shop.expectRefusal("unknown_part")
    }

    /// With another part and the same one scanned while it runs, and once more right after its verdict.
    private func firstPart(_ shop: Shop) async throws {
        try shop.scanUSB(Shop.mark("SA10601"))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.scanUSB(Shop.mark("SA10602"))
        try await shop.expectRefusal("cycle_running", about: "SA10602 was not taken")
        try shop.scanUSB(Shop.mark("SA10601"))
        try await shop.expectRefusal("cycle_running", about: "SA10601 is already being inspected")
        try shop.tighten()
        try await shop.expectVerdict("SA10601")
        try shop.scanUSB(Shop.mark("SA10601"))
        try await shop.expectRefusal("double_scan")
    }

    /// The bench is started by its own button before the part is scanned: that result is nobody's either.
    private func lateScan(_ shop: Shop) async throws {
        try await shop.mountPart()
        try shop.scanUSB(Shop.mark("SA10602"))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.tighten()
        try await shop.expectVerdict("SA10602")
    }

    /// While it is away the serial scanner does its work.
    private func unpluggedScanner(_ shop: Shop) async throws {
        try shop.control("/unplug", [:])
        try await shop.expectScanner("SCAN-1", "offline")
        try shop.scan(Shop.mark("SA10603"))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.control("/plug", [:])
        try await shop.expectScanner("SCAN-1", "online")
        try shop.scanUSB(Shop.mark("SA10604"))
        try await shop.expectRefusal("cycle_running", about: "SA10604 was not taken")
        try shop.tighten()
        try await shop.expectVerdict("SA10603")
    }

    /// Another scanner of the same model in its place is an event, and reads on.
    private func replacedScanner(_ shop: Shop) async throws {
        try shop.control("/unplug", [:])
        try await shop.expectScanner("SCAN-1", "offline")
        try shop.control("/plug", ["serial": "SCAN-0099"])
        try await shop.expectScanner("SCAN-1", "online")
        try shop.scanUSB(Shop.mark("SA10604"))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.tighten()
        try await shop.expectVerdict("SA10604")
    }

    private func expectWhatWasDone(_ shop: Shop) async throws {
        let isDelivered = try await Deadline.wait(20) {
            try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/api/v1/status"))["queue"] == 0
        }
        #expect(isDelivered)
        #expect(await shop.stopGateway() == 0)
        let serials = ["SA10601", "SA10602", "SA10603", "SA10604"]
        let records = try await shop.records()
        #expect(records.compactMap { $0["part"]?["serial"]?.text } == serials)
        #expect(records.allSatisfy { $0["result"] == "PASS" && $0["inspector"] == "1042" })
        #expect(
            try await shop.audit("scan.refused").compactMap { $0["code"]?.text } == [
                "no_badge", "unknown_part", "cycle_running", "cycle_running", "double_scan", "cycle_running",
            ])
        #expect(try await shop.audit("operator.signed_in").count == 1)
        #expect(try await shop.audit("cycle.opened").count == 4)
        #expect(try await shop.audit("result.orphaned").count == 2)
        let changes = try await shop.audit("scanner.changed")
        #expect(changes.count == 1, "\(changes)")
        let rows = try await shop.sqlite(
            shop.store, "SELECT DISTINCT serial, part_result FROM measurement ORDER BY ended_at")
        #expect(rows.split(separator: "\n").map(String.init) == serials.map { "\($0)|PASS" })
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }
}

extension Shop {
    /// Scans `text` with the USB scanner.
    fileprivate func scanUSB(_ text: String) throws {
        try control("/scan", ["scanner": "SCAN-1", "text": .string(text)])
    }

    fileprivate func expectRefusal(_ code: String, about words: String? = nil) async throws {
        try await expectStation("the scan is refused: \(code) \(words ?? "")") {
            guard $0["refusal"]?["code"]?.text == code else { return false }
            guard let words else { return true }
            return $0["refusal"]?["text"]?.text?.contains(words) == true
        }
    }

    /// The part passes.
    fileprivate func expectVerdict(_ serial: String) async throws {
        try await expectStation(within: 30, "\(serial) passes") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"] == "PASS"
        }
    }
}
