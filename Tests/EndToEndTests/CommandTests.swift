import Codecs
import Foundation
import Judging
import Testing

/// Commands that need no shop: marks, profiles, usage.
@Suite struct CommandTests {
    private let scratch: ScratchFolder
    private var folder: URL { URL(fileURLWithPath: scratch.path) }

    init() throws { scratch = try ScratchFolder("commands") }

    private func plumbline(
        _ arguments: [String]
    ) async throws -> (code: Int32?, output: String, errors: String) {
        try await Program.run("plumbline", arguments, in: folder)
    }

    /// A mark and what it says.
    struct WorkedMark: Sendable {
        /// Escapes as `\x1d`.
        let text: String
        let serial: String?
        let number: String?
        let uii: String?
    }

    /// Worked examples: barcodefaq.com (construct 2), the UID library (text elements), a vendor's tutorial.
    static let workedMarks = [
        WorkedMark(
            text: #"[)>\x1e06\x1d17V98897\x1d1P4L0014-163B\x1dSSA10197\x1e\x04"#, serial: "SA10197",
            number: "4L0014-163B", uii: "D988974L0014-163BSA10197"),
        WorkedMark(
            text: #"[)>\x1e12\x1dMFR 0CVA5\x1dSER 674A36458\x1e\x04"#, serial: "674A36458", number: nil,
            uii: "D0CVA5674A36458"),
        WorkedMark(
            text: #"[)>\x1e06\x1d12V194532636\x1d1P1234\x1dS786950\x1e\x04"#, serial: "786950",
            number: "1234", uii: "UN1945326361234786950"),
        WorkedMark(
            text: #"[)>\x1e06\x1d18S0CVA5786950\x1e\x04"#, serial: nil, number: nil, uii: "D0CVA5786950"),
        WorkedMark(
            text: #"]d20109506000134352211ABC\x1d2404L0014-163B"#, serial: "1ABC", number: "4L0014-163B",
            uii: nil),
        WorkedMark(
            text: #"[)>\x1e05\x1d8004061414100012345\x1d0109506000134352\x1e\x04"#,
            serial: "061414100012345", number: "09506000134352", uii: "061414100012345"),
        WorkedMark(
            text: "https://example.com/01/09506000134352/21/SA10197", serial: "SA10197",
            number: "09506000134352", uii: nil),
        WorkedMark(text: "SA10197", serial: "SA10197", number: nil, uii: nil),
    ]

    @Test(arguments: workedMarks) func aMarkIsReadIntoSerialPartNumberAndUII(worked: WorkedMark) async throws
    {
        let read = try await plumbline(["scan", worked.text, "--json"])
        #expect(read.code == 0, "\(read.errors)")
        let mark = try JSONParser.parse(Array(read.output.utf8.dropLast()))
        if let serial = worked.serial { #expect(mark["serial"]?.text == serial) }
        #expect(mark["part_number"]?.text == worked.number)
        #expect(mark["uii"]?.text == worked.uii)
        let shown = try await plumbline(["scan", worked.text])
        #expect(shown.code == 0)
        #expect(shown.output.contains(worked.uii ?? worked.serial ?? ""))
    }

    @Test(arguments: [
        (#"[)>\x1e06\x1d17V98897\x1d1P4L0014-163B\x1dSSA10197"#, "byte "),
        ("[)>", "byte 3: the message ends"),
        (#"SA\x07"#, "byte 2: byte 07"), (#"SA\q"#, "the escape at byte 2"),
        ("PLC1-ABORT-7F3K9Q2M8XWC", "an action code ABORT"), ("]C0PLC1-x", "an action code:"),
        ("$P,Ar", "a setting code for scanners (Datalogic)"),
        ("https://example.org", "a web address"), ("]d20109506000134353211ABC", "byte 18: the check digit"),
    ])
    func aMarkThatCannotBeReadSaysAtWhichByteAndWhy(text: String, reason: String) async throws {
        let read = try await plumbline(["scan", text])
        #expect(read.code == 1)
        #expect(read.output.isEmpty)
        #expect(read.errors.contains(reason), "\(read.errors)")
    }

    @Test func aRefusalShowsItsByteAndNothingThatATerminalWouldObey() async throws {
        let read = try await plumbline(["scan", #"SA\x1b[2J10197"#])
        #expect(read.errors.contains("\n  SA\\x1b[2J10197\n    ^\n"), "\(read.errors)")
        let asJSON = try await plumbline(["scan", #"SA\x1b[2J10197"#, "--json"])
        let refusal = try JSONParser.parse(Array(asJSON.output.utf8.dropLast()))
        #expect(asJSON.code == 1)
        #expect(refusal["refused"]?["byte"] == 2)
        #expect(refusal["raw"]?.text == "53411b5b324a3130313937")
    }

    @Test(arguments: [
        ("SA10197", "serial number of 4L0014-163B"), ("WO-000123", "nothing: it names no part number"),
        (#"[)>\x1e06\x1d1PX1\x1dS1\x1e\x04"#, "serial number of X1"),
    ])
    func aPlanSaysWhatACodeOfOneWordIs(text: String, meaning: String) async throws {
        let plan = Program.checkout.appendingPathComponent("Simulators/scenarios/plans/cr-injector-flow.yaml")
        let read = try await plumbline(["scan", text, "--plan", plan.path])
        #expect(read.output.contains("by the plan          \(meaning)"), "\(read.output)\(read.errors)")
        let unread = try await plumbline(["scan", text, "--plan", "no-such.yaml"])
        #expect(unread.code == 4)
    }

    @Test func everyShippedProfilePassesItsOwnVectorsAndOneChangedByteIsFound() async throws {
        let profiles = Program.checkout.appendingPathComponent("DeviceProfiles")
        let names = try FileManager.default.contentsOfDirectory(atPath: profiles.path).sorted()
        let paths = names.map { profiles.appendingPathComponent($0).path }
        #expect(!paths.isEmpty)
        let checked = try await plumbline(["profile", "check"] + paths)
        #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
        let tested = try await plumbline(["profile", "test"] + paths)
        #expect(tested.code == 0, "\(tested.output)\(tested.errors)")
        for path in paths { #expect(tested.errors.contains(path)) }
        #expect(tested.errors.contains("serial-scanner.yaml: no vectors: nothing was proved"))
        #expect(
            checked.output.contains("3 registers are unconfirmed: alarm, total, flow:"), "\(checked.output)")

        let doubted = try #require(checked.output.split(separator: "\n").first { $0.hasSuffix("(warning)") })
        let doubtedPath = String(doubted.prefix { $0 != ":" })
        #expect(
            tested.errors.contains(" warning: see `plumbline profile check \(doubtedPath)`")
                || tested.errors.contains(" warnings: see `plumbline profile check \(doubtedPath)`"))

        let text = try String(
            contentsOf: profiles.appendingPathComponent("kral-bem500.yaml"), encoding: .utf8)
        // Seen failing with the name left unread: the gateway refused then what this had accepted.
        let misnamed = folder.appendingPathComponent("bem.yaml")
        try text.write(to: misnamed, atomically: true, encoding: .utf8)
        let refused = try await plumbline(["profile", "check", misnamed.path])
        #expect(refused.code == 4)
        #expect(
            refused.output.contains(
                #"the file is named "bem.yaml", the profile in it "kral-bem500": give both the same name"#))
        let copy = folder.appendingPathComponent("kral-bem500.yaml")
        try text.replacingOccurrences(of: "03040001609e", with: "03040001609f")
            .write(to: copy, atomically: true, encoding: .utf8)
        let changed = try await plumbline(["profile", "test", copy.path])
        #expect(changed.code == 1)
        #expect(changed.output.contains("kral-bem500.yaml:"), "\(changed.output)")
        #expect(changed.output.contains("902.71"), "\(changed.output)")
    }

    /// What its manual calls 40101 lies in another table; the end of the request is not what is wrong. Seen
    /// failing with all faults before the first warning.
    @Test func aDoubtedAddressIsSaidBeforeWhatComesOfIt() async throws {
        let file = folder.appendingPathComponent("pt-1.yaml")
        try """
        profile: pt-1
        revision: 1
        manufacturer: Example
        model: PT-1
        protocol: modbus
        source: "manual, page 12"
        defaults: {table: input}
        requests:
          - {id: live, address: 40100, count: 2}
        points:
          - {id: pressure, address: 40101, type: float32, unit: bar}
        """.write(to: file, atomically: true, encoding: .utf8)
        let checked = try await plumbline(["profile", "check", file.path])
        #expect(checked.code == 4)
        let lines = checked.output.split(separator: "\n").map { $0.dropFirst(file.path.count) }
        #expect(lines.map { $0.prefix(6) } == [":9:25:", ":9:5: ", ":11:29", ":11:5:"], "\(lines)")
        #expect(lines.first?.contains("reference of holding 99, and the table here is input") == true)
    }

    private static let misspelt: [[String]] = [
        [], ["sing"], ["run", "faster"], ["run", "--loud"], ["scan"], ["scan", "a", "b"], ["records"],
        ["records", "list", "--limit", "none"], ["records", "list", "--result", "GOOD"], ["records", "show"],
        ["records", "export", "--format", "pdf", "--data", "."], ["profile", "test"],
        ["ledger", "verify", "x", "y"],
        ["--config"], ["check", "--config"],
    ]

    @Test(arguments: misspelt) func aCommandLineThatCannotBeUnderstoodEndsWith64(arguments: [String])
        async throws
    {
        let answer = try await plumbline(arguments)
        #expect(answer.code == 64, "\(answer.output)\(answer.errors)")
        #expect(!(answer.errors + answer.output).isEmpty)
    }

    @Test func withoutADaemonStatusAndDevicesSayHowToStartOne() async throws {
        for command in ["status", "devices"] {
            let answer = try await plumbline([command, "--data", "nowhere"])
            #expect(answer.code == 2)
            #expect(answer.errors.contains("no gateway ever ran on nowhere"), "\(answer.errors)")
            #expect(answer.errors.contains("`plumbline run`"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere"), "asking made a directory")
    }

    @Test func everyShippedFileFulfilsItsSchema() async throws {
        let root = Program.checkout.path
        let profiles = try FileManager.default.contentsOfDirectory(atPath: root + "/DeviceProfiles")
        let scenarios = root + "/Simulators/scenarios/"
        for (schema, files) in [
            ("device-profile-v1", profiles.sorted().map { root + "/DeviceProfiles/" + $0 }),
            ("gateway-v1", [scenarios + "shop-gateway.yaml"]),
            ("operators-v1", [scenarios + "operators.yaml"]),
            ("inspection-plan-v1", [scenarios + "plans/cr-injector-flow.yaml"]),
            ("scenario-v1", [scenarios + "shop.yaml"]),
        ] {
            try await Program.expectSchema(schema, files, in: folder)
        }
    }
}
