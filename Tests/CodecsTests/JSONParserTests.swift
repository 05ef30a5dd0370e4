import Judging
import Testing

@testable import Codecs

struct JSONParserTests {
    @Test(
        arguments: [
            (" \t\r\n[ ] ", JSONValue.array([])), ("{}", [:]),
            (#"{"a":{"b":[1,{"c":null}]}}"#, ["a": ["b": [1, ["c": .null]]] as JSONValue] as JSONValue),
            ("\"\\u0041\\uD83D\\uDE00\\/\\b\\f\\n\\r\\t\"", "A\u{1F600}/\u{8}\u{C}\n\r\t"),
            ("\"\\u0000\"", "\u{0}"),
            ("-12", -12), ("true", true), ("\"\u{7F}\u{FFFF}\"", "\u{7F}\u{FFFF}"), ("\"\"", ""),
        ] as [(String, JSONValue)])
    func documentsAreRead(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text) == value)
    }

    @Test(arguments: [
        "", " ", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,}",
        "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "nul", "True", "truefalse", "1 2", "[] []", "\"", "\"a",
        "\"\\",
        "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\u 041\"", "\"\\u00 4\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\n\"", "\"\u{1}\"", "01", "-", "-01", "+1", "1.0", "1e2",
        "1E2", ".5",
        "0x1", "NaN", "Infinity", "9007199254740992", "-9007199254740992", "99999999999999999999999999",
        "\u{FEFF}[]",
        "// c\n1", "[1]\u{0}",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test(
        arguments: [
            ([0xFF], 0), ([0x22, 0xC0, 0xAF, 0x22], 0), ([0x22, 0xED, 0xA0, 0x80, 0x22], 0),
            ([0x22, 0xE2, 0x82, 0x22], 0),
        ] as [([UInt8], Int)])
    func bytesThatAreNoUTF8AreRefused(bytes: [UInt8], offset: Int) {
        #expect(throws: JSONError(what: "the document is not UTF-8", offset: offset)) {
            try JSONParser.parse(bytes)
        }
    }

    @Test func aNameThatStandsTwiceIsRefusedHoweverItIsWritten() {
        #expect(throws: JSONError(what: "the name \"a\" stands twice", offset: 7)) {
            try JSONParser.parse(#"{"a":1,"a":2}"#)
        }
        #expect(throws: JSONError.self) { try JSONParser.parse(#"{"a":1,"\u0061":2}"#) }
        // Unicode's two spellings of one character would be one name to a reader and two to a hash.
        #expect(throws: JSONError.self) { try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}") }
    }

    @Test func theErrorSaysWhere() {
        #expect(throws: JSONError(what: "expected ',' or '}'", offset: 7)) {
            try JSONParser.parse(#"{"a":1 "b":2}"#)
        }
        #expect(throws: JSONError(what: "there is text after the document", offset: 2)) {
            try JSONParser.parse("1 2")
        }
    }

    @Test func nestingIsBounded() throws {
        let most = JSONParser.deepestNesting
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(most)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(nested(most + 1)) }
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "{\"a\":", count: 200_000)) }
    }

    @Test func noBytesCrashIt() {
        let seed = SeededRandom.seed()
        var samples = SeededRandom(seed: seed)
        let alphabet =
            Array(#"{}[]",:\u0123456789abcdefDd-+.eE tnrs/"#.utf8) + [0, 0x0A, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for round in 0..<4_000 {
            var bytes = round.isMultiple(of: 2) ? [] : CanonicalJSON.bytes(samples.json())
            for _ in 0..<Int.random(in: 1...12, using: &samples) {
                let byte = alphabet.randomElement(using: &samples) ?? 0
                bytes.insert(byte, at: Int.random(in: 0...bytes.count, using: &samples))
            }
            // What passes for JSON after the damage is JSON: it can be written and read again.
            guard let value = try? JSONParser.parse(bytes) else { continue }
            #expect((try? JSONParser.parse(CanonicalJSON.bytes(value))) == value, "seed \(seed)")
        }
    }

    @Test func everyBeginningOfADocumentIsRefused() throws {
        let document = Array(#"{"a":[1,-20,"\u20ac\n",{"b":null}],"c":true}"#.utf8)
        for length in 0..<document.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(document.prefix(length)) }
        }
        #expect(try JSONParser.parse(document)["a"]?.elements.count == 4)
    }
}
