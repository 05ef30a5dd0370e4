import Codecs
import Judging
import Testing

@testable import Ledger

/// The scan answers for a body only where the reader of JSON finds the same, and finds the body canonical.
struct BodyScanTests {
    private static func scan<Value>(_ bytes: [UInt8], _ read: (BodyScan) -> Value) -> Value? {
        bytes.withUnsafeBufferPointer { BodyScan($0).map(read) }
    }

    private static func isSure(_ text: String) -> Bool { scan(Array(text.utf8)) { _ in true } ?? false }

    /// Where the scan finds each field.
    private static func value(of field: BodyScan.Field, in body: JSONValue) -> JSONValue? {
        switch field {
        case .endedAt: body["ended_at"]
        case .partSerial: body["part"]?["serial"]
        case .partNumber: body["part"]?["number"]
        case .partUII: body["part"]?["uii"]
        default: body["\(field)"]
        }
    }

    @Test func everyFieldIsFound() throws {
        let body: JSONValue = [
            "schema": "s", "id": "i", "serial": "n", "record": "r", "disposition": "d", "station": "t",
            "operation": "060 Flow test", "result": "PASS", "provenance": "measured", "ended_at": "2026",
            "event": "cycle.step", "cycle": "c", "sink": "qms", "sha256": "00",
            "evidence": ["a", 1, "b", ["x"]],
            "part": ["serial": "SA1", "number": "4L", "uii": "D", "mark": ["serial": "no"]],
            "plan": ["id": "other", "evidence": ["no"]], "attempt": -12, "lot": nil, "flags": [true, false],
        ]
        let found = Self.scan(CanonicalJSON.bytes(body)) { scan in
            #expect(scan.evidence.map { String(decoding: $0, as: UTF8.self) } == ["a", "b"])
            return BodyScan.Field.allCases.map { scan[$0].map { String(decoding: $0, as: UTF8.self) } }
        }
        #expect(found == BodyScan.Field.allCases.map { Self.value(of: $0, in: body)?.text })
        #expect(found?.contains(nil) == false)
    }

    @Test func whatIsNoTextIsNoField() {
        let isMissing = Self.scan(Array(#"{"id":1,"part":{"serial":null},"serial":["x"]}"#.utf8)) { scan in
            scan[.id] == nil && scan[.partSerial] == nil && scan[.serial] == nil
        }
        #expect(isMissing == true)
        #expect(Self.scan(Array(#"{"id":""}"#.utf8)) { $0[.id]?.count } == 0)
    }

    @Test(arguments: [
        "", "{", "[]", "1", #"{"a":1} "#, #" {"a":1}"#, #"{"a": 1}"#, #"{"b":1,"a":1}"#, #"{"a":1,"a":1}"#,
        #"{"a":01}"#, #"{"a":-0}"#, #"{"a":1.0}"#, #"{"a":1e3}"#, #"{"a":-}"#, #"{"a":9007199254740992}"#,
        #"{"a":"\/"}"#, #"{"a":"\u0041"}"#, #"{"a":"\u000A"}"#, "{\"a\":\"\n\"}", #"{"a":"x}"#, #"{"a":nul}"#,
        #"{"a":true,}"#, #"{"a":[1,]}"#, #"{"a":[1 ,2]}"#, #"{"a"}"#, #"{"a":1}}"#, #"{"a":1"#, #"{"a":"\"#,
        #"{"aa":1,"a":1}"#, #"{a:1}"#, #"{"a":}"#, #"{,}"#, #"{"a":[}"#,
    ])
    func whatIsNotCanonicalIsLeftToTheReader(text: String) { #expect(!Self.isSure(text)) }

    @Test func bytesThatAreNoUTF8AreLeftToTheReader() {
        #expect(Self.scan(Array(#"{"a":""#.utf8) + [0xC3] + Array(#""}"#.utf8)) { _ in true } == nil)
        #expect(Self.isSure(#"{"a":"Prüfstand 4 °C"}"#))
    }

    /// Far above what a thread's stack holds, were each level a call.
    @Test func deepBodiesAreLeftToTheReader() {
        let depth = 100_000
        let (open, close) = (String(repeating: "[", count: depth), String(repeating: "]", count: depth))
        let text = #"{"a":"# + open + close + "}"
        #expect(!Self.isSure(text))
    }

    /// A byte of a body is changed, left out or added: where the scan still answers, the reader agrees.
    @Test func itIsNeverSurerThanTheReader() throws {
        let seed = SeededRandom.seed()
        print("random bodies: SEED=\(seed)")
        var chance = SeededRandom(seed: seed)
        let body: JSONValue = [
            "schema": "plumbline.audit/1", "id": "01a1", "part": ["serial": "SA10197", "uii": nil],
            "evidence": ["aa", "bb"], "text": "a\"b\\c\n Größe", "list": [1, 20, [], ["x": [:]]],
            "ok": true,
        ]
        let good = CanonicalJSON.bytes(body)
        let letters = Array(#"{}[]":,\ 019-azn"#.utf8) + [0x00, 0x0A, 0x7F, 0x80, 0xC3, 0xFF]
        var sure = 0
        for _ in 0..<20_000 {
            var bytes = good
            let place = Int.random(in: 0..<bytes.count, using: &chance)
            let letter = letters.randomElement(using: &chance) ?? 0
            switch Int.random(in: 0..<3, using: &chance) {
            case 0: bytes[place] = letter
            case 1: bytes.remove(at: place)
            default: bytes.insert(letter, at: place)
            }
            let found = Self.scan(bytes) { scan in
                scan[.partSerial].map { String(decoding: $0, as: UTF8.self) }
            }
            guard let serial = found else { continue }
            sure += 1
            let value = try JSONParser.parse(bytes)
            #expect(CanonicalJSON.bytes(value) == bytes)
            #expect(value["part"]?["serial"]?.text == serial)
        }
        #expect(sure > 100)
    }
}
