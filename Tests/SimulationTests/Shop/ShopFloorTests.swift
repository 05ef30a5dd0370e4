import Codecs
import Testing

@testable import Simulation

struct ShopFloorTests {
    /// A gateway as far as a shop notices it: starts four steps for each scanned part, asks the tool, and
    /// acknowledges what it finds. Everything happens in virtual time.
    private struct Gateway {
        var floor: ShopFloor
        var now = ShopTime.zero
        var story: [String] = []
        private var step = 0
        private var acknowledged: UInt16 = 0

        init(seed: UInt64, parts: Int) throws {
            floor = ShopFloor(
                scenario: try ScenarioFiles.shop(), seed: seed, speed: 1, parts: parts, clock: 0)
            for scanner in ["SCAN-1", "SCAN-2"] { floor.scanner(scanner, isReady: true, at: .zero) }
            _ = ask("FTS-001", "0300000008")
            _ = ask("TW-025", "0401270043")
        }

        mutating func ask(_ device: String, _ pdu: String) -> [UInt8] {
            guard let place = floor.place(of: device), let bytes = Hex.bytes(pdu) else { return [] }
            let frame = ServerFrame(unit: 1, transaction: 0, pdu: bytes[...])
            guard case .reply(let reply, _, _) = floor.serve(frame, to: place, at: now) else { return [] }
            return reply
        }

        /// Runs until everybody has gone home, or an hour has passed.
        mutating func run() {
            while !floor.isFinished, now < .seconds(3600) {
                for act in floor.advance(to: now) {
                    guard case .scan(let scanner, let code) = act else { continue }
                    story.append("\(scanner) \(String(decoding: code.text, as: UTF8.self))")
                    if scanner == "SCAN-1" {
                        step = 0
                        _ = ask("TW-025", "101cd300081053413130313937000000000000000000")
                        next()
                    }
                }
                poll()
                now = now + .seconds(0.1)
            }
        }

        private mutating func poll() {
            let result = ask("FTS-001", "0301000012")
            if result.count == 38, result[3] != 0 || result[2] != 0 {
                let sequence = UInt16(result[2]) << 8 | UInt16(result[3])
                if sequence != acknowledged {
                    acknowledged = sequence
                    story.append(Hex.text(result))
                    _ = ask("FTS-001", "060209" + Hex.text(result[2..<4]))
                    next()
                }
            }
            if ask("TW-025", "0401260001") == [4, 2, 0, 1] {
                let block = ask("TW-025", "0401270043")
                story.append(Hex.text(block[48..<60]))
            }
        }

        private mutating func next() {
            let points = ["064006a40064", "064005460064", "012c032000c8", "025802bc00c8"]
            guard step < points.count else { return }
            _ = ask("FTS-001", "1002000009124330303030303039000\(step + 1)\(points[step])0001")
            step += 1
        }
    }

    @Test func theTechnicianWorksThroughTheParts() throws {
        var gateway = try Gateway(seed: 1, parts: 2)
        gateway.run()
        #expect(gateway.floor.isFinished && gateway.floor.partsDone == 2)
        let scans = gateway.story.filter { $0.hasPrefix("SCAN") }
        #expect(
            scans == [
                "SCAN-2 OP:5F1C9A",
                "SCAN-1 [)>\u{1E}06\u{1D}17V98897\u{1D}1P4L0014-163B\u{1D}SSA10197\u{1E}\u{04}",
                "SCAN-2 OP:5F1C9A",
                "SCAN-1 [)>\u{1E}06\u{1D}17V98897\u{1D}1P4L0014-163B\u{1D}SSA10198\u{1E}\u{04}",
            ])
        #expect(gateway.story.count == 4 + 2 * 5, "four results and a tightening for each part")
    }

    @Test func oneSeedHasOneOutcome() throws {
        var stories: [[String]] = []
        for seed: UInt64 in [4, 4, 5] {
            var gateway = try Gateway(seed: seed, parts: 3)
            gateway.run()
            stories.append(gateway.story)
        }
        #expect(stories[0] == stories[1])
        #expect(stories[0] != stories[2])
    }

    @Test func withoutAnyReactionTheCodesAreScannedAgain() throws {
        var floor = ShopFloor(scenario: try ScenarioFiles.shop(), seed: 1, speed: 1, parts: 1, clock: 0)
        for scanner in ["SCAN-1", "SCAN-2"] { floor.scanner(scanner, isReady: true, at: .zero) }
        for device in ["FTS-001", "TW-025"] {
            let frame = ServerFrame(unit: 1, transaction: 0, pdu: [3, 0, 0, 0, 1])
            _ = floor.serve(frame, to: try #require(floor.place(of: device)), at: .zero)
        }
        var scans = 0
        for second in 0..<60 {
            for act in floor.advance(to: .seconds(Double(second))) {
                if case .scan = act { scans += 1 }
            }
        }
        #expect(scans >= 4)
        #expect(!floor.isFinished)
    }

    @Test func nobodyBeginsBeforeTheShopIsReady() throws {
        var floor = ShopFloor(scenario: try ScenarioFiles.shop(), seed: 1, speed: 1, parts: 1, clock: 0)
        floor.scanner("SCAN-2", isReady: true, at: .zero)
        #expect(floor.advance(to: .seconds(500)).isEmpty)
    }

    @Test func leakOffRunsThroughTheMeter() throws {
        var gateway = try Gateway(seed: 1, parts: 1)
        #expect(Array(gateway.ask("FM-001", "0340060002").suffix(4)) == [0, 0, 0, 0])
        try gateway.floor.perform(
            .mount(Injector(serial: "A", health: .nominal, seed: 1)), on: "FTS-001", at: .zero)
        _ = gateway.ask("FTS-001", "10020000091243303030303030390001064005460064 0001")
        gateway.now = .seconds(20)
        let reply = gateway.ask("FM-001", "0340060002")
        let rate = reply.suffix(4).reduce(0) { $0 << 8 | Int($1) }
        #expect((2000...4000).contains(rate), "20…40 mL/min at two decimals, not \(rate)")
    }
}

struct FaultTests {
    private func outcome(_ kind: String, at seconds: Double) throws -> ShopFloor.Outcome {
        var floor = ShopFloor(
            scenario: try ScenarioFiles.bench(faults: "[{device: B-1, kind: \(kind), after: 1 s, for: 2 s}]"),
            seed: 1, speed: 10, parts: nil, clock: 0)
        let frame = ServerFrame(unit: 7, transaction: 9, pdu: [3, 1, 0, 0, 1])
        return floor.serve(frame, to: 0, at: .seconds(seconds * 10))
    }

    private static let good = ShopFloor.Outcome.reply([3, 2, 0, 0], unit: 7, after: .zero)

    @Test(arguments: ["silent", "delay", "exception", "wrong_unit", "reset"])
    func aFaultHasItsTime(kind: String) throws {
        #expect(try outcome(kind, at: 0.9) == Self.good)
        #expect(try outcome(kind, at: 1.1) != Self.good)
        #expect(try outcome(kind, at: 3.1) == Self.good)
    }

    @Test func eachKindDoesWhatItSays() throws {
        #expect(try outcome("silent", at: 2) == .silence)
        #expect(try outcome("reset", at: 2) == .reset)
        #expect(try outcome("exception", at: 2) == .reply([0x83, 6], unit: 7, after: .zero))
        #expect(try outcome("wrong_unit", at: 2) == .reply([3, 2, 0, 0], unit: 8, after: .zero))
        // One real second is ten of the shop's.
        #expect(try outcome("delay", at: 2) == .reply([3, 2, 0, 0], unit: 7, after: .seconds(10)))
    }

    @Test func aRestartHappensOnce() throws {
        var floor = ShopFloor(
            scenario: try ScenarioFiles.bench(faults: "[{device: B-1, kind: restart, after: 1 s}]"), seed: 1,
            speed: 1, parts: nil, clock: 0)
        #expect(floor.advance(to: .seconds(0.5)).isEmpty)
        #expect(floor.advance(to: .seconds(1)).first == .remark("B-1: restarted"))
        #expect(floor.advance(to: .seconds(2)).isEmpty)
    }
}
