import Codecs
import Foundation
import Testing

/// Devices that are unplugged, silent, refuse, or answer in another's name: said at once, and got over alone.
@Suite struct BadInputDeviceTests {
    @Test func aBenchWhoseCableIsPulledBlocksItsOwnStepOnly() async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan()
        let benchControl = try FreePorts.take(1)[0]
        let hand = try await shop.startDevices(["SCAN-2", "TW-025"], control: shop.ports.control)
        var bench = try await shop.startDevices(["FTS-001", "FM-001"], control: benchControl)
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.expectStation("values of bench and meter are shown") {
            Shop.showsCurrent($0, of: "FTS-001") && Shop.showsCurrent($0, of: "FM-001")
        }

        // The bench's port is closed and the meter's tty is gone.
        bench.send(SIGKILL)
        _ = await bench.end(within: Deadline.usual)
        try await shop.expectStation("both are seen to be gone") {
            Shop.showsNothing($0, of: "FTS-001") && Shop.showsNothing($0, of: "FM-001")
        }
        #expect(try shop.device("FTS-001")?["state"] == "offline")
        #expect(try shop.device("FM-001")?["state"] == "offline")
        #expect(try shop.device("TW-025")?["state"] == "online")

        // Scanner and tool go on.
        try await shop.bring("SA10300")
        try shop.tighten()
        try await shop.expectStation("the leak test is blocked") {
            guard let sentence = Shop.blockage($0) else { return false }
            return sentence.contains("is out of reach") && sentence.contains("Check its power and cable")
                && (sentence.contains("FTS-001") || sentence.contains("FM-001"))
        }
        bench = try await shop.startDevices(["FTS-001", "FM-001"], control: benchControl)
        try await shop.expectStation(within: 30, "the step starts by itself") {
            $0["verdict"] == "INDETERMINATE"
        }
        // There was no part in the new bench, and it said so.
        #expect(try await shop.records().map { $0["reasons"] } == [["device_invalid"]])
        #expect(hand.process.isRunning)
    }

    @Test(arguments: [("silent", "no answer"), ("wrong_unit", "for another unit")])
    func aBenchThatDoesNotAnswerForItselfIsNamed(kind: String, detail: String) async throws {
        try await expectBlockedAndOver(kind, saying: ["FTS-001 is out of reach", detail])
    }

    @Test func aBenchThatAnswersExceptionsIsNamedWithItsException() async throws {
        try await expectBlockedAndOver("exception", saying: ["FTS-001 is there", "exception 6"])
    }

    @Test func aBenchThatBreaksEveryConnectionOffIsNamed() async throws {
        try await expectBlockedAndOver("reset", saying: ["FTS-001 is out of reach", "the link is down"])
    }

    /// The bench misbehaves before its step: the page says so, and the step runs once it is over.
    private func expectBlockedAndOver(_ kind: String, saying words: [String]) async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan()
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.mountPart()
        try await shop.signIn()
        try await shop.bring("SA10301")
        try shop.fault(kind, on: "FTS-001")
        try shop.tighten()
        try await shop.expectStation("the step is blocked and says \(words)") { station in
            guard let sentence = Shop.blockage(station) else { return false }
            return words.allSatisfy { sentence.contains($0) } && sentence.contains("by itself")
        }
        try await shop.expectStation("its values are gone, and another device goes on") { station in
            Shop.showsNothing(station, of: "FTS-001") && Shop.showsCurrent(station, of: "FM-001")
        }
        try shop.mend("FTS-001")
        try await shop.expectStation(within: 30, "the step starts by itself") { $0["verdict"] == "PASS" }
        #expect(try shop.device("FTS-001")?["detail"] == "answering")
    }

    @Test func aMeterOnASerialLineIsLostAndFoundWhateverItDoes() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        for kind in ["silent", "exception", "wrong_unit", "reset"] {
            try await shop.expectStation(within: 30, "the meter is there before \(kind)") {
                Shop.showsCurrent($0, of: "FM-001")
            }
            try shop.fault(kind, on: "FM-001")
            try await shop.expectStation("\(kind): nothing of the meter is shown as current") {
                Shop.showsNothing($0, of: "FM-001") && Shop.showsCurrent($0, of: "FTS-001")
            }
            try shop.mend("FM-001")
        }
        try await shop.expectStation(within: 30, "the meter is there again") {
            Shop.showsCurrent($0, of: "FM-001")
        }
        #expect(try shop.device("FM-001")?["state"] == "online")
    }

    @Test func aStepThatNeverEndsIsIndeterminateForWantOfTimeOrOfItsDevice() async throws {
        let shop = try Shop(technician: false)
        // At the speed of the shop's own clock a leak test takes longer than four seconds.
        try shop.shortenPlan(leakSeconds: 4)
        try await shop.startSimulator(speed: 1)
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.bring("SA10303")
        try shop.tighten()
        try await shop.expectStation("the bench took too long") { $0["verdict"] == "INDETERMINATE" }
        #expect(try shop.station()["reasons"]?.elements.contains("The step took too long.") == true)

        try await shop.bring("SA10304")
        try shop.fault("silent", on: "FTS-001")
        try await shop.expectStation("the bench is away") { Shop.showsNothing($0, of: "FTS-001") }
        try shop.tighten()
        try await shop.expectStation("the bench stayed away") {
            $0["part"]?["serial"] == "SA10304" && $0["verdict"] == "INDETERMINATE"
        }
        #expect(
            try shop.station()["reasons"]?.elements.contains("A device stayed out of reach.") == true)

        let records = try await shop.records()
        #expect(records.map { $0["result"]?.text } == ["INDETERMINATE", "INDETERMINATE"])
        #expect(records.map { $0["reasons"] } == [["timeout"], ["offline"]])
    }

    @Test func aRunningStepOutlivesALossOfReach() async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan()
        try await shop.startSimulator(speed: 2)
        try await shop.startGateway()
        try await shop.mountPart()
        try await shop.signIn()
        try await shop.bring("SA10306")
        try shop.tighten()
        try await shop.expectDevice("FTS-001", shows: "conditioning")
        try shop.fault("silent", on: "FTS-001")
        try await shop.expectStation("the running step is blocked") {
            Shop.blockage($0)?.contains("goes on by itself") == true
        }
        try shop.mend("FTS-001")
        try await shop.expectStation("its result is fetched") { $0["verdict"] == "PASS" }
    }

    @Test func aToolThatNobodyUsesIsWaitedForOnlySoLong() async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan(nutSeconds: 2)
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.expectStation("the tool is there") { station in
            station["devices"]?.elements.contains { $0["id"] == "TW-025" && $0["state"] == "online" } == true
        }
        try shop.scan(Shop.mark("SA10302"))
        try await shop.expectStation("nobody tightened") { $0["verdict"] == "INDETERMINATE" }
        #expect(try await shop.records().map { $0["reasons"] } == [["timeout"]])
    }

    @Test func aScannerThatIsUnpluggedIsMissedAndTakenBack() async throws {
        let shop = try Shop(technician: false, usb: true)
        try await shop.startSimulator()
        try await shop.startGateway(usb: true)
        try await shop.expectScanner("SCAN-1", "online")
        try shop.control("/unplug", [:])
        try await shop.expectScanner("SCAN-1", "offline")

        // The other scanner goes on.
        try await shop.signIn()
        try shop.control("/plug", [:])
        try await shop.expectScanner("SCAN-1", "online")
        try shop.control("/scan", ["scanner": "SCAN-1", "text": .string(Shop.mark("SA10305"))])
        try await shop.expectStation("the part is taken") { $0["part"]?["serial"] == "SA10305" }
        #expect(await shop.stopGateway() == 0)
    }
}
