import Inspection
import Testing

struct SerialRangeTests {
    @Test(arguments: [
        ("SA10000..SA19999", "SA10000", true), ("SA10000..SA19999", "SA19999", true),
        ("SA10000..SA19999", "SA10197", true), ("SA10000..SA19999", "SA20000", false),
        ("SA10000..SA19999", "SA1019", false), ("SA10000..SA19999", "SA101970", false),
        // A letter sorts between digits' neighbours: only digits count.
        ("SA10000..SA29999", "SA1A000", false), ("SA10000..SA19999", "sa10197", false),
        ("0098..0102", "0100", true), ("0098..0102", "100", false),
        ("SA10666", "SA10666", true), ("SA10666", "SA10667", false), ("7..7", "7", true),
    ])
    func aRangeHoldsSerialsOfItsLengthBetweenItsEnds(text: String, serial: String, isIn: Bool) throws {
        #expect(try #require(SerialRange(text)).contains(serial) == isIn)
    }

    @Test(arguments: [
        "", "..", "SA1..", "SA19999..SA10000", "SA1..SA10", "SA10..SB19", "SA1A..SA2B", "SA 1..SA 2", "SÄ1",
        String(repeating: "1", count: 51), "A1..A2..A3", "A\u{7}1",
    ])
    func whatIsNoRangeIsNone(text: String) { #expect(SerialRange(text) == nil) }

    @Test(arguments: ["SA10666", "SA10700..SA10709"])
    func aRangeIsWrittenAsItWasRead(text: String) throws {
        #expect(try #require(SerialRange(text)).description == text)
    }

    /// The first line that names a serial by itself counts, before any range that has it too.
    @Test func ofSeveralLinesForASerialItsOwnFirstOneCounts() throws {
        let lines = [("SA1..SA9", "range"), ("SA5", "own"), ("SA5", "later"), ("SA4..SA6", "narrow")]
        let entries = try lines.map {
            SerialList.Entry(try #require(SerialRange($0.0)), reason: $0.1)
        }
        let list = SerialList(entries)
        #expect(list.entry(of: "SA5")?.reason == "own")
        #expect(list.entry(of: "SA6")?.reason == "range")
    }

    @Test func aListFindsTheLineOfASerial() throws {
        let entries = try [("SA1", "a"), ("SB10..SB19", "b"), ("SA2", nil)].map {
            SerialList.Entry(try #require(SerialRange($0.0)), reason: $0.1)
        }
        let list = SerialList(entries)
        #expect(list.entry(of: "SA1")?.reason == "a")
        #expect(list.entry(of: "SB15")?.reason == "b")
        #expect(list.entry(of: "SA2") == entries[2])
        #expect(list.entry(of: "SA3") == nil)
    }
}
