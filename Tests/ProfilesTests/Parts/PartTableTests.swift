import Codecs
import Inspection
import Testing

@testable import Profiles

@Suite("A part table")
struct PartTableTests {
    static let text = """
        parts:
          - number: "4L0014-163B"
            serial: "SA#####"
            company: acme
            made_by: [D98897, 0950600]
            issued: {serials: ["SA10000..SA10999"], file: lists/issued.csv}
            suspect:
              - {serials: [SA10666], reason: lot 7 was stolen, source: NCR-2211}
              - {file: lists/suspect.csv, reason: see the alert, source: J1-A-26-02}
            scrapped: [{serials: [SA10900], reason: burst at proof, source: SCR-77}]
            trim_code: "TC-????"
          - {number: "4L0015-163B", serial: ["SA1???#", "SB#####"]}
        checks: {not_issued: refuse, reused_uii: hold}

        """

    private static func read(_ text: String, _ lists: [String: String] = [:]) -> (PartTable?, FaultCollector)
    {
        let faults = FaultCollector()
        let source = TextFiles(texts: lists).source
        let file = SourceFile(path: "/etc/plumbline/parts.yaml", bytes: Array(text.utf8))
        let table = PartTable.read(file, faults: faults) { source.file($0, namedAt: $1, faults) }
        return (table, faults)
    }

    private static let lists = [
        "/etc/plumbline/lists/issued.csv": "\u{FEFF}first,last\r\nSA20000,SA20099\r\nSA20200\r\n",
        "/etc/plumbline/lists/suspect.csv":
            "# as received\nSA10700,SA10709\nSA10800,,\"found \"\"new\"\", 2 pieces\"\n",
    ]

    @Test("Everything that a table and its files say is read")
    func whole() throws {
        let (read, faults) = Self.read(Self.text, Self.lists)
        #expect(faults.sorted.map(\.description) == [])
        let table = try #require(read)
        let row = try #require(table.row("4L0014-163B"))
        #expect(row.company == "acme")
        #expect(row.makers.map(\.description) == ["D98897", "0950600"])
        #expect(table.isTrimCode("TC-7GZ8"))
        for serial in ["SA10000", "SA10999", "SA20050", "SA20200"] {
            #expect(row.issued?.entry(of: serial) != nil, "\(serial)")
        }
        for serial in ["SA11000", "SA20100", "first"] {
            #expect(row.issued?.entry(of: serial) == nil, "\(serial)")
        }
        let suspect = PartScreening(
            PartIdentity(
                serial: "SA10800", number: row.number, uii: nil, lot: nil, rawMark: [], symbology: nil),
            table: table)
        #expect(suspect.findings.map(\.code) == [.onSuspectList])
        #expect(suspect.findings.first?.text.contains("found \"new\", 2 pieces (J1-A-26-02)") == true)
        let scrapped = PartScreening(
            PartIdentity(
                serial: "SA10900", number: row.number, uii: nil, lot: nil, rawMark: [], symbology: nil),
            table: table)
        #expect(scrapped.findings.map(\.code) == [.rejectedBefore])
        #expect(table.severity(of: .notIssued) == .refuse)
        #expect(table.severity(of: .openElsewhere) == .refuse)
        #expect(table.sha256.utf8.count == 64)
        #expect(table.listsSHA256.count == 2)
        #expect(table.listsSHA256 == table.listsSHA256.sorted())
    }

    @Test("A serial that could be of two part numbers is told at once, and names none")
    func ambiguous() throws {
        let (read, faults) = Self.read(Self.text, Self.lists)
        #expect(
            faults.warnings.map(\.description) == [
                "/etc/plumbline/parts.yaml:12:37: \"SA10000\" fits \"4L0014-163B\" and \"4L0015-163B\": "
                    + "a serial that fits both is refused unless its mark names the part number"
            ])
        let table = try #require(read)
        #expect(table.numbers(ofSerial: "SA10000") == ["4L0014-163B", "4L0015-163B"])
        #expect(table.numbers(ofSerial: "SB10000") == ["4L0015-163B"])
        #expect(table.numbers(ofSerial: "ZZ") == [])
    }

    @Test(
        "Lists that cannot be used stop the start",
        arguments: [
            ("", "the file holds no serial number"), ("\u{0}\n", "is no serial number and no range"),
            ("SA2,SA1\n", "\"SA2..SA1\" is no serial number and no range"),
            ("SA1,,\"\n", "a quote is not closed"), ("SA1,,a\tb\n", "the reason holds control characters"),
            (",,\n", "is no serial number and no range"), ("first\n", "the file holds no serial number"),
        ])
    func badLists(list: String, what: String) {
        let (table, faults) = Self.read(
            "parts: [{number: A, issued: {file: a.csv}}]", ["/etc/plumbline/a.csv": list])
        #expect(table == nil)
        #expect(faults.sorted.contains { $0.file == "/etc/plumbline/a.csv" && $0.what.contains(what) })
    }

    @Test("A list that is longer than a megabyte is not read")
    func longList() {
        let (table, faults) = Self.read(
            "parts: [{number: A, issued: {file: a.csv}}]",
            ["/etc/plumbline/a.csv": String(repeating: "SA1\n", count: 300_000)])
        #expect(table == nil)
        #expect(faults.sorted.map(\.what) == ["the file is longer than 1048576 bytes"])
    }

    @Test("A list that is no text, or is not there, is told where it is named or lies")
    func unreadableLists() {
        let faults = FaultCollector()
        let file = SourceFile(
            path: "parts.yaml", bytes: Array("parts: [{number: A, issued: {file: a.csv}}]".utf8))
        let table = PartTable.read(file, faults: faults) { path, _ in
            SourceFile(path: path, bytes: [0x53, 0xFF, 0x0A])
        }
        #expect(table == nil)
        #expect(faults.sorted.map(\.description) == ["a.csv:1:1: the file is not UTF-8: save it as UTF-8"])
        let (missing, told) = Self.read("parts: [{number: A, issued: {file: a.csv}}]")
        #expect(missing == nil)
        #expect(told.sorted.map(\.place.description) == ["/etc/plumbline/parts.yaml:1:36"])
    }

    @Test("A deployment has the table of its configuration, and says which parts it does not know")
    func deployed() throws {
        let configuration = DeploymentTests.configuration.replacing(
            "operators: operators.yaml\n", with: "operators: operators.yaml\nparts: parts.yaml\n")
        var files = try DeploymentTests.files(configuration)
        files.texts["/etc/plumbline/parts.yaml"] = Self.text
        files.texts.merge(Self.lists) { $1 }
        let known = files.check("/etc/plumbline/gateway.yaml")
        #expect(known.faults == [])
        #expect(known.deployment?.parts?.rows.map(\.number) == ["4L0014-163B", "4L0015-163B"])
        #expect(known.deployment?.files.map(\.path).contains("/etc/plumbline/lists/suspect.csv") == true)
        #expect(!known.warnings.contains { $0.contains("of which the part table says nothing") })
        files.texts["/etc/plumbline/parts.yaml"] = "parts: [{number: X}]\n"
        let unknown = files.check("/etc/plumbline/gateway.yaml")
        #expect(unknown.deployment != nil)
        let warning = "plan cr-injector-flow inspects \"4L0014-163B\", of which the part table says nothing"
        #expect(unknown.warnings.contains { $0.contains(warning) })
        files.texts["/etc/plumbline/parts.yaml"] = nil
        #expect(files.check("/etc/plumbline/gateway.yaml").deployment == nil)
    }
}
