import Testing

@testable import Simulation

struct TighteningControllerTests {
    private let accepted = { (mid: String) in "00240005            \(mid)" }
    private let refused = { (mid: String, code: String) in "00260004            \(mid)\(code)" }

    private func started(_ settings: ControllerSettings = .init()) -> ControllerClient {
        var client = ControllerClient(settings)
        _ = client.say(1)
        return client
    }

    private func make(_ name: String, startRevision: Int = 1) throws -> ControllerClient {
        var client = try ControllerClient(make: name)
        #expect(client.say(1, startRevision).first?.hasPrefix("0") == true)
        return client
    }

    // MARK: Start

    @Test func aStartIsAnsweredInItsRevision() {
        var client = ControllerClient()
        #expect(client.say(1, 1) == ["00570002001         010001020103PLUMBLINE-SIM            "])
        client.reconnect()
        #expect(client.say(1, 6).map(\.utf8.count) == [221])
    }

    @Test func anUnknownRevisionIsRefusedSoThatTheClientComesDown() {
        var client = ControllerClient()
        #expect(client.say(1, 7) == [refused("0001", "97")])
        #expect(client.say(1, 3).map { $0.prefix(11) } == ["01250002003"])
    }

    @Test func nothingIsAnsweredBeforeTheStart() {
        var client = ControllerClient()
        #expect(client.say(60).isEmpty && client.say(9_999).isEmpty)
        #expect(client.say(1).count == 1 && client.say(1) == [refused("0001", "96")])
    }

    @Test func aSecondClientIsTurnedAway() {
        var client = started()
        client.controller.connect(2, at: client.now)
        client.controller.receive(
            Array(ControllerClient.telegram(1).utf8) + [0], from: 2, at: client.now)
        let outputs = client.controller.takeOutputs()
        #expect(
            outputs == [
                .send(client: 2, Array(refused("0001", "96").utf8) + [0]), .close(client: 2, abruptly: false),
            ])
        #expect(client.say(9_999) == ["00209999001         "])
    }

    @Test func silenceEndsTheConnectionAfter15Seconds() {
        var client = started()
        #expect(client.wait(14.9).isEmpty && !client.isClosed)
        #expect(client.say(9_999).count == 1)
        #expect(client.wait(14.9).isEmpty && !client.isClosed)
        _ = client.wait(0.2)
        #expect(client.isClosed && !client.wasReset)
    }

    @Test func anUnknownTelegramIsRefused() {
        var client = started()
        #expect(client.say(8_888) == [refused("8888", "99")])
    }

    // MARK: Commands

    @Test func aLockedToolDoesNotTurn() throws {
        var settings = ControllerSettings()
        settings.startsLocked = true
        var client = started(settings)
        #expect(throws: SimulationError.self) { try client.tighten() }
        #expect(client.say(43) == [accepted("0043")])
        #expect(client.say(60) == [accepted("0060")])
        #expect(try client.tighten().count == 1)
        #expect(client.say(42) == [accepted("0042")])
        #expect(throws: SimulationError.self) { try client.tighten() }
        #expect(client.controller.truth.count == 1)
    }

    @Test func identifiersHaveTheirLengths() throws {
        var client = started()
        let (vin, uii) = (String(repeating: "A", count: 25), String(repeating: "B", count: 100))
        #expect(client.say(50, 1, vin + "A") == [refused("0050", "01")])
        #expect(client.say(50, 1, vin) == [accepted("0050")])
        #expect(client.say(150, 1, uii + "B") == [refused("0150", "01")])
        #expect(client.say(150, 1, uii) == [accepted("0150")])
        _ = client.say(60, 4)
        let result = try #require(try client.tighten().first)
        #expect(result.contains("04" + uii.prefix(25)) && result.contains("52" + uii.prefix(25)))
    }

    @Test func parameterSetsAreThoseOfTheScenario() {
        var client = started()
        #expect(client.say(18, 1, "004") == [accepted("0018")])
        #expect(client.say(18, 1, "005") == [refused("0018", "02")])
        #expect(client.say(18, 1, "0x5") == [refused("0018", "01")])
        #expect(client.controller.parameterSet == 4)
    }

    // MARK: Results

    @Test func aResultIsSentUntilItIsAcknowledgedThreeTimesAtMost() throws {
        var client = started()
        _ = client.say(60)
        let sent = try client.tighten()
        #expect(sent.count == 1 && sent[0].hasSuffix("230000000001"))
        var again: [String] = []
        for _ in 0..<3 where !client.isClosed {
            again += client.wait(10)
            _ = client.say(9_999)
        }
        #expect(again == [sent[0], sent[0]] && client.isClosed)
        #expect(client.controller.unacknowledged == [1])
    }

    @Test func anAcknowledgedResultIsDoneWith() throws {
        var client = started()
        _ = client.say(60)
        _ = try client.tighten()
        #expect(try client.tighten().isEmpty, "one at a time")
        #expect(client.say(62).map { String($0.suffix(12)) } == ["230000000002"])
        _ = client.say(62)
        #expect(client.controller.unacknowledged.isEmpty && client.wait(14).isEmpty)
    }

    @Test func aSubscriptionCanDoWithoutAcknowledgement() throws {
        var client = started()
        _ = client.say(60, 1, noAcknowledge: true)
        #expect(try client.tighten().count == 1)
        #expect(try client.tighten().count == 1)
        #expect(client.wait(12).isEmpty)
    }

    @Test func asubscriptionIsThereOnceOrNot() {
        var client = started()
        #expect(client.say(63) == [refused("0063", "10")])
        #expect(client.say(60, 8) == [refused("0060", "97")])
        #expect(client.say(60, 7) == [accepted("0060")] && client.say(60) == [refused("0060", "09")])
        #expect(client.say(63) == [accepted("0063")])
    }

    @Test(arguments: [
        (RundownOutcome.ok, "091101111"), (.lowTorque, "090100111"), (.highTorque, "090102111"),
        (.lowAngle, "090101110"), (.highAngle, "090100112"), (.stall, "090100110"), (.rehit, "090101110"),
    ])
    func everyOutcomeHasItsStatus(outcome: RundownOutcome, status: String) throws {
        var client = started()
        _ = client.say(60)
        #expect(try client.tighten(outcome).first?.dropFirst(105).prefix(9) == status[...])
    }

    @Test func looseningIsSaidFromRevision3() throws {
        var client = started()
        _ = client.say(60, 3)
        #expect(try client.tighten(.loosen).first?.hasSuffix("4902") == true)
    }

    @Test func idsWrapAround() throws {
        var settings = ControllerSettings()
        settings.firstID = .max
        var client = started(settings)
        _ = client.say(60)
        #expect(try client.tighten().first?.hasSuffix("4294967295") == true)
        #expect(client.say(62).isEmpty)
        #expect(try client.tighten().first?.hasSuffix("0000000001") == true)
    }

    @Test func aToolMayTurnByItself() throws {
        var settings = ControllerSettings()
        settings.every = .seconds(2)
        var client = started(settings)
        #expect(client.wait(10).isEmpty, "nobody wants results")
        _ = client.say(60, noAcknowledge: true)
        #expect(client.wait(10).count == 5)
        _ = client.say(42)
        #expect(client.wait(6).isEmpty && client.controller.truth.count == 5)
        _ = client.say(43)
        #expect(client.wait(4).count == 2)
    }

    @Test func aToolThatLocksItselfTurnsOnceForEachUnlocking() throws {
        var settings = ControllerSettings()
        settings.locksItself = true
        var client = started(settings)
        _ = client.say(60, noAcknowledge: true)
        #expect(try client.tighten().count == 1)
        #expect(throws: SimulationError.self) { try client.tighten() }
        #expect(client.say(43) == [accepted("0043")])
        #expect(try client.tighten().count == 1)
    }

    // MARK: Makes

    @Test func aGHMKnowsRevision999Alone() throws {
        var client = try make("ghm")
        #expect(client.say(60, 1) == [refused("0060", "97")])
        #expect(client.say(60, 999) == [accepted("0060")])
        #expect(try client.tighten().first?.hasPrefix("01210061999") == true)
    }

    @Test func aFlexKnowsNoLastResult() throws {
        var client = try make("flex")
        #expect(client.say(60) == [refused("0060", "99")])
    }

    @Test func aCS351HangsWhenKeepAlivesComeTooFast() throws {
        var client = try make("cs351")
        #expect(client.say(9_999).count == 1)
        _ = client.wait(5)
        #expect(client.say(9_999).count == 1)
        _ = client.wait(4.9)
        #expect(client.say(9_999).isEmpty && client.say(60).isEmpty)
        client.reconnect()
        #expect(client.say(1).count == 1, "another connection is answered")
    }

    @Test func linksAreAcknowledgedWithNumbers() throws {
        var client = try make("link-level", startRevision: 6)
        #expect(
            client.say(60, 1, sequence: 1) == ["00249997        02  0060", "00240005        01  0060"])
        #expect(client.say(60, 1, sequence: 1) == ["00249997        02  0060"], "no second time")
        #expect(client.say(43, 1, sequence: 5) == ["00289998        02  00430003"])
        #expect(try client.tighten().isEmpty, "the 0005 is not acknowledged yet")
        let result = client.say(9_997, 1, "0005", sequence: 2)
        #expect(result.count == 1 && result[0].dropFirst(16).prefix(2) == "02")
        #expect(client.say(62, 1, sequence: 2) == ["00249997        03  0062"])
        #expect(client.controller.unacknowledged == [1], "0062 is no acknowledgement here")
        #expect(client.say(9_997, 1, "0061", sequence: 3).isEmpty)
        #expect(client.controller.unacknowledged.isEmpty)
    }
}
