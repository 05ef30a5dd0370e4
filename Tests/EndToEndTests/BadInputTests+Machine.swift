import Codecs
import Foundation
import Testing

/// Around the gateway: no room, no port, a second gateway, results that nobody ordered.
@Suite struct BadInputMachineTests {
    @Test func onAFullDiskNothingIsAcknowledgedThatIsNotThereAfterwards() async throws {
        let shop = try Shop(technician: true)
        try await shop.startSimulator()
        let log = try await runUntilFull(shop)
        #expect(log.contains("ledger.db"), "the message names no place: \(log)")
        #expect(log.contains("then start again"), "the message does not say what to do: \(log)")

        // What was on the full disk, on one with room.
        shop.data = shop.folder.path + "/after"
        let kept = try await shop.records()
        #expect(!kept.isEmpty)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        let acknowledged = (shop.simulator?.errorText ?? "").split(separator: "\n").count {
            $0.contains("FTS-001: acknowledged")
        }
        let steps = try await shop.audit("cycle.step").count { $0["step"]?["device"] == "FTS-001" }
        let orphans = try await shop.audit("result.orphaned").count
        // A record's last step is in the record alone.
        #expect(acknowledged <= steps + kept.count + orphans)

        try await shop.startGateway()
        #expect(try await shop.records().starts(with: kept))
        #expect(await shop.stopGateway() == 0)
    }

    /// Runs the gateway where there is little room until it ends for want of it; gives its messages.
    private func runUntilFull(_ shop: Shop) async throws -> String {
        try shop.write("full.sh", Self.fullDisk)
        let arguments = ["full.sh", Program.folder.path + "/plumbline", shop.configuration, shop.data]
        let script = try Program("sh", arguments, in: shop.folder, log: "full")
        let isShown = await Deadline.wait(40) {
            let last = try? shop.station()["last"]?.elements.first
            return last != nil || !script.process.isRunning
        }
        try #require(isShown && script.process.isRunning, "\(script.outputText) \(script.errorText)")
        // Each refused scan is a commit: the room is used up. The same again at once would be one scan.
        var scans = 0
        let isOver = await Deadline.wait(90) {
            for _ in 0..<5 {
                scans += 1
                try? shop.scan("?\\x07\(scans)")
            }
            return !script.process.isRunning
        }
        try #require(isOver, "there was room all the time: \(script.errorText)")
        #expect(
            script.outputText.contains("gateway ended with 74"), "\(script.outputText) \(script.errorText)")
        return script.errorText
    }

    /// Runs the gateway so that no file may grow beyond 1 MiB (2,048 blocks of 512 bytes), of which the file
    /// system says nothing beforehand, and keeps what it leaves. What a disk says beforehand: FullDiskTests.
    private static let fullDisk = """
        mkdir -p "$3"
        (trap '' XFSZ; ulimit -f 2048; exec "$1" run --config "$2" --data "$3")
        echo "gateway ended with $?"
        cp -a "$3" after
        """

    @Test func aTakenPortIsNamedWithWhatToDoAndNothingIsHarmed() async throws {
        let shop = try Shop(technician: false)
        let other = try TakenPort()
        let text = try String(contentsOfFile: shop.configuration, encoding: .utf8)
        try shop.write(
            "taken.yaml",
            text.replacingOccurrences(of: "127.0.0.1:\(shop.ports.web)", with: "127.0.0.1:\(other.number)"))
        let run = try await Program.run(
            "plumbline", ["run", "--config", "taken.yaml", "--data", shop.data], in: shop.folder)
        #expect(run.code == 74)
        #expect(run.errors.contains("port \(other.number) is taken by another program"))
        #expect(run.errors.contains("set another port in web.listen"))
        #expect(!run.errors.contains("station page:"))

        try await shop.startGateway()
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    @Test func aSecondGatewayOnTheSameDataIsTurnedAwayAndNamesTheFirst() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        let first = try #require(shop.gateway).process.processIdentifier
        let text = try String(contentsOfFile: shop.configuration, encoding: .utf8)
        let port = try FreePorts.take(1)[0]
        try shop.write(
            "second.yaml",
            text.replacingOccurrences(of: "127.0.0.1:\(shop.ports.web)", with: "127.0.0.1:\(port)"))
        let second = try await Program.run(
            "plumbline", ["run", "--config", "second.yaml", "--data", shop.data], in: shop.folder)
        #expect(second.code != nil && second.code != 0)
        #expect(second.errors.contains("\(first)"), "the first's process is not named: \(second.errors)")
        #expect(second.errors.contains(shop.data))

        // The first goes on, and is still found.
        try await shop.signIn()
        let status = try await shop.plumbline(["status", "--json"])
        #expect(status.code == 0)
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    @Test func aResultThatNobodyOrderedIsKeptAcknowledgedAndMakesNoRecord() async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan()
        try await shop.startSimulator(speed: 3)
        try await shop.startGateway()
        // Started at the bench's own panel while no part is there.
        try await shop.mountPart()
        let panel = try #require(try await shop.audit("result.orphaned").first)
        #expect(panel["device"] == "FTS-001" && panel["sequence"] == "1")
        #expect(panel["because"] == "no step waits for it")
        #expect(panel["values"]?["delivery"]?.text?.isEmpty == false)
        #expect(try await evidence(of: panel, at: shop) == 1)
        #expect(shop.simulator?.errorText.contains("FTS-001: acknowledged") == true)
        #expect(try await shop.records().isEmpty)

        // Another master starts the bench while a part's step is about to.
        try await shop.signIn()
        try await shop.bring("SA10500")
        try await startAsAnotherMaster(shop)
        try shop.tighten()
        try await shop.expectStation(within: 60, "the part's own step ran after it") {
            $0["verdict"] == "PASS"
        }
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.count == 2)
        #expect(orphans.last?["echo"] == "FARAFARA")
        #expect(orphans.last?["because"]?.text?.contains("it carries \"FARAFARA\"") == true)
        #expect(try await evidence(of: try #require(orphans.last), at: shop) == 1)
        let records = try await shop.records()
        #expect(records.count == 1)
        #expect(records.first?["steps"]?.elements.count == 2)
    }

    @Test func aPartThatIsAbortedOverTheAPIIsNotDecided() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.bring("SA10510")
        _ = try HTTP.post(port: shop.ports.web, "/api/v1/stations/flow-test-1/abort", [])
        try await shop.expectStation("the part is not decided") { $0["verdict"] == "INDETERMINATE" }
        let records = try await shop.records()
        #expect(records.count == 1)
        #expect(records.first?["reasons"] == ["aborted"])
    }

    /// Starts the bench with mbpoll, bound as "FARAFARA".
    private func startAsAnotherMaster(_ shop: Shop) async throws {
        let words = ["17985", "21057", "17985", "21057", "1", "1600", "1350", "100", "1"]
        let target = [
            "-m", "tcp", "-p", "\(shop.ports.bench)", "-a", "1", "-0", "-r", "512", "-t", "4", "127.0.0.1",
            "--",
        ]
        let written = try await Program.run("mbpoll", target + words, in: shop.folder)
        #expect(written.code == 0, "\(written.output) \(written.errors)")
    }

    /// How many of the pieces of evidence that `entry` names the ledger holds.
    private func evidence(of entry: JSONValue, at shop: Shop) async throws -> Int? {
        let hashes = (entry["evidence"]?.elements ?? []).compactMap { $0.text.map { "'\($0)'" } }
        return Int(
            try await shop.sqlite(
                shop.data + "/ledger.db",
                "SELECT count(*) FROM evidence WHERE sha256 IN (\(hashes.joined(separator: ",")))"))
    }

    @Test func aSinkForLiveDataGetsNothingOfASimulatedDevice() async throws {
        let shop = try Shop(technician: true) {
            $0.replacingOccurrences(of: ", accepts: test}", with: "}")
        }
        try await shop.startSimulator(parts: 1)
        try await shop.startGateway()
        let code = await shop.simulator?.end(within: 60)
        #expect(code == 0, "\(shop.simulator?.errorText ?? "")")
        #expect(await shop.stopGateway() == 0)
        let records = try await shop.records()
        #expect(records.count == 1)
        #expect(records.first?["provenance"] == "simulated")
        #expect(try await shop.sqlite(shop.data + "/ledger.db", "SELECT count(*) FROM outbox") == "0")
        if FileManager.default.fileExists(atPath: shop.store) {
            #expect(try await shop.sqlite(shop.store, "SELECT count(*) FROM inspection") == "0")
        }
    }
}
