import Codecs
import Testing

@testable import Simulation

/// A technician at a torque station, and a gateway of a few lines, under simulated time.
struct TorqueStationTests {
    /// What a gateway does: unlocks the tool at a scan, acknowledges results, locks it after a good one.
    private struct Gateway {
        var floor: ShopFloor
        var now = ShopTime.zero
        private var framer = TelegramFramer()
        private(set) var results: [(identifier: String, isGood: Bool)] = []
        private(set) var scans = 0

        init(_ scenario: Scenario, parts: Int) {
            floor = ShopFloor(
                scenario: scenario, seed: 1, speed: 1, parts: parts, clock: ControllerClient.clock)
            floor.scanner("SCAN-1", isReady: true, at: now)
            floor.connect(1, to: "TW-031", at: now)
            say(1)
            say(60)
        }

        private mutating func say(_ mid: Int, _ data: String = "") {
            let text = ControllerClient.telegram(mid, 1, data)
            floor.receive(Array(text.utf8) + [0], from: 1, at: "TW-031", at: now)
        }

        /// Lets time pass until everybody is home, or `steps` steps are over.
        mutating func work(steps: Int) {
            for _ in 0..<steps where !floor.isFinished {
                now = max(now, min(floor.nextChange ?? now, now + .seconds(5)))
                say(9_999)
                for act in floor.advance(to: now) { take(act) }
            }
        }

        private mutating func take(_ act: ShopFloor.Act) {
            switch act {
            case .scan(_, let code) where !code.text.starts(with: Array("OP:".utf8)):
                scans += 1
                say(50, "PART-\(scans)")
                say(43)
            case .wire(_, .send(_, let bytes)):
                framer.take(bytes)
                while case .telegram(let telegram) = framer.next() { hear(telegram) }
            case .scan, .wire, .remark: break
            }
        }

        private mutating func hear(_ telegram: Telegram) {
            guard telegram.mid == 61 else { return }
            let isGood = telegram.data[87] == UInt8(ascii: "1")
            let identifier = FieldReader.trimmed(Array(telegram.data[39..<64]))
            results.append((String(decoding: identifier, as: UTF8.self), isGood))
            say(62)
            if isGood { say(42) }
        }
    }

    @Test func aTechnicianTightensWhenTheToolIsUnlockedUntilItIsGood() throws {
        var gateway = Gateway(try ScenarioFiles.torque(), parts: 4)
        gateway.work(steps: 500)
        #expect(gateway.floor.isFinished && gateway.floor.partsDone == 4)
        #expect(gateway.scans == 4)
        #expect(
            gateway.results.map(\.identifier) == ["PART-1", "PART-2", "PART-3", "PART-3", "PART-4", "PART-4"])
        #expect(gateway.results.map(\.isGood) == [true, true, false, true, false, true])
        let truth = try gateway.floor.truth(of: "TW-031", after: 4)
        #expect(truth["count"]?.integer == 6 && truth["next"]?.integer == 6)
        #expect(truth["tightenings"]?.elements.compactMap { $0["part"]?.text } == ["SA10200", "SA10200"])
        #expect(throws: SimulationError.self) { try gateway.floor.truth(of: "SCAN-1", after: 0) }
    }
}
