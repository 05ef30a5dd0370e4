import Inspection
import Testing

@testable import Profiles

/// What the readers of part tables and of lists take, and what they do not: each was seen failing with the
/// condition that it is about left out.
@Suite("Rows of a part table, and lines of its lists")
struct PartTableRowsTests {
    private func read(_ text: String, list: String = "") -> (table: PartTable?, faults: FaultCollector) {
        let faults = FaultCollector()
        let file = SourceFile(path: "parts.yaml", bytes: Array(text.utf8))
        let table = PartTable.read(file, faults: faults) { path, _ in
            SourceFile(path: path, bytes: Array(list.utf8))
        }
        return (table, faults)
    }

    /// The lines of `list`, as the table has them that names it.
    private func entries(_ list: String) -> [SerialList.Entry]? {
        read("parts: [{number: A, issued: {file: a.csv}}]", list: list).table?.row("A")?.issued?.entries
    }

    @Test(
        "What is no table, or too much of one, is refused with its place",
        arguments: [
            ("parts: []", "the file names no parts"), ("parts: [{number: A}]\nlots: 7", "key \"lots\""),
            ("parts: [{number: A, issued: {serials: [A1], lot: 7}}]", "key \"lot\" is not known in issued"),
            ("parts: [\((1...2_001).map { "{number: P\($0)}" }.joined(separator: ", "))]", "2001"),
        ])
    func refused(text: String, what: String) {
        let (table, faults) = read(text)
        #expect(table == nil)
        #expect(faults.sorted.count == 1 && faults.sorted[0].what.contains(what), "\(faults.sorted)")
    }

    @Test("As many rows as a site may have are read")
    func mostRows() {
        let rows = (1...2_000).map { "{number: P\($0)}" }.joined(separator: ", ")
        #expect(read("parts: [\(rows)]").table?.rows.count == 2_000)
    }

    @Test("Patterns of one number, and trim codes of several, may fit one code")
    func harmless() {
        for text in [
            #"parts: [{number: A, serial: ["SA##", "SA1#"]}]"#,
            #"parts: [{number: A, trim_code: "T###"}, {number: B, trim_code: "T1##"}]"#,
        ] {
            let (table, faults) = read(text)
            #expect(table != nil)
            #expect(faults.sorted.isEmpty && faults.warnings.isEmpty, "\(faults.warnings)")
        }
    }

    @Test("The trim code of any number is one")
    func trimCodes() {
        let table = read(#"parts: [{number: A, trim_code: "T###"}, {number: B, trim_code: "U###"}]"#).table
        #expect(table?.isTrimCode("T123") == true && table?.isTrimCode("U123") == true)
        #expect(table?.isTrimCode("V123") == false)
    }

    @Test("A first line may name the columns, and no other")
    func columns() {
        for first in ["first", "First,last", " FIRST , LAST "] {
            #expect(entries("\(first)\nSA1\n")?.map(\.range.description) == ["SA1"])
        }
        #expect(entries("SA1\nfirst\n")?.map(\.range.description) == ["SA1", "first"])
    }

    @Test("Blanks around a field do not count, and an empty reason is none")
    func fields() {
        let read = entries(" SA1 , SA9 , two words \nSB1,,\nSB2,,\"\"\nSB3,\"\",x\n")
        #expect(read?.map(\.range.description) == ["SA1..SA9", "SB1", "SB2", "SB3"])
        #expect(read?.map(\.reason) == ["two words", nil, nil, "x"])
    }

    @Test("A reason is at most 200 characters long")
    func reasons() {
        #expect(entries("SA1,,\(String(repeating: "r", count: 200))\n")?.count == 1)
        #expect(entries("SA1,,\(String(repeating: "r", count: 201))\n") == nil)
    }
}
