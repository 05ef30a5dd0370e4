import Codecs
import Foundation
import Judging
import Testing

/// `plumbline probe` against meters of which it knows nothing, served by pymodbus.
@Suite struct ProbeTests {
    private let scratch: ScratchFolder
    private var folder: URL { URL(fileURLWithPath: scratch.path) }

    init() throws { scratch = try ScratchFolder("probe") }

    private func plumbline(
        _ arguments: [String]
    ) async throws -> (code: Int32?, output: String, errors: String) {
        try await Program.run("plumbline", arguments, in: folder)
    }

    /// A meter that is one value of a kind at an address, encoded by pymodbus.
    struct Meter: Sendable {
        let values: String
        let asked: String
        let display: String
        let point: String
    }

    static let meters = [
        Meter(
            values: #"[{"table":"holding","address":32,"type":"FLOAT32","value":126.8,"#
                + #""word_order":"little"}]"#,
            asked: "32", display: "126.8",
            point: #"- {id: value_1, address: 0x0020, type: float32, byte_order: CDAB, unit: "?"}"#),
        Meter(
            values: #"[{"table":"holding","address":16640,"type":"INT32","value":90270}]"#,
            asked: "0x4101", display: "902.70",
            point: #"- {id: value_1, address: 0x4100, type: int32, scale: "0.01", unit: "?"}"#),
        Meter(
            values: #"[{"table":"holding","address":7,"type":"INT32","value":-470011,"#
                + #""word_order":"little"}]"#,
            asked: "7", display: "-4700.11",
            point:
                "- {id: value_1, address: 0x0007, type: int32, byte_order: CDAB, "
                + #"scale: "0.01", unit: "?"}"#),
        Meter(
            values: #"[{"table":"holding","address":900,"type":"FLOAT64","value":1013.25}]"#,
            asked: "900", display: "1013.25",
            point: #"- {id: value_1, address: 0x0384, type: float64, unit: "?"}"#),
    ]

    @Test(
        "probe finds the byte order of an unknown simulated meter from one expected reading",
        arguments: meters)
    func byteOrder(_ meter: Meter) async throws {
        let server = try await UnknownMeterServer(meter.values, in: folder)
        defer { server.stop() }
        let answer = try await plumbline(["probe", server.link, meter.asked, "--expect", meter.display])
        #expect(answer.code == 0, "\(answer.output)\(answer.errors)")
        let points = answer.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("- {id") }
        #expect(points.first == meter.point, "\(answer.output)")

        let json = try await plumbline(
            ["probe", server.link, meter.asked, "--expect", meter.display, "--json"])
        let first = try JSONParser.parse(Array(try #require(json.output.split(separator: "\n").first).utf8))
        #expect(first["point"]?.text == meter.point)
        #expect(first["match"]?.text == "exact")
    }

    @Test func whatItPrintsIsAProfileThatPassesItsOwnVector() async throws {
        let server = try await UnknownMeterServer(Self.meters[0].values, in: folder)
        defer { server.stop() }
        let answer = try await plumbline(["probe", server.link, "32", "--expect", "126.8"])
        let lines = answer.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let point = try #require(lines.first { $0.hasPrefix("- {id") })
        let vector = try #require(lines.first { $0.hasPrefix("- {request") })
        let text = """
            profile: em-3
            revision: 1
            manufacturer: Example
            model: EM-3
            protocol: modbus
            source: x
            points:
              \(point)
            vectors:
              \(vector)

            """
        let file = folder.appendingPathComponent("em-3.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let open = try await plumbline(["profile", "check", "em-3.yaml"])
        #expect(open.code == 4)
        #expect(open.output.contains("em-3.yaml:8:"), "\(open.output)")
        #expect(open.output.contains("the unit is still open"), "\(open.output)")
        try text.replacingOccurrences(of: "\"?\"", with: "bar")
            .write(to: file, atomically: true, encoding: .utf8)
        let tested = try await plumbline(["profile", "test", "em-3.yaml"])
        #expect(tested.code == 0, "\(tested.output)\(tested.errors)")
        #expect(tested.errors.contains("1 vectors, all right"), "\(tested.errors)")
    }

    @Test func registersAreListedWithBothAddressesAndEveryReading() async throws {
        let server = try await UnknownMeterServer(Self.meters[1].values, in: folder)
        defer { server.stop() }
        let listed = try await plumbline(["probe", server.link, "--address", "0x4100", "--count", "2"])
        #expect(listed.code == 0, "\(listed.errors)")
        #expect(listed.output.contains("0x4100"))
        #expect(listed.output.contains("416641"))
        #expect(listed.output.contains("90270"))
        let refused = try await plumbline(["probe", server.link, "0x5000"])
        #expect(refused.code == 2)
        #expect(refused.errors.contains("0x5000 (420481)"), "\(refused.errors)")
        #expect(refused.errors.contains("--scan"), "\(refused.errors)")
        let missing = try await plumbline(["probe", server.link, "0x4100", "--expect", "17.3"])
        #expect(missing.code == 1, "\(missing.output)\(missing.errors)")
    }

    /// Three ranges with holes, one table more, and an identification.
    private static let sparse =
        #"[{"table":"holding","address":256,"type":"FLOAT32","value":126.8,"word_order":"little"},"#
        + #"{"table":"holding","address":258,"type":"STRING","value":"SA10197 "},"#
        + #"{"table":"holding","address":270,"type":"UINT16","value":7},"#
        + #"{"table":"input","address":1000,"type":"INT32","value":-251},"#
        + #"{"table":"coil","address":16,"value":[true,false,true]}]"#

    @Test func aScanFindsTheRangesOfEveryTableAndSkipsWhatIsExcluded() async throws {
        let server = try await UnknownMeterServer(Self.sparse, in: folder)
        defer { server.stop() }
        let scan = ["probe", server.link, "--scan", "--pause", "0", "--address", "0", "--count", "1200"]
        let found = try await plumbline(scan + ["--json", "--exclude", "270"])
        #expect(found.code == 0, "\(found.errors)")
        #expect(found.errors.contains("--exclude"), "\(found.errors)")
        let tables = try found.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
        let ranges = tables.map { table in
            (table["ranges"]?.elements ?? []).map {
                "\($0["address"]?.integer ?? -1)+\($0["count"]?.integer ?? -1)"
            }
        }
        #expect(ranges == [["256+6"], ["1000+2"], ["16+16"], []], "\(found.output)")
        let shown = try await plumbline(scan + ["--table", "holding"])
        #expect(shown.output.contains("0x010E (40271)"), "\(shown.output)")
    }

    @Test func whoItIsAndWhoAnswersIsAsked() async throws {
        let server = try await UnknownMeterServer(Self.sparse, in: folder)
        defer { server.stop() }
        let identity = try await plumbline(["probe", server.link, "--identify"])
        #expect(identity.code == 0, "\(identity.errors)")
        for word in ["Example Meters", "EM-3", "2.14"] {
            #expect(identity.output.contains(word), "\(identity.output)")
        }
        let units = try await plumbline(
            ["probe", server.link, "256", "--units", "1-2", "--timeout", "300"])
        #expect(units.code == 0, "\(units.errors)")
        #expect(units.output.contains("unit 1"), "\(units.output)")
    }

    @Test func aSkeletonPassesTheCheckOnceItsUnitsAreWritten() async throws {
        let server = try await UnknownMeterServer(Self.sparse, in: folder)
        defer { server.stop() }
        let arguments = [
            "probe", server.link, "--skeleton", "em-3.yaml", "--pause", "0", "--address", "0", "--count",
            "1200",
        ]
        let written = try await plumbline(arguments)
        #expect(written.code == 0, "\(written.errors)")
        let open = try await plumbline(["profile", "check", "em-3.yaml"])
        #expect(open.code == 4 && open.output.contains("still open"), "\(open.output)")
        let file = folder.appendingPathComponent("em-3.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("Example Meters"), "\(text)")
        try text.replacingOccurrences(of: "\"?\"", with: "\"1\"").write(
            to: file, atomically: true, encoding: .utf8)
        let checked = try await plumbline(["profile", "check", "em-3.yaml"])
        #expect(checked.code == 0, "\(checked.output)")
        let again = try await plumbline(arguments)
        #expect(again.code == 74 && again.errors.contains("is there already"), "\(again.errors)")
    }

    @Test func aNewProfileIsFilledInAsTheCheckSays() async throws {
        let written = try await plumbline(
            ["profile", "new", "em-3", "--manufacturer", "Example", "--model", "EM-3"])
        #expect(written.code == 0, "\(written.errors)")
        let open = try await plumbline(["profile", "check", "em-3.yaml"])
        #expect(open.code == 4, "\(open.output)")
        #expect(open.output.contains("the unit is still open"), "\(open.output)")
        let again = try await plumbline(["profile", "new", "em-3"])
        #expect(again.code == 74 && again.errors.contains("is there already"), "\(again.errors)")
        let toml = folder.appendingPathComponent("flow meter.toml")
        try """
        [[inputs.modbus]]
          holding_registers = [
            { name = "flow", byte_order = "CDAB", data_type = "FLOAT32-IEEE", address = [8,9]},
            { name = "odd", data_type = "COMPLEX", address = [20]},
          ]
        """.write(to: toml, atomically: true, encoding: .utf8)
        let imported = try await plumbline(
            ["profile", "import", "--from", "telegraf", "flow meter.toml", "--out", "flow-meter.yaml"])
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(imported.errors.contains("flow meter.toml:4:1: "), "\(imported.errors)")
        let checked = try await plumbline(["profile", "check", "flow-meter.yaml"])
        #expect(checked.code == 4 && checked.output.contains("still open"), "\(checked.output)")
    }

    @Test func aDeviceThatIsNotThereIsSaidSoAtOnce() async throws {
        let answer = try await plumbline(["probe", "modbus+tcp://127.0.0.1:1?unit=1"])
        #expect(answer.code == 2, "\(answer.errors)")
        #expect(answer.errors.contains("check address, cable and power"), "\(answer.errors)")
    }

    @Test(arguments: [
        ["probe"], ["probe", "modbus+tcp://"], ["probe", "usb:0c2e:0b6a"],
        ["probe", "modbus+tcp://h", "70000"],
        ["probe", "modbus+tcp://h", "0", "--expect", ""], ["probe", "modbus+tcp://h", "--table", "holdings"],
        ["probe", "modbus+tcp://h", "0", "--expect", "902,70"],
        ["probe", "modbus+tcp://h", "--ref", "50001"],
        ["probe", "modbus+tcp://h", "0", "0"],
        ["probe", "modbus+tcp://h", "--table", "coil", "--expect", "1"],
    ])
    func aProbeThatCannotBeUnderstoodEndsWith64(arguments: [String]) async throws {
        let answer = try await plumbline(arguments)
        #expect(answer.code == 64, "\(answer.output)\(answer.errors)")
        #expect(answer.errors.contains("usage: plumbline probe"), "\(answer.errors)")
    }
}

/// A child process with pymodbus's server.
final class UnknownMeterServer {
    let link: String
    private let program: Program

    /// Starts it with `values`, a JSON list as `unknown_meter.py` takes it.
    init(_ values: String, in folder: URL, unit: Int = 1) async throws {
        let python = Program.checkout.appendingPathComponent(".build/venv/bin/python").path
        let judges = Program.checkout.appendingPathComponent("Tests/EndToEndTests/Judges")
        let judge = judges.appendingPathComponent("unknown_meter.py").path
        let program = try Program(python, [judge, values], in: folder)
        self.program = program
        let isUp = await Deadline.wait(Deadline.usual) { program.outputText.contains("\n") }
        let port = program.outputText.split(separator: "\n").first.map(String.init)
        try #require(isUp, "the server did not start: \(program.errorText)")
        link = "modbus+tcp://127.0.0.1:\(try #require(port))?unit=\(unit)"
    }

    func stop() { program.send(SIGTERM) }
}
