import Codecs
import Judging
import Testing

struct JSONCanonicalTests {
    /// RFC 8785 section 3.2.3: names are ordered by UTF-16 code units, so that U+1F600 comes before U+FB33.
    @Test func membersAreOrderedByCodeUnits() {
        let document: JSONValue = [
            "\u{20AC}": "Euro Sign", "\r": "Carriage Return", "\u{FB33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1F600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{F6}": "Latin Small Letter O With Diaeresis",
        ]
        let expected = [
            #""\r":"Carriage Return""#, #""1":"One""#, "\"\u{80}\":\"Control\"",
            "\"\u{F6}\":\"Latin Small Letter O With Diaeresis\"", "\"\u{20AC}\":\"Euro Sign\"",
            "\"\u{1F600}\":\"Emoji: Grinning Face\"", "\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\"",
        ]
        #expect(CanonicalJSON.text(document) == "{\(expected.joined(separator: ","))}")
    }

    /// RFC 8785 section 3.2.2, the strings and literals of its example.
    @Test func stringsEscapeOnlyWhatTheyMust() throws {
        let input =
            #"{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"#
        let expected = #"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(CanonicalJSON.text(try JSONParser.parse(input)) == expected)
    }

    @Test func nothingIsIndented() {
        #expect(
            CanonicalJSON.text(["b": [], "a": [1, -2, [:]], "": nil]) == #"{"":null,"a":[1,-2,{}],"b":[]}"#)
    }

    @Test func numbersAreWrittenToTheEndOfTheirRange() throws {
        let text = "[9007199254740991,-9007199254740991,0]"
        #expect(CanonicalJSON.text(try JSONParser.parse(text)) == text)
        #expect(CanonicalJSON.text(try JSONParser.parse("-0")) == "0")
    }

    @Test func anotherImplementationWritesTheSameBytes() throws {
        let seed = SeededRandom.seed()
        var samples = SeededRandom(seed: seed)
        let documents = (0..<2_000).map { _ in CanonicalJSON.text(samples.json()) }
        let disagreements = try JSONJudge.disagreements(documents)
        #expect(disagreements == "judged 2000\n", "seed \(seed)")
    }

    @Test func whatIsWrittenReadsBack() throws {
        let seed = SeededRandom.seed()
        var samples = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let value = samples.json()
            let bytes = CanonicalJSON.bytes(value)
            let again = try JSONParser.parse(bytes)
            #expect(again == value && CanonicalJSON.bytes(again) == bytes, "seed \(seed)")
        }
    }
}
