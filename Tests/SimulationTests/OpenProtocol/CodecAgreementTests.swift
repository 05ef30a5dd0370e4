import Codecs
import Testing

@testable import Simulation

/// The simulator's encoder and the gateway's codec were written apart from the same tables: what the one
/// writes the other reads, and the other way round.
struct CodecAgreementTests {
    private static let target = TighteningTarget(
        torque: 27.5, torqueMin: 25.009, torqueMax: 30, angle: 45, angleMin: 30, angleMax: 60)

    private func controller(_ settings: ControllerSettings = .init()) -> TighteningController {
        var settings = settings
        settings.target = Self.target
        return TighteningController(
            id: "TW-1", settings: settings, seed: 5, clock: ControllerClient.clock, speed: 1)
    }

    /// A result of each outcome, with an identifier of two parts.
    private func results() throws -> [Tightening] {
        var tool = controller()
        tool.identifier = Array((String(repeating: "X", count: 25) + "SA10197").utf8)
        for outcome in RundownOutcome.allCases { try tool.perform(.rundown(outcome), at: .zero) }
        return tool.results
    }

    private func read(_ telegram: Telegram) throws -> OpenProtocolTightening {
        var framer = OpenProtocolFramer()
        framer.append(telegram.wire)
        return try OpenProtocolTightening(try #require(try framer.next()))
    }

    private func agree(_ read: OpenProtocolTightening, _ result: Tightening, revision: Int) {
        let statuses: [LimitStatus: OpenProtocolTightening.Status] = [.low: .low, .good: .ok, .high: .high]
        #expect(read.tighteningID == Int(result.id) && read.isOK == result.isGood)
        #expect(read.torque == result.first.torque && read.angle == result.first.angle)
        #expect(read.torqueStatus == statuses[result.first.torqueStatus])
        #expect(read.angleStatus == statuses[result.first.angleStatus])
        #expect(read.identifier == String(repeating: "X", count: 25))
        #expect(read.time == OpenProtocolTime(Array(result.time.utf8)[...]))
        if revision >= 3, revision != 999 {
            #expect(read.resultType == (result.type == .loosening ? .loosening : .tightening))
        }
        if revision >= 2, revision != 999 { #expect(read.errorBits == result.errors) }
        if revision >= 4, revision != 999 { #expect(read.identifiers.last == "SA10197") }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 999])
    func lastResultsAreReadAsTheyWereMade(revision: Int) throws {
        let telegrams = controller().resultTelegrams
        for result in try results() {
            let read = try read(telegrams.last(result, revision: revision))
            agree(read, result, revision: revision)
            if revision != 999 { #expect(read.torqueMin == 2_500 && read.torqueMax == 3_000) }
        }
    }

    @Test(arguments: 1...7)
    func oldResultsAreReadAsTheyWereMade(revision: Int) throws {
        let telegrams = controller().resultTelegrams
        for result in try results() {
            agree(try read(telegrams.old(result, revision: revision)), result, revision: revision)
        }
    }

    @Test(arguments: 1...6)
    func aStartIsUnderstoodBothWays(revision: Int) throws {
        var settings = ControllerSettings()
        settings.quirks = try #require(ControllerQuirks.named("link-level"))
        var tool = controller(settings)
        tool.connect(1, at: .zero)
        tool.receive(try OpenProtocolRequest.start(revision: revision).message().wire, from: 1, at: .zero)
        guard case .send(_, let bytes) = tool.takeOutputs().first else {
            Issue.record("no answer")
            return
        }
        guard case .controller(let told) = try OpenProtocolReply(OpenProtocolMessage(bytes)) else {
            Issue.record("not 0002")
            return
        }
        #expect(told.revision == revision && told.name == "PLUMBLINE-SIM" && told.cellID == 1)
        #expect(told.supplierCode == (revision >= 2 ? "ACT" : nil))
        #expect(told.hasSequenceNumbers == (revision >= 6))
    }

    @Test func requestsAreObeyed() throws {
        var tool = controller()
        tool.connect(1, at: .zero)
        func answer(_ request: OpenProtocolRequest) throws -> OpenProtocolReply? {
            tool.receive(try request.message().wire, from: 1, at: .zero)
            guard case .send(_, let bytes) = tool.takeOutputs().first else { return nil }
            return try OpenProtocolReply(OpenProtocolMessage(bytes))
        }
        _ = try answer(.start(revision: 1))
        #expect(try answer(.subscribeResults(revision: 7)) == .accepted(mid: 60))
        #expect(try answer(.identifier("SA10197")) == .accepted(mid: 50))
        #expect(try answer(.longIdentifier("D988974L0014-163BSA10197")) == .accepted(mid: 150))
        #expect(tool.identifier == Array("D988974L0014-163BSA10197".utf8))
        #expect(try answer(.selectParameterSet(3)) == .accepted(mid: 18) && tool.parameterSet == 3)
        #expect(
            try answer(.selectParameterSet(9)) == .refused(OpenProtocolRefusal(mid: 18, code: 2)))
        #expect(
            try answer(.oldResult(1)) == .refused(OpenProtocolRefusal(mid: 64, code: 15)))
        try tool.perform(.rundown(.ok), at: .zero)
        #expect(tool.takeOutputs().count == 1 && tool.unacknowledged == [1])
        #expect(try answer(.acknowledge(61)) == nil && tool.unacknowledged.isEmpty)
    }
}
