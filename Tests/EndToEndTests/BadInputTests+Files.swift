import Codecs
import Foundation
import Testing

/// Configuration, plan and profiles that are wrong: every fault at once, in its place, and nothing opened.
@Suite struct BadInputFileTests {
    /// A shop without devices whose files are edited: file name, what to replace, with what.
    private func shop(_ edits: [(file: String, old: String, new: String)]) throws -> Shop {
        let shop = try Shop(technician: false) {
            $0.replacingOccurrences(of: Program.checkout.path + "/DeviceProfiles", with: "profiles")
        }
        let profiles = Program.checkout.appendingPathComponent("DeviceProfiles")
        for name in try FileManager.default.contentsOfDirectory(atPath: profiles.path) {
            try shop.write(
                "profiles/\(name)",
                try String(contentsOf: profiles.appendingPathComponent(name), encoding: .utf8))
        }
        for edit in edits {
            let text = try String(contentsOf: shop.folder.appendingPathComponent(edit.file), encoding: .utf8)
            try #require(text.contains(edit.old), "\(edit.file) has no \(edit.old)")
            try shop.write(edit.file, text.replacingOccurrences(of: edit.old, with: edit.new))
        }
        return shop
    }

    /// Makes the gateway look for its bench where the test itself listens.
    private func point(_ shop: Shop, to bench: TakenPort) throws {
        let gateway = try String(contentsOfFile: shop.configuration, encoding: .utf8)
        try shop.write(
            "gateway.yaml",
            gateway.replacingOccurrences(
                of: "127.0.0.1:\(shop.ports.bench)", with: "127.0.0.1:\(bench.number)"))
    }

    @Test func everyFaultOfEveryFileIsToldAtOnceAndNothingIsOpened() async throws {
        let bench = try TakenPort()
        let shop = try shop([
            ("gateway.yaml", "profile: serial-scanner", "profil: serial-scanner"),
            ("gateway.yaml", "modbus+rtu:///", "modbus+rtv:///"),
            ("plans/cr-injector-flow.yaml", "lsl: \"122\", usl: \"132\"", "lsl: \"132\", usl: \"122\""),
            ("plans/cr-injector-flow.yaml", "unit: N.m", "unit: N.mm3"),
            ("profiles/kolver-kducer.yaml", "byte_order: ABCD", "byte_order: ABDC"),
            ("operators.yaml", "badge: \"OP:5F1C9A\"", "badge: \"XX:5F1C9A\""),
        ])
        try point(shop, to: bench)

        let checked = try await shop.plumbline(["check"])
        #expect(checked.code == 4)
        let faults = checked.output.split(separator: "\n").filter { !$0.hasSuffix("(warning)") }.map(
            String.init)
        #expect(faults.count >= 6, "\(faults)")
        for (file, word) in [
            ("gateway.yaml", "profil"), ("gateway.yaml", "modbus+rtv"),
            ("plans/cr-injector-flow.yaml", "132"),
            ("plans/cr-injector-flow.yaml", "N.mm3"), ("profiles/kolver-kducer.yaml", "ABDC"),
            ("operators.yaml", "badge"),
        ] {
            #expect(
                faults.contains { $0.contains("\(file):") && $0.contains(word) },
                "\(file), \(word): \(faults)")
        }
        // file:line:column: what: what to do
        let form = /.+\.yaml:[1-9][0-9]*:[1-9][0-9]*: .+: .+/
        #expect(faults.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(faults)")

        let run = try await shop.plumbline(["run"])
        #expect(run.code == 4)
        for fault in faults { #expect(run.errors.contains(fault)) }
        #expect(!FileManager.default.fileExists(atPath: shop.data), "the data directory was touched")
        #expect(!bench.wasCalled, "a device was opened")
    }

    @Test(arguments: [
        ("gateway.yaml", "?unit=1", "?unit=900", ":11: unit 900 does not exist: give 0 to 255"),
        ("gateway.yaml", "bind: {bench: FTS-001,", "bind: {bench: FTS-009,", "FTS-001"),
        ("gateway.yaml", "plan: plans/cr-injector-flow.yaml", "plan: plans/none.yaml", "plans/none.yaml"),
        ("plans/cr-injector-flow.yaml", "from: tool.torque,", "from: tool.torqe,", "torque"),
        ("plans/cr-injector-flow.yaml", "  - {id: nut,", "  - {id: nut", "cr-injector-flow.yaml:"),
        (
            "profiles/plc-flow-bench.yaml", "expect: {heartbeat: \"7\"", "expect: {heartbeat: \"8\"",
            "heartbeat"
        ),
    ])
    func oneFaultStopsTheStart(file: String, old: String, new: String, named: String) async throws {
        let shop = try shop([(file, old, new)])
        let run = try await shop.plumbline(["run"])
        #expect(run.code == 4)
        #expect(run.errors.contains(named), "\(run.errors)")
        let checked = try await shop.plumbline(["check", "--json"])
        #expect(checked.code == 4)
        let faults = try checked.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            .filter { $0["level"] == "error" }
        #expect(!faults.isEmpty)
        #expect(
            faults.allSatisfy { fault in
                fault["line"]?.integer ?? 0 > 0 && fault["column"]?.integer ?? 0 > 0
                    && fault["remedy"]?.text?.isEmpty == false
            })
        #expect(!FileManager.default.fileExists(atPath: shop.data))
    }

    @Test func aGaugeWithoutCurrentCalibrationDecidesNothing() async throws {
        let shop = try Shop(technician: true) {
            $0.replacingOccurrences(of: "    calibration: {certificate: C-4711, due: 2099-12-31}\n", with: "")
                .replacingOccurrences(of: "C-4712, due: 2099-12-31", with: "C-4712, due: 2026-01-31")
        }
        let checked = try await shop.plumbline(["check"])
        #expect(checked.code == 0)
        #expect(checked.output.contains("device \"FTS-001\" has no calibration"))
        #expect(checked.output.contains("the calibration of \"FM-001\" was due on 2026-01-31"))

        try await shop.startSimulator(parts: 1)
        try await shop.startGateway()
        try await shop.expectStation(within: 60, "the part is not decided") {
            $0["verdict"] == "INDETERMINATE"
        }
        #expect(
            try shop.station()["reasons"]?.elements.contains("A gauge's calibration is missing or overdue.")
                == true)
        let record = try #require(try await shop.records().first)
        #expect(record["result"] == "INDETERMINATE")
        #expect(record["reasons"] == ["calibration"])
        for result in record["results"]?.elements ?? [] {
            let status: JSONValue =
                switch result["gauge"]?["id"]?.text {
                case "FTS-001": "missing"
                case "FM-001": "overdue"
                default: "current"
                }
            #expect(result["gauge"]?["calibration"]?["status"] == status)
            #expect(result["result"] == (status == "current" ? "PASS" : "INDETERMINATE"))
            #expect(result["value"] != .null, "a value that decides nothing is kept all the same")
        }
    }
}
