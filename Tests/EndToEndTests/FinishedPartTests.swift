import Codecs
import Foundation
import Testing

/// One part through the simulated shop, then everything that others look at it with.
@Suite struct FinishedPartTests {
    @Test func othersSeeTheSameAsTheGateway() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.mountPart()
        try await shop.signIn()
        try await shop.bring("SA10197")
        try shop.tighten()
        try await shop.expectStation(within: 60, "the first part is decided") { $0["verdict"] == "PASS" }
        try await expectDaemonAnswers(shop)
        try await expectMetricsAreGood(shop)
        try await expectDevicesShowTheRecord(shop)
        #expect(await shop.stopGateway() == 0)
        try await expectMeterShowsTheSame(shop)
        try await expectCSVIsTheRecords(shop)
        for command in ["status", "devices"] {
            let answer = try await shop.plumbline([command])
            #expect(answer.code == 2)
            #expect(answer.errors.contains("does not answer"), "\(answer.errors)")
        }
        try await expectEveryChangedByteIsFound(shop)
    }

    private func expectDaemonAnswers(_ shop: Shop) async throws {
        let status = try await shop.plumbline(["status"])
        #expect(status.code == 0)
        // The USB scanner is configured and not plugged in.
        #expect(status.output.contains("devices    4 of 5 answer"), "\(status.output)")
        let devices = try await shop.plumbline(["devices"])
        #expect(devices.code == 0)
        for id in ["FTS-001", "FM-001", "TW-025", "SCAN-2"] {
            #expect(devices.output.contains(id), "\(devices.output)")
        }
        let listed = try await shop.plumbline(["devices", "--json"])
        for line in listed.output.split(separator: "\n") {
            #expect(try JSONParser.parse(Array(line.utf8))["id"] != nil)
        }
    }

    private func expectMetricsAreGood(_ shop: Shop) async throws {
        // Metrics are renewed four times a second; the verdict shows before.
        let counted = "plumbline_records_total{station=\"flow-test-1\",result=\"PASS\"} 1\n"
        var text: [UInt8] = []
        let isCounted = try await Deadline.wait(Deadline.usual) {
            text = try HTTP.get(port: shop.ports.web, "/metrics")
            return String(decoding: text, as: UTF8.self).contains(counted)
        }
        #expect(isCounted)
        try Data(text).write(to: shop.folder.appendingPathComponent("metrics"))
        let judged = try await Program.run(
            "sh", ["-c", "promtool check metrics < metrics"], in: shop.folder)
        #expect(judged.code == 0, "\(judged.output)\(judged.errors)")
        let shown = String(decoding: text, as: UTF8.self)
        #expect(shown.contains("plumbline_device_online{device=\"FM-001\"} 1\n"))
    }

    /// pymodbus and mbpoll read from bench and tool what the record says.
    private func expectDevicesShowTheRecord(_ shop: Shop) async throws {
        let record = try #require(try await shop.records().first)
        func result(_ id: String) throws -> JSONValue {
            try #require(record["results"]?.elements.first { $0["characteristic"]?.text == id })
        }
        let seen = try await shop.shownByBenchAndTool()
        #expect(seen["delivery_raw"] == (try result("pilot_delivery")["raw"]))
        #expect(seen["return_raw"] == (try result("pilot_return")["raw"]))
        let delivery = try #require(try result("pilot_delivery")["value"]?.text.flatMap { Double($0) })
        #expect(seen["delivery_tenths"]?.integer == Int64((delivery * 10).rounded()))
        let torque = try #require(try result("nut_torque")["value"]?.text.flatMap { Double($0) })
        #expect(seen["torque"]?.integer == Int64((torque * 100).rounded()))
        #expect(seen["angle"]?.integer.map(String.init) == (try result("nut_angle")["value"]?.text))
        #expect(seen["result"] == 1)
        #expect(seen["barcode"] == record["part"]?["serial"])

        let polled = try await Program.run(
            "mbpoll",
            [
                "-m", "tcp", "-p", "\(shop.ports.bench)", "-a", "1", "-0", "-r", "264", "-c", "1", "-t",
                "4:float",
                "-B", "-1", "127.0.0.1",
            ], in: shop.folder)
        let value = try #require(Self.values(polled.output)[264], "\(polled.output)\(polled.errors)")
        #expect(abs(value - delivery) < 0.05)
    }

    /// The meter's line has one reader at a time: mbpoll takes it when the gateway has let go.
    private func expectMeterShowsTheSame(_ shop: Shop) async throws {
        let polled = try await Program.run(
            "mbpoll",
            [
                "-m", "rtu", "-b", "19200", "-P", "none", "-a", "1", "-0", "-r", "16390", "-c", "2", "-t",
                "4:int", "-B",
                "-1", shop.folder.path + "/sim/kral",
            ], in: shop.folder)
        let values = Self.values(polled.output)
        #expect(values.count == 2, "\(polled.output)\(polled.errors)")
        // The page showed the rate of no part in the bench, and oil at rest, in tenths of a degree.
        #expect(values[16_390] == 0)
        #expect(abs((values[16_392] ?? 0) - 400) < 20)
    }

    /// Lines `[264]: 27.4` of mbpoll.
    private static func values(_ output: String) -> [Int: Double] {
        var values: [Int: Double] = [:]
        for line in output.split(separator: "\n") where line.hasPrefix("[") {
            let parts = line.dropFirst().split(separator: "]:", maxSplits: 1)
            guard parts.count == 2, let address = Int(parts[0]),
                let value = Double(parts[1].trimmingCharacters(in: .whitespaces))
            else { continue }
            values[address] = value
        }
        return values
    }

    private func expectCSVIsTheRecords(_ shop: Shop) async throws {
        for format in ["csv", "jsonl"] {
            let exported = try await shop.plumbline(["records", "export", "--format", format])
            #expect(exported.code == 0, "\(exported.errors)")
            try shop.write("records.\(format)", exported.output)
        }
        try await Program.judge("csv_judge.py", ["records.csv", "records.jsonl"], in: shop.folder)
    }

    /// One byte of the database changed: of a body, of a node, of a checkpoint, of a piece of evidence.
    private func expectEveryChangedByteIsFound(_ shop: Shop) async throws {
        let ledger = URL(fileURLWithPath: shop.data + "/ledger.db")
        let sound = try Data(contentsOf: ledger)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        let node = try await shop.sqlite(ledger.path, "SELECT hex(hash) FROM node WHERE level = 2 LIMIT 1")
        let leaf = try await shop.sqlite(ledger.path, "SELECT hex(leaf_hash) FROM entry WHERE seq = 2")
        let root = try await shop.sqlite(
            ledger.path, "SELECT hex(root) FROM checkpoint ORDER BY size DESC LIMIT 1")
        let note = try await shop.sqlite(
            ledger.path, "SELECT substr(note, -30) FROM checkpoint ORDER BY size DESC LIMIT 1")
        let evidence = try await shop.sqlite(
            ledger.path, "SELECT hex(substr(body, 8, 8)) FROM evidence ORDER BY size DESC LIMIT 1")
        let targets: [(String, [UInt8])] = [
            ("body", Array("\"serial\":\"SA10197\"".utf8)), ("node", Hex.bytes(node.lowercased()) ?? []),
            ("leaf", Hex.bytes(leaf.lowercased()) ?? []), ("root", Hex.bytes(root.lowercased()) ?? []),
            ("note", Array(note.utf8.prefix(8))), ("evidence", Hex.bytes(evidence.lowercased()) ?? []),
        ]
        for (name, bytes) in targets {
            let place = try #require(sound.range(of: Data(bytes)), "\(name) is not in the file")
            var changed = sound
            changed[place.upperBound - 2] ^= 0x01
            try changed.write(to: ledger)
            let verified = try await shop.plumbline(["ledger", "verify"])
            #expect(
                verified.code == 5, "\(name): \(verified.code ?? -1) \(verified.output)\(verified.errors)")
            #expect(verified.output.contains("does NOT verify") || !verified.errors.isEmpty, "\(name)")
        }
        try sound.write(to: ledger)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }
}
