import Codecs
import Testing

@testable import Simulation

/// What a controller tells of itself, its curves and its serial lines, held against the gateway's codec.
struct StateAgreementTests {
    private func read(_ telegram: Telegram) throws -> OpenProtocolReply {
        var framer = OpenProtocolFramer()
        framer.append(telegram.wire)
        let message = try #require(try framer.next())
        #expect(framer.pendingBytes == 0)
        return try OpenProtocolReply(message)
    }

    private func tool(spindles: Int = 1) throws -> TighteningController {
        var settings = ControllerSettings()
        settings.spindles = spindles
        settings.samples = 500
        var tool = TighteningController(
            id: "TW-1", settings: settings, seed: 5, clock: ControllerClient.clock, speed: 1)
        for outcome in [RundownOutcome.ok, .highTorque, .loosen] {
            try tool.perform(.rundown(outcome), at: .zero)
        }
        return tool
    }

    @Test func curvesAreReadSampleBySample() throws {
        for result in try tool().results {
            for trace in CurveTelegram.Trace.allCases {
                let telegram = CurveTelegram.telegram(trace, of: result, sent: result.id, samples: 500)
                guard case .curve(let curve) = try read(telegram) else {
                    Issue.record("no curve")
                    return
                }
                #expect(curve.resultID == Int(result.id) && curve.samples.count == 500)
                #expect(curve.kind == (trace == .torque ? .torque : .angle) && curve.unit == trace.unit)
                #expect(curve.resolutions.map(\.last) == [499] && curve.resolutions.first?.unit == 200)
                guard trace == .torque else { continue }
                let sign: Int = result.type == .loosening ? -1 : 1
                #expect((curve.samples.map { sign * Int($0) }.max() ?? 0) == result.first.torque)
            }
        }
    }

    @Test(arguments: 1...5)
    func spindlesAreReadOneByOne(revision: Int) throws {
        let controller = try tool(spindles: 3)
        for result in controller.results {
            let telegram = controller.resultTelegrams.spindles(result, revision: revision)
            guard case .multiResult(let read) = try read(telegram) else {
                Issue.record("no result")
                return
            }
            #expect(read.isOK == result.isGood && read.spindles.map(\.number) == [1, 2, 3])
            #expect(read.spindles.map(\.torque) == result.spindles.map(\.torque))
            #expect(read.spindles.map(\.angle) == result.spindles.map(\.angle))
            #expect(read.spindles.map(\.isOK) == result.spindles.map(\.isGood))
        }
    }

    @Test(arguments: 1...3)
    func alarmsAreRead(revision: Int) throws {
        let time = "2008-06-02:10:14:26"
        for telegram in [
            StateTelegrams.alarm("E404", time: time, revision: revision),
            StateTelegrams.alarmStatus("E404", time: time, revision: revision),
        ] {
            guard case .alarm(let alarm) = try read(telegram) else {
                Issue.record("no alarm in \(telegram.mid)")
                continue
            }
            #expect(alarm.code == "E404" && alarm.isActive == true)
        }
    }

    @Test func identifiersAreRead() throws {
        let identifier = Array((String(repeating: "A", count: 25) + "BC").utf8)
        for telegram in [
            StateTelegrams.identifier(identifier, revision: 2), StateTelegrams.identifiers(identifier),
        ] {
            guard case .identifier(let read) = try read(telegram) else {
                Issue.record("no identifier in \(telegram.mid)")
                continue
            }
            #expect(read.parts.map(\.text) == [String(repeating: "A", count: 25), "BC"])
        }
    }

    @Test func listsAndStatesAreRead() throws {
        let target = ControllerSettings().target
        #expect(try read(StateTelegrams.list(31, count: 3, width: 2, revision: 1)) == .jobs([1, 2, 3]))
        for revision in 1...2 {
            guard
                case .parameterSet(let values) = try read(
                    StateTelegrams.parameterSetValues(2, target: target, batch: 5, revision: revision))
            else {
                Issue.record("no parameter set in revision \(revision)")
                continue
            }
            #expect(values.number(.torqueMin) == 2_500 && values.number(.angleMax) == 60)
            guard
                case .parameterSetSelected(let selected) = try read(
                    StateTelegrams.parameterSet(
                        2, changed: "2026-01-05:08:00:00", target: target, batch: 5, revision: revision))
            else {
                Issue.record("no selection in revision \(revision)")
                continue
            }
            #expect(selected.number(.parameterSetID) == 2)
        }
    }

    // MARK: Serial lines

    @Test func aTelegramCrossesALineBetweenSTXAndETX() throws {
        var framer = SerialTelegramFramer()
        let request = try OpenProtocolRequest.start(revision: 3).message()
        framer.take(OpenProtocolSerialFramer.wire(request, toController: true))
        #expect(framer.next() == request.bytes)
        var other = OpenProtocolSerialFramer()
        let answer = Telegram(5, data: Array("0060".utf8))
        let pieces = other.take(SerialTelegramFramer.framed(answer.wire), at: 0)
        guard case .message(let message) = pieces.first else {
            Issue.record("\(pieces)")
            return
        }
        #expect(message.bytes == answer.bytes && pieces.count == 1)
    }

    /// Both ends of a line under 3964R, written apart: blocks go both ways, bytes of 0x10 in them too.
    @Test func blocksCrossALineBothWays() {
        var (near, far) = (ControllerHandshake(speed: 1), Procedure3964R(.high))
        let (one, two): ([UInt8], [UInt8]) = ([2, 0x10, 0x41, 3], [2, 0x42, 0x10, 0x10, 3])
        var received: [[UInt8]] = []
        near.send(one, at: .zero)
        var onTheWay = far.send(two, at: 0) ?? []
        for _ in 0..<20 {
            for output in near.takeOutputs() {
                switch output {
                case .write(let bytes): onTheWay += far.take(bytes, at: 0)
                case .received(let block): received.append(block)
                }
            }
            for action in onTheWay {
                switch action {
                case .transmit(let bytes): near.take(bytes, at: .zero)
                case .received(let block): received.append(block)
                case .sent, .notSent, .notReceived: break
                }
            }
            onTheWay = []
        }
        #expect(received.count == 2 && received.contains(one) && received.contains(two), "\(received)")
        #expect(far.isFree)
    }
}
