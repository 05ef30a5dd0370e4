import Testing

@testable import Codecs

@Suite struct CodePatternTests {
    @Test(arguments: [
        ("SA#####", "SA10197", true), ("SA#####", "SA1019", false), ("SA#####", "SA101977", false),
        ("SA#####", "SB10197", false), ("SA#####", "SA1019A", false), ("@@-##", "AB-12", true),
        ("@@-##", "A1-12", false), ("@@", "ab", false), ("???", "A1Z", true), ("???", "A-Z", false),
        ("a.b*", "a.b*", true), ("a.b*", "axbb", false), ("##", "٣٤", false),
    ])
    func aSlotIsOneCharacter(pattern: String, code: String, fits: Bool) throws {
        #expect(try #require(CodePattern(pattern)).matches(code) == fits)
    }

    /// Trim codes as injectors of Bosch carry them, of six, seven and nine characters.
    @Test(arguments: ["G1AANS", "8ZSH5WH", "BBSNBOCCU", "FDDF5FF83"])
    func aTrimCodeIsOneAndNoSerial(code: String) throws {
        let slots = String(repeating: "?", count: code.utf8.count)
        let table = PlainCode.Table([
            try #require(PlainCode.Table.Entry("FI-######", .serial(partNumber: "4L0014-163B"))),
            try #require(PlainCode.Table.Entry(slots, .trimCode)),
        ])
        // A mark of one word, kept to the character: letters that look like digits are not mended.
        #expect(try PartMark.parse(Array(code.utf8)).raw == Array(code.utf8))
        #expect(table.meaning(of: code) == .trimCode)
        #expect(table.meaning(of: code + "0") == nil && table.meaning(of: String(code.dropLast())) == nil)
    }

    @Test(arguments: ["", "SA ###", "SA\n", "é", String(repeating: "#", count: 65)])
    func otherTextIsNoPattern(text: String) { #expect(CodePattern(text) == nil) }

    @Test(arguments: [
        ("SA#####", "S?#####", "SA00000"), ("##", "@@", nil), ("#A", "A#", nil), ("??", "#@", "0A"),
        ("SA#", "SA##", nil), ("#7", "4?", "47"), ("@", "?", "A"), ("-", "?", nil), ("X", "X", "X"),
    ])
    func twoPatternsMayHaveACodeInCommon(first: String, second: String, common: String?) throws {
        let (first, second) = (try #require(CodePattern(first)), try #require(CodePattern(second)))
        #expect(first.code(alsoOf: second) == common)
        let reverse = second.code(alsoOf: first)
        #expect((reverse == nil) == (common == nil))
        if let reverse { #expect(first.matches(reverse) && second.matches(reverse)) }
    }
}
