import Codecs
import Foundation
import Testing

/// A station with a Kolver K-DUCER, which forgets by being read, shows its last result alone and numbers from
/// 1 after a restart: each result is in one record, and one that is lost is an event with its number.
@Suite(.serialized) struct KolverStationTests {
    private func open() async throws -> Shop {
        let address = "127.0.0.1:\(try #require(try FreePorts.take(1).first))"
        let tool = Gauge(
            id: "TW-025", role: "tool", simulated: "model: kolver-kducer, listen: \"\(address)\"",
            profile: "kolver-kducer", link: "modbus+tcp://\(address)?unit=1")
        return try await Shop.open({ _ in [tool] }, plan: Shop.nutPlan(verdict: "tool.result", set: nil))
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
            try await shop.end(serial)
            try shop.mend("TW-025")
            try await shop.expectScanner("TW-025", "online")
        }
        let expected = (0..<5).map { "SA1000\($0) \(2_701 + $0)" }
        #expect(try await shop.recorded() == expected)
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
        try await shop.end("SA10001")
        try await shop.bring("SA10002")
        await shop.killGateway()
        // Somebody tightens three times, and the tool keeps the last alone.
        for torque in [2_702, 2_703, 2_704] { try shop.tighten(torque: Int64(torque)) }
        try await shop.startGateway()
        try await shop.end("SA10002")
        #expect(try await shop.recorded() == ["SA10001 2701", "SA10002 2704"])
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
        try await shop.end("SA10001")
        try shop.control("/fault", ["device": "TW-025", "kind": "restart"])
        // A restart in the middle of a step would end it.
        let isSeen = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("it counts from the beginning")
        }
        #expect(isSeen, "\(shop.gatewayLog)")
        try await shop.bring("SA10002")
        // The number that was taken last, and even the same torque.
        try shop.tighten(torque: 2_701)
        try await shop.end("SA10002")
        #expect(try await shop.recorded() == ["SA10001 2701", "SA10002 2701"])
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }
}
