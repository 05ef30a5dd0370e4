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
