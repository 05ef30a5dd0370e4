import Testing

@testable import Simulation

/// Each fault of a controller, as its client sees it.
struct OpenProtocolFaultsTests {
    private let accepted = "00240005            0043"

    private func started() -> ControllerClient {
        var client = ControllerClient()
        _ = client.say(1)
        return client
    }

    @Test func silenceAndWrongAnswers() {
        var client = started()
        client.suffer(.silent)
        #expect(client.say(43).isEmpty)
        client.suffer(.wrongMID)
        #expect(client.say(43) == ["00245555            0043"])
        client.suffer(.wrongLength)
        #expect(client.say(43) == ["00310005            0043"])
        client.suffer(.exception, code: 79)
        #expect(client.say(43) == ["00260004            004379"])
        client.suffer()
        #expect(client.say(43) == [accepted])
    }

    @Test func everythingIsSaidTwiceOrFloods() {
        var client = started()
        client.suffer(.twice)
        #expect(client.say(43) == [accepted, accepted])
        client.suffer(.flood)
        #expect(client.say(43).count == 101)
    }

    @Test func aNULStandsInside() throws {
        var client = started()
        _ = client.say(60)
        client.suffer(.nulInside)
        let result = Array(try #require(try client.tighten().first).utf8)
        #expect(result.count == 231 && result.count { $0 == 0 } == 1)
        #expect(result.prefix(8) == Array("02310061".utf8)[...])
    }

    @Test func bytesDrip() {
        var client = started()
        client.suffer(.drip, by: 0.01)
        #expect(client.say(43) == ["0"])
        #expect(client.wait(0.22).joined() == "0240005            004")
        client.suffer()
        #expect(client.say(9_999).isEmpty, "nothing overtakes")
        #expect(client.wait(0.05).joined() == "3" + "00209999001         ")
    }

    @Test func anAnswerComesLateAndInOrder() {
        var client = started()
        client.suffer(.delay, by: 2)
        #expect(client.say(43).isEmpty)
        client.suffer()
        #expect(client.say(9_999).isEmpty)
        #expect(client.wait(1.9).isEmpty)
        #expect(client.wait(0.2) == [accepted, "00209999001         "])
    }

    @Test func theConnectionBreaks() {
        var client = started()
        client.suffer(.reset)
        #expect(client.say(43).isEmpty && client.isClosed && client.wasReset)
    }

    @Test func anotherMasterHasTheController() {
        var client = started()
        client.suffer(.otherMaster)
        #expect(client.say(43) == ["00260004            004335"])
        #expect(client.say(60) == ["00240005            0060"], "results are for everybody")
    }

    @Test func numbersJumpOrBeginAgain() throws {
        var client = started()
        _ = client.say(60, noAcknowledge: true)
        _ = try client.tighten()
        client.controller.strike(.idJump, at: client.now)
        #expect(try client.tighten().first?.hasSuffix("230000001002") == true)
        client.controller.strike(.restartFromOne, at: client.now)
        _ = client.heard()
        #expect(client.wasReset)
        client.reconnect()
        _ = client.say(1)
        #expect(client.say(64, 1, "0000000001") == ["00260004            006415"])
        _ = client.say(60, noAcknowledge: true)
        #expect(try client.tighten().first?.hasSuffix("230000000001") == true)
        #expect(client.controller.truth.count == 3)
    }

    @Test func aPlannedFaultReachesTheController() throws {
        let text = """
            scenario: t
            devices:
              TW-1: {model: open-protocol, link: "openprotocol://127.0.0.1:0"}
            faults:
              - {device: TW-1, kind: battery_loss, after: 5 s}
              - {device: TW-1, kind: twice, after: 10 s, for: 5 s}

            """
        let scenario = try ScenarioDecoder.decode(Array(text.utf8), file: "t.yaml")
        var floor = ShopFloor(
            scenario: scenario, seed: 1, speed: 1, parts: nil, clock: ControllerClient.clock)
        floor.connect(1, to: "TW-1", at: .zero)
        func said(_ mid: Int, at seconds: Double) -> [String] {
            let telegram = ControllerClient.telegram(mid) + "\0"
            floor.receive(Array(telegram.utf8), from: 1, at: "TW-1", at: .seconds(seconds))
            return floor.advance(to: .seconds(seconds)).compactMap {
                guard case .wire(_, .send(_, let bytes)) = $0 else { return nil }
                return String(decoding: bytes.dropFirst(20).dropLast(), as: UTF8.self)
            }
        }
        #expect(said(1, at: 0).count == 1)
        #expect(said(80, at: 4) == ["2026-11-21:09:20:04"])
        _ = floor.advance(to: .seconds(5))
        #expect(said(80, at: 9) == ["2000-01-01:00:00:04"])
        #expect(said(80, at: 11).count == 2 && said(80, at: 16).count == 1)
    }
}
