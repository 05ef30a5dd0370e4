import Codecs
import Foundation
import Testing

/// A bench that tells its serial number, and is exchanged for another.
@Suite struct DeviceIdentityTests {
    /// A shop whose bench tells who it is, by a profile of its own, and is configured with serial FB-0042.
    private func shop() throws -> Shop {
        let shop = try Shop(technician: false) { gateway in
            gateway.replacingOccurrences(of: "profiles: [", with: "profiles: [own, ")
                .replacingOccurrences(
                    of: "    calibration: {certificate: C-4711",
                    with: "    serial: FB-0042\n    calibration: {certificate: C-4711")
        }
        try shop.shortenPlan()
        let profile = try String(
            contentsOf: Program.checkout.appendingPathComponent("DeviceProfiles/plc-flow-bench.yaml"),
            encoding: .utf8)
        try shop.write(
            "own/plc-flow-bench.yaml", profile + "identity: {modbus: extended, serial: 0x80}\n")
        let scenario = try String(
            contentsOf: shop.folder.appendingPathComponent("shop.yaml"), encoding: .utf8)
        try shop.write(
            "shop.yaml",
            scenario.replacingOccurrences(
                of: "{model: flow-bench, ", with: "{model: flow-bench, serial: FB-0042, firmware: \"2.4\", "))
        return shop
    }

    /// The part's verdict, once it was tightened and measured.
    private func inspect(_ serial: String, in shop: Shop) async throws -> JSONValue {
        try await shop.mountPart()
        try await shop.bring(serial)
        try shop.tighten()
        try await shop.expectStation(within: 30, "\(serial) has a verdict") {
            $0["verdict"]?.text != nil && $0["part"]?["serial"]?.text == serial
        }
        return try #require(try await shop.records().last { $0["part"]?["serial"]?.text == serial })
    }

    /// The gauges of a record's results that were taken with this device.
    private static func gauges(_ record: JSONValue, _ device: String) -> [JSONValue] {
        (record["results"]?.elements ?? []).compactMap { $0["gauge"] }.filter { $0["id"]?.text == device }
    }

    @Test func aBenchThatIsExchangedIsAnEventAndNothingItMeasuresPasses() async throws {
        let shop = try shop()
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.signIn()
        try await expectIdentified(try await inspect("SA10300", in: shop), in: shop)
        try await expectChange(in: shop)

        let second = try await inspect("SA10301", in: shop)
        #expect(second["result"] == "INDETERMINATE")
        #expect(second["reasons"]?.elements.contains("gauge_identity") == true)
        #expect(Self.gauges(second, "FTS-001").allSatisfy { $0["serial"] == "FB-0077" })

        // Put back while the gateway is off: it knows who answered last.
        #expect(await shop.stopGateway() == 0)
        try shop.control("/swap", ["device": "FTS-001", "serial": "FB-0042", "firmware": "2.5"])
        try await shop.startGateway()
        let isBack = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("serial FB-0077 became FB-0042")
        }
        #expect(isBack, "\(shop.gatewayLog)")
        #expect(try await shop.audit("device.identity_changed").count == 2)
        let verified = try await shop.plumbline(["ledger", "verify"])
        #expect(verified.code == 0, "\(verified.errors)")
    }

    /// Record and ledger name the bench, and the tool, which tells its number in its result.
    private func expectIdentified(_ first: JSONValue, in shop: Shop) async throws {
        let known = Self.gauges(first, "FTS-001")
        #expect(!known.isEmpty && known.allSatisfy { $0["serial"] == "FB-0042" && $0["firmware"] == "2.4" })
        #expect(first["reasons"]?.elements.contains("gauge_identity") == false)
        #expect(Self.gauges(first, "TW-025").allSatisfy { $0["serial"] == "2301845" })
        let identified = try await shop.audit("device.identified")
        #expect(
            identified.contains { $0["device"] == "FTS-001" && $0["new"]?["serial"] == "FB-0042" })
        #expect(try await shop.audit("device.identity_changed").isEmpty)
    }

    /// Another bench is put in its place: log, ledger and command say so.
    private func expectChange(in shop: Shop) async throws {
        try shop.control("/swap", ["device": "FTS-001", "serial": "FB-0077", "firmware": "2.5"])
        let isSeen = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("serial FB-0042 became FB-0077, firmware 2.4 became 2.5")
        }
        #expect(isSeen, "\(shop.gatewayLog)")
        let change = try #require(try await shop.audit("device.identity_changed").first)
        #expect(change["old"]?["serial"] == "FB-0042" && change["new"]?["serial"] == "FB-0077")
        #expect(change["changed"] == ["serial", "firmware"])
        // What the command shows is renewed four times a second.
        let isShown = try await Deadline.wait(Deadline.usual) {
            String(decoding: try HTTP.get(port: shop.ports.web, "/api/v1/devices"), as: UTF8.self)
                .contains("FB-0077")
        }
        #expect(isShown)
        let devices = try await shop.plumbline(["devices"])
        #expect(devices.output.contains("FB-0077") && devices.output.contains("2.5"))
        #expect(devices.output.contains("FB-0042 is configured: nothing that it measures passes"))
    }
}
