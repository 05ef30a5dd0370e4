import Testing

@testable import Simulation

/// Requests and subscriptions beyond the last result.
struct OpenProtocolRequestsTests {
    private let accepted = { (mid: String) in "00240005            \(mid)" }
    private let refused = { (mid: String, code: String) in "00260004            \(mid)\(code)" }

    private func started(_ change: (inout ControllerSettings) -> Void = { _ in }) -> ControllerClient {
        var settings = ControllerSettings()
        change(&settings)
        var client = ControllerClient(settings)
        _ = client.say(1)
        return client
    }

    // MARK: Old results

    @Test func oldResultsAreFoundByTheirNumbers() throws {
        var client = started()
        #expect(client.say(64, 1, "0000000000") == [refused("0064", "15")])
        for _ in 0..<3 { _ = try client.tighten() }
        #expect(client.say(64, 1, "0000000002").first?.hasPrefix("01180065001         010000000002") == true)
        #expect(client.say(64, 1, "0000000000").first?.dropFirst(22).hasPrefix("0000000003") == true)
        #expect(client.say(64, 7, "0000000001").map(\.utf8.count) == [379])
        #expect(client.say(64, 8, "0000000001") == [refused("0064", "97")])
        #expect(client.say(64, 1, "0000000004") == [refused("0064", "15")])
        #expect(client.say(64, 1, "x") == [refused("0064", "01")])
    }

    @Test func aThousandResultsAreKept() throws {
        var client = started()
        for _ in 0..<1_001 { _ = try client.tighten() }
        #expect(client.say(64, 1, "0000000001") == [refused("0064", "15")])
        #expect(client.say(64, 1, "0000000002").count == 1)
    }

    @Test(arguments: [true, false])
    func aRestartKeepsResultsUnlessItForgets(forgets: Bool) throws {
        var client = started { $0.forgets = forgets }
        _ = try client.tighten()
        client.controller.strike(.restart, at: client.now)
        _ = client.heard()
        #expect(client.isClosed && client.wasReset)
        client.reconnect()
        _ = client.say(1)
        let found = client.say(64, 1, "0000000001")
        #expect((found == [refused("0064", "15")]) == forgets)
    }

    @Test func aCETTellsAnotherNumberThanItKeeps() throws {
        var client = try ControllerClient(make: "cet")
        _ = client.say(1)
        _ = client.say(60)
        #expect(try client.tighten().first?.hasSuffix("230000000002") == true)
        #expect(client.say(64, 1, "0000000001").first?.dropFirst(22).hasPrefix("0000000001") == true)
        #expect(client.say(70) == [refused("0070", "99")])
    }

    // MARK: What was never acknowledged

    @Test(arguments: [true, false])
    func whatWasLostComesAgainOrIsFetched(resends: Bool) throws {
        var client = started { $0.quirks.resendsAfterLoss = resends }
        _ = client.say(60)
        let sent = try client.tighten()
        client.suffer(.lostAcknowledge)
        #expect(client.say(62).isEmpty && client.isClosed && client.wasReset)
        client.suffer()
        client.reconnect()
        _ = client.say(1)
        #expect(client.say(60) == [accepted("0060")] + (resends ? sent : []))
        #expect(client.say(64, 1, "0000000001").count == 1)
    }

    // MARK: Parameter sets, batches, jobs

    @Test func aSelectionIsTold() {
        var client = started()
        let first = client.say(14)
        #expect(first.count == 2 && first[0] == accepted("0014") && first[1].hasPrefix("00420015001"))
        _ = client.say(16)
        #expect(client.say(18, 1, "003").last?.dropFirst(20).hasPrefix("003") == true)
        #expect(client.say(14) == [refused("0014", "13")] && client.say(17) == [accepted("0017")])
        #expect(client.say(10).first?.hasSuffix("004001002003004") == true)
        #expect(client.say(12, 1, "009") == [refused("0012", "02")])
    }

    @Test func aBatchIsCounted() throws {
        var client = started { $0.batch = 2 }
        _ = client.say(60, noAcknowledge: true)
        let status = try [RundownOutcome.ok, .lowTorque, .ok, .ok].map {
            String(try client.tighten($0).first?.dropFirst(101).prefix(4) ?? "")
        }
        #expect(status == ["0001", "0001", "0002", "0001"])
        #expect(client.say(20, 1, "001") == [accepted("0020")])
        #expect(client.say(19, 1, "00105") == [accepted("0019")] && client.controller.batchSize == 5)
        #expect(client.say(19, 1, "00205") == [refused("0019", "01")])
    }

    @Test func aJobRunsAndIsTold() throws {
        var client = started { $0.batch = 2 }
        #expect(client.say(34) == [accepted("0034")])
        #expect(
            client.say(38, 1, "02") == [
                accepted("0038"), "00630035001         01020200300400020500000620" + "26-11-21:09:20:00",
            ])
        _ = client.say(36)
        #expect(try client.tighten().first?.dropFirst(24).hasPrefix("02003004000205000106") == true)
        _ = client.say(36)
        #expect(try client.tighten().first?.dropFirst(24).hasPrefix("02103004000205000206") == true)
        #expect(client.controller.parameterSet == 2)
        #expect(client.say(38, 1, "05") == [refused("0038", "20")])
        #expect(client.say(39, 1, "03") == [refused("0039", "21")])
        #expect(client.say(32, 1, "09") == [refused("0032", "17")])
        #expect(client.say(32, 2, "0001").map(\.utf8.count) == [105])
        #expect(client.say(127) == [accepted("0127")] && client.controller.job == 0)
    }

    // MARK: Clock, tool, alarms

    @Test func theClockIsReadSetAndDrifts() {
        var client = started { settings in
            settings.clockOffset = -90
            settings.clockDrift = 50_000
        }
        #expect(client.say(80) == ["00390081001         2026-11-21:09:18:30"])
        _ = client.wait(10)
        _ = client.say(9_999)
        _ = client.wait(10)
        #expect(client.say(80) == ["00390081001         2026-11-21:09:18:51"])
        #expect(client.say(82, 1, "2026-11-21:10:00:00") == [accepted("0082")])
        #expect(client.say(80) == ["00390081001         2026-11-21:10:00:00"])
        #expect(client.say(82, 1, "2026-02-30:10:00:00") == [refused("0082", "01")])
        client.controller.strike(.batteryLoss, at: client.now)
        #expect(client.say(80) == ["00390081001         2000-01-01:00:00:00"])
    }

    @Test func theToolCountsItsTightenings() throws {
        var client = started()
        _ = try client.tighten()
        #expect(client.say(40).first?.dropFirst(20).hasPrefix("01C0761275      020000010001") == true)
        #expect(client.say(40, 5).map(\.utf8.count) == [198])
        #expect(client.say(40, 6) == [refused("0040", "97")])
    }

    @Test func alarmsAreToldAndAcknowledged() throws {
        var client = started()
        #expect(client.say(78) == [refused("0078", "58")])
        #expect(client.say(70).map { String($0.dropFirst(4).prefix(4)) } == ["0005", "0076"])
        _ = client.say(77)
        try client.controller.perform(.alarm("E404"), at: client.now)
        #expect(client.heard() == ["00530071001         01E404021031042026-11-21:09:20:00"])
        _ = client.say(72)
        #expect(client.say(78) == [accepted("0078")] && client.say(78) == [refused("0078", "58")])
        try client.controller.perform(.alarm("E1021"), at: client.now)
        _ = client.heard()
        _ = client.say(72)
        try client.controller.perform(.alarm(nil), at: client.now)
        #expect(client.heard() == ["00240074001         E102"])
    }

    // MARK: Spindles

    @Test func severalSpindlesComeInOneResult() throws {
        var client = started { $0.spindles = 3 }
        #expect(client.say(90) == [accepted("0090")] && client.say(100, 1) == [accepted("0100")])
        let told = try client.tighten()
        #expect(told.map { String($0.dropFirst(4).prefix(4)) } == ["0091", "0101"])
        #expect(told.map(\.utf8.count) == [57 + 15, 174 + 54])
        #expect(client.say(102).isEmpty && client.controller.unacknowledged.isEmpty)
    }

    @Test func oneSpindleIsNoMaster() {
        var client = started()
        #expect(client.say(100) == [refused("0100", "30")])
    }

    @Test func aFlexTellsItsOneSpindleBy0101() throws {
        var client = try ControllerClient(make: "flex")
        _ = client.say(1)
        #expect(client.say(100) == [accepted("0100")])
        #expect(try client.tighten().first?.hasPrefix("01920101001") == true)
    }

    // MARK: The tool's scanner

    @Test func aScanAtTheToolIsTold() throws {
        var client = started()
        #expect(client.say(51) == [accepted("0051")] && client.say(151) == [accepted("0151")])
        try client.controller.perform(.scan(Array("SA10197".utf8)), at: client.now)
        let told = client.heard()
        #expect(
            told.map(\.utf8.count) == [45, 148]
                && told[0].hasSuffix("         SA10197" + String(repeating: " ", count: 18)))
        _ = client.say(60)
        #expect(try client.tighten().contains { $0.contains("04SA10197 ") })
        #expect(throws: SimulationError.self) { try client.controller.perform(.scan([]), at: client.now) }
    }
}
