import Codecs
import Foundation
import Judging
import Testing

/// Action codes from `codes new` over signature and print to a part that is stopped with one.
@Suite struct CodeTests {
    private let scratch: ScratchFolder
    private var folder: URL { URL(fileURLWithPath: scratch.path) }

    init() throws { scratch = try ScratchFolder("codes") }

    /// Runs the command and expects it to end with `code`; returns what it wrote.
    @discardableResult
    private func plumbline(
        _ arguments: [String], in place: URL? = nil, ends code: Int32 = 0
    ) async throws -> String {
        let answer = try await Program.run("plumbline", arguments, in: place ?? folder)
        #expect(answer.code == code, "\(arguments): \(answer.output)\(answer.errors)")
        return answer.output + answer.errors
    }

    /// A key, a set of codes with a badge, and its signature, in `place`.
    private func makeSet(in place: URL) async throws {
        try await plumbline(["sign", "--new-key", "tables.key"], in: place)
        try await plumbline(["codes", "new", "plant-1", "--badge", "1042", "--out", "codes.yaml"], in: place)
        try await plumbline(["sign", "codes.yaml", "--key", "tables.key"], in: place)
    }

    private func text(_ name: String, in place: URL? = nil) throws -> String {
        try String(contentsOf: (place ?? folder).appendingPathComponent(name), encoding: .utf8)
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    @Test func aSetIsCheckedBeforeItIsPrintedAndRefusedOnceItWasTouched() async throws {
        try await makeSet(in: folder)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/tables.key")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try write(
            "gateway.yaml", "gateway: {site: s, id: g}\ncodes: {set: codes.yaml, key: tables.key.pub}\n")
        try await plumbline(["check", "--config", "gateway.yaml"])
        try await plumbline(["codes", "print", "--out", "sheets", "--config", "gateway.yaml"])
        let decoded = try await Program.run(
            "sh",
            [
                "-c",
                "for f in sheets/*.svg; do rsvg-convert -d 200 -p 200 $f -o $f.png; "
                    + "zbarimg -q --raw --nodbus $f.png; done",
            ], in: folder)
        let codes = try text("codes.yaml").split(separator: "\n").filter { $0.hasPrefix("  - ") }
            .map { String($0.dropFirst(4)) }
        #expect(codes.count == 5)
        #expect(decoded.output.split(separator: "\n").map(String.init).sorted() == codes.sorted())

        let set = try text("codes.yaml")
        try write("codes.yaml", set.replacingOccurrences(of: "PLC1-ABORT-", with: "PLC1-START-"))
        let refused = try await plumbline(["run", "--config", "gateway.yaml", "--data", "d"], ends: 4)
        #expect(refused.contains("the signature of codes.yaml does not verify"), "\(refused)")
        #expect(refused.contains("codes.yaml was changed or renamed"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/d"))
        try await plumbline(["codes", "print", "--out", "more", "--config", "gateway.yaml"], ends: 4)
        try write("codes.yaml", set)
        try await plumbline(["sign", "--new-key", "other.key"])
        try await plumbline(["sign", "codes.yaml", "--key", "other.key"])
        let foreign = try await plumbline(["check", "--config", "gateway.yaml"], ends: 4)
        #expect(foreign.contains("it is signed with another key"), "\(foreign)")
    }

    /// The schemas are what editors complete and check these files by.
    @Test func aMadeSetItsConfigurationAndAScannersProfileFulfilTheirSchemas() async throws {
        try await makeSet(in: folder)
        try write(
            "gateway.yaml",
            """
            gateway: {site: s, id: g}
            codes: {set: codes.yaml, key: tables.key.pub}
            devices: {}
            stations: {t: {plan: p.yaml, scan_patience: 2 s}}

            """)
        try write(
            "s.yaml",
            """
            profile: s
            revision: 1
            manufacturer: m
            model: m
            source: s
            protocol: serial
            framing: {suffix: "\\r"}
            affixes: {prefix: "<", suffix: ">"}
            debounce: 300 ms
            double_scan: 5 s
            acknowledge: {accept: "\\x06", refuse: "\\x15"}

            """)
        try await plumbline(["profile", "check", "s.yaml"])
        for (schema, file) in [
            ("codes-v1", "codes.yaml"), ("gateway-v1", "gateway.yaml"), ("device-profile-v1", "s.yaml"),
        ] {
            try await Program.expectSchema(schema, [file], in: folder)
        }
    }

    @Test func aKeyThatOthersCanReadOrThatIsTheLedgersSignsNothing() async throws {
        try await makeSet(in: folder)
        try FileManager.default.copyItem(
            atPath: folder.path + "/tables.key", toPath: folder.path + "/ledger.key")
        #expect(
            try await plumbline(["sign", "codes.yaml", "--key", "ledger.key"], ends: 4)
                .contains("is a ledger's key"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.path + "/tables.key")
        #expect(
            try await plumbline(["sign", "codes.yaml", "--key", "tables.key"], ends: 4)
                .contains("chmod 600"))
        try await plumbline(["sign", "codes.yaml", "--key", "nothing.key"], ends: 74)
        try await plumbline(["sign", "--new-key", "tables.key"], ends: 74)
        try await plumbline(["codes", "new", "plant 1", "--out", "x.yaml"], ends: 4)
        try await plumbline(["codes", "new", "p", "--badge", "<b>", "--out", "x.yaml"], ends: 4)
        try await plumbline(["codes", "print"], ends: 64)
    }

    /// The code with this word of the shop's set.
    private func code(_ word: String, of shop: Shop) throws -> String {
        let lines = try text("codes.yaml", in: shop.folder).split(separator: "\n")
        return String(try #require(lines.first { $0.contains("PLC1-\(word)-") }).dropFirst(4))
    }

    @Test func aTechnicianStopsRepeatsAndAcknowledgesAPartByScanningAlone() async throws {
        let shop = try Shop(technician: false)
        try await makeSet(in: shop.folder)
        let gateway = try text("gateway.yaml", in: shop.folder)
        try shop.write("gateway.yaml", gateway + "\ncodes: {set: codes.yaml, key: tables.key.pub}\n")
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.expectScanner("SCAN-2", "online")
        try shop.scan(try code("BADGE.1042", of: shop))
        try await shop.expectStation("1042 is signed in") { $0["operator"] == "1042" }
        try await shop.bring("SA10501")
        try shop.scan(try code("ABORT", of: shop))
        try await shop.expectStation("the part is not decided") { $0["verdict"] == "INDETERMINATE" }
        try shop.scan(Shop.mark("SA10501"))
        try await shop.expectStation("the double scan is told calmly") {
            $0["refusal"]?["code"] == "double_scan" && $0["refusal"]?["calm"] == true
                && $0["verdict"] == "INDETERMINATE"
        }
        try shop.scan(try code("RETEST", of: shop))
        try await shop.expectStation("it is inspected again") {
            $0["state"] == "acting" && $0["part"]?["serial"] == "SA10501"
        }
        try shop.scan(try code("ABORT", of: shop))
        try await shop.expectStation("not decided again") {
            $0["verdict"] == "INDETERMINATE" && $0["last"]?.elements.count == 2
        }
        try shop.scan(try code("ACK", of: shop))
        try await shop.expectStation("the verdict was seen") { $0["state"] == "ready" }
        #expect(
            try await shop.audit("code.taken").map { $0["action"]?.text }
                == ["ABORT", "RETEST", "ABORT", "ACK"])
        let records = try await shop.records()
        #expect(records.map { $0["attempt"] } == [1, 2])
        #expect(records.allSatisfy { $0["reasons"] == ["aborted"] && $0["inspector"] == "1042" })
        try await expectLimitKept(by: shop)
        try await expectOwnKeyRefused(of: shop)
    }

    /// From the plan's key to what the tool is told: over a restart of the gateway too.
    @Test func aPartWaitsForSTARTAndItsToolIsToldNothingBefore() async throws {
        let shop = try Shop(technician: false)
        try await makeSet(in: shop.folder)
        try shop.shortenPlan()
        let plan = try text("plans/cr-injector-flow.yaml", in: shop.folder)
        try shop.write(
            "plans/cr-injector-flow.yaml", plan.replacingOccurrences(of: "start: scan", with: "start: code"))
        let refused = try await plumbline(
            ["check", "--config", shop.configuration], in: shop.folder, ends: 4)
        #expect(refused.contains("begins with the code START, and there is none"), "\(refused)")
        let gateway = try text("gateway.yaml", in: shop.folder)
        try shop.write("gateway.yaml", gateway + "\ncodes: {set: codes.yaml, key: tables.key.pub}\n")
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.mountPart()
        try await expectWaiting("SA10601", at: shop) { try shop.scan(Shop.mark("SA10601")) }
        await shop.killGateway()
        try await shop.startGateway()
        // Nobody knows what is at the tool now.
        try await shop.expectStation("the part has to be scanned again") {
            $0["instruction"]?.text?.contains("Scan SA10601 to go on with it") == true
        }
        try await expectWaiting("SA10601", at: shop) { try shop.scan(Shop.mark("SA10601")) }
        // Nobody was told of the part: a screw that is tightened now is nobody's.
        #expect(try await shop.audit("device.written").count { $0["device"] == "TW-025" } == 0)
        try shop.scan(try code("START", of: shop))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.tighten()
        try await shop.expectStation(within: 30, "the part passes") { $0["verdict"] == "PASS" }
        try shop.scan(try code("START", of: shop))
        try await shop.expectStation("there is nothing to start") {
            $0["refusal"]?["text"] == "Scan the part first, then START."
        }
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.audit("code.taken").map { $0["action"]?.text } == ["START"])
        #expect(try await shop.audit("cycle.begun").count == 1)
        #expect(try await shop.records().map { $0["result"]?.text } == ["PASS"])
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    /// Waits until the page asks for START with this part.
    private func expectWaiting(_ serial: String, at shop: Shop, after act: () throws -> Void) async throws {
        try await shop.expectScanner("SCAN-2", "online")
        try act()
        try await shop.expectStation("\(serial) waits for START") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
                && $0["instruction"] == "Make the part ready, then scan START."
        }
    }

    /// What is asked for over HTTP is decided as the code is.
    private func expectLimitKept(by shop: Shop) async throws {
        _ = try HTTP.post(port: shop.ports.web, "/api/v1/stations/flow-test-1/retest", [])
        try await shop.expectStation("the part was inspected often enough") {
            $0["refusal"]?["code"] == "retest_limit"
        }
        _ = try HTTP.post(port: shop.ports.web, "/api/v1/stations/flow-test-1/acknowledge", [])
        try await shop.expectStation("the verdict was seen already") {
            $0["refusal"]?["code"] == "meaningless_code"
        }
    }

    /// Signs the set with the ledger's own key under another name: the gateway must not obey that.
    private func expectOwnKeyRefused(of shop: Shop) async throws {
        #expect(await shop.stopGateway() == 0)
        let files = FileManager.default
        try files.copyItem(atPath: shop.data + "/ledger.key", toPath: shop.folder.path + "/copy.key")
        try await plumbline(["sign", "codes.yaml", "--key", "copy.key"], in: shop.folder)
        let gateway = try text("gateway.yaml", in: shop.folder)
        try shop.write(
            "gateway.yaml",
            gateway.replacingOccurrences(of: "tables.key.pub", with: shop.data + "/ledger.pub"))
        let answer = try await plumbline(
            ["run", "--config", "gateway.yaml", "--data", shop.data], in: shop.folder, ends: 4)
        #expect(answer.contains("is the ledger's own key"), "\(answer)")
    }
}
