import Codecs
import Foundation
import Testing

/// A station with a Kolver K-DUCER, which forgets by being read, shows its last result alone and numbers from
/// 1 after a restart: each result is in one record, and one that is lost is an event with its number.
@Suite(.serialized) struct KolverStationTests {
    private static let plan = """
        plan: kolver
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "070 Nozzle nut"
        cycle: {start: scan, timeout: 60 s, retest: 1}
        steps:
          - {id: nut, title: "Tighten the nut", complete: tool.cycle}
        characteristics:
          - {id: nut_torque, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.torque}
          - {id: nut_result, step: nut, from: tool.result, equals: OK}
        """

    private func open() async throws -> Shop {
        let shop = try Shop(technician: false)
        let address = "127.0.0.1:\(try #require(try FreePorts.take(1).first))"
        let tool = Gauge(
            id: "TW-025", role: "tool", simulated: "model: kolver-kducer, listen: \"\(address)\"",
            profile: "kolver-kducer", link: "modbus+tcp://\(address)?unit=1")
        try shop.furnish("kolver", [tool], plan: Self.plan)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.expectScanner("TW-025", "online")
        return shop
    }

    private func end(_ serial: String, at shop: Shop) async throws {
        try await shop.expectStation(within: 30, "\(serial) passes") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == "PASS"
        }
    }

    private func torques(_ shop: Shop) async throws -> [String] {
        try await shop.records().map { record in
            let result = record["results"]?.elements.first { $0["characteristic"]?.text == "nut_torque" }
            return "\(record["part"]?["serial"]?.text ?? "") \(result?["value"]?.text ?? "-")"
        }
    }

    @Test func whateverIsLostOnTheWayEachScrewCountsOnce() async throws {
        let shop = try await open()
        for (index, fault) in ["", "reset", "silent", "delay", "exception"].enumerated() {
            let serial = "SA1000\(index)"
            try await shop.bring(serial)
            if !fault.isEmpty {
                try shop.control("/fault", ["device": "TW-025", "kind": .string(fault), "seconds": 2])
            }
            try shop.tighten(torque: 2_701 + Int64(index))
            try await end(serial, at: shop)
            try shop.mend("TW-025")
            try await shop.expectScanner("TW-025", "online")
        }
        let expected = (0..<5).map { "SA1000\($0) 27.0\($0 + 1)" }
        #expect(try await torques(shop) == expected)
        #expect(try await shop.audit("result.irregular").isEmpty)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func screwsWhileTheGatewayIsDeadAreTakenOnceOrTold() async throws {
        let shop = try await open()
        try await shop.bring("SA10001")
        await shop.killGateway()
        try shop.tighten(torque: 2_701)
        try await shop.startGateway()
        try await end("SA10001", at: shop)
        try await shop.bring("SA10002")
        await shop.killGateway()
        // Somebody tightens three times, and the tool keeps the last alone.
        for torque in [2_702, 2_703, 2_704] { try shop.tighten(torque: Int64(torque)) }
        try await shop.startGateway()
        try await end("SA10002", at: shop)
        #expect(try await torques(shop) == ["SA10001 27.01", "SA10002 27.04"])
        let isTold = try await Deadline.wait(Deadline.usual) {
            try await !shop.audit("result.irregular").isEmpty
        }
        #expect(isTold, "\(shop.gatewayLog)")
        let told = try await shop.audit("result.irregular")
        #expect(told.map { $0["kind"]?.text } == ["gap"])
        #expect(told.first?["first_lost"] == 2 && told.first?["last_lost"] == 3, "\(told)")
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aToolThatRestartsAndNumbersFromOneGivesANewResult() async throws {
        let shop = try await open()
        try await shop.bring("SA10001")
        try shop.tighten(torque: 2_701)
        try await end("SA10001", at: shop)
        try shop.control("/fault", ["device": "TW-025", "kind": "restart"])
        // A restart in the middle of a step would end it.
        let isSeen = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("it counts from the beginning")
        }
        #expect(isSeen, "\(shop.gatewayLog)")
        try await shop.bring("SA10002")
        // The number that was taken last, and even the same torque.
        try shop.tighten(torque: 2_701)
        try await end("SA10002", at: shop)
        #expect(try await torques(shop) == ["SA10001 27.01", "SA10002 27.01"])
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }
}
