import Codecs
import Testing

@testable import Gateway

/// Records as tables: a cell is one cell, and no cell is a formula.
@Suite struct RecordCSVTests {
    @Test(arguments: [
        ("SA10197", "SA10197"), ("-12.50", "-12.50"), ("+3", "+3"), ("1e-5", "1e-5"), ("", ""),
        ("=1+1", "'=1+1"), ("-2+3", "'-2+3"), ("+1+1", "'+1+1"), ("-", "'-"), ("@SUM(A1)", "'@SUM(A1)"),
        ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"), ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""),
        ("\r\n=1", "\"'\r\n=1\""), ("=\u{301}1", "'=\u{301}1"), ("\u{FF1D}1", "'\u{FF1D}1"),
        ("a,b", "\"a,b\""), ("a,\u{301}b", "\"a,\u{301}b\""), ("a\r\nb", "\"a\r\nb\""),
        ("a\"b", "\"a\"\"b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ])
    func aTextIsOneCellAndNoFormula(text: String, cell: String) {
        #expect(Array(RecordCSV.cell(.string(text)).utf8) == Array(cell.utf8))
    }

    @Test func aRecordHasOneRowAMeasurement() {
        let record: JSONValue = [
            "id": "r1", "attempt": 1, "part": ["serial": "=1", "number": "4L0014-163B"],
            "results": [["characteristic": "a,b", "value": "-1.5", "sample": 2], ["characteristic": "c"]],
        ]
        let rows = RecordCSV.rows(record)
        #expect(rows.count == 2)
        #expect(rows.first == "r1,'=1,4L0014-163B,,1,,,,,,\"a,b\",-1.5,,,,,,,,,2")
    }
}
