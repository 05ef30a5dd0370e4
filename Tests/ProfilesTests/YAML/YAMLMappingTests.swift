import Metrology
import Testing

@testable import Profiles

@Suite("Decoding YAML")
struct YAMLMappingTests {
    private func decode(_ text: String, _ body: (YAMLMapping) -> Void) -> [String] {
        let faults = FaultCollector()
        guard let node = YAMLReader.read(Array(text.utf8), file: "f.yaml", faults: faults),
            let mapping = YAMLMapping(node, "the file", faults)
        else { return faults.sorted.map(\.description) }
        body(mapping)
        mapping.finish()
        return faults.sorted.map(\.description)
    }

    @Test("All faults come at once, in the order of the file")
    func allAtOnce() {
        let faults = decode("name: x y\nport: 70000\npoll: 5\nlimit: 1.5\nadress: 0x10\n") { file in
            _ = file.required("id", .name)
            _ = file.required("name", .name)
            _ = file.required("port", .integer(1...65_535))
            _ = file.required("poll", .duration())
            _ = file.required("limit", .decimal)
            _ = file.optional("address", .integer(0...65_535))
        }
        #expect(
            faults == [
                "f.yaml:1:1: the file has no \"id\": add `id: …`: a name of letters, digits, `_`, `-` "
                    + "and `.`, "
                    + "at most 64",
                "f.yaml:1:7: \"x y\" stands here: write a name of letters, digits, `_`, `-` and `.`, at "
                    + "most 64",
                "f.yaml:2:7: \"70000\" stands here: write a whole number of 1…65535",
                "f.yaml:3:7: \"5\" is no time: write a number and a unit: `500 ms`, `5 s`, `10 min`, `24 h`",
                "f.yaml:4:8: the number 1.5 has no quotes: write \"1.5\": its digits count",
                "f.yaml:5:1: key \"adress\" is not known in the file: did you mean \"address\"?",
            ])
    }

    @Test(
        "Durations",
        arguments: [
            ("500 ms", 500), ("5 s", 5_000), ("10 min", 600_000), ("24 h", 86_400_000), ("1.5 s", 1_500),
            ("0 ms", 0),
        ])
    func durations(_ text: String, _ milliseconds: Int) {
        let faults = decode("t: \(text)\n") { #expect($0.required("t", .duration()) == milliseconds) }
        #expect(faults == [])
    }

    @Test(
        "What is no duration",
        arguments: ["5", "5s", "-1 s", "0.5 ms", "1e3 s", "s", "99999999999 h", "5  s"])
    func noDuration(_ text: String) {
        let faults = decode("t: \(text)\n") { #expect($0.required("t", .duration()) == nil) }
        #expect(faults.count == 1)
    }

    @Test("Whole numbers are decimal or hexadecimal")
    func integers() {
        let faults = decode("a: 0x4100\nb: -7\nc: \"5\"\nd: 1_000\ne: 0x\nf: 99999999999999999999\n") {
            file in
            #expect(file.required("a", .integer(0...65_535)) == 0x4100)
            #expect(file.required("b", .integer(-10...10)) == -7)
            for key in ["c", "d", "e", "f"] { #expect(file.required(key, .integer(0...10_000)) == nil) }
        }
        #expect(faults.count == 4)
    }

    @Test("Decimals keep their zeros")
    func decimals() {
        let faults = decode("a: \"12.50\"\n") { #expect($0.required("a", .decimal)?.description == "12.50") }
        #expect(faults == [])
    }

    @Test("An unknown unit names the nearest")
    func units() {
        #expect(
            decode("u: mm3/stroke\n") { _ = $0.required("u", .unit) }
                == ["f.yaml:1:4: unit \"mm3/stroke\" is not known: did you mean \"mm3/{stroke}\"?"])
    }

    @Test("Text from a file cannot forge a line of output")
    func forging() {
        let faults = decode("u: \"a\\nb: \\e[31mok\"\n") { _ = $0.required("u", .unit) }
        #expect(faults.first?.contains("\"a\\u{a}b: \\u{1b}[31mok\"") == true)
    }

    @Test("More than two hundred faults are counted, not kept")
    func bounded() {
        let text = (0..<300).map { "k\($0): 1\n" }.joined()
        let faults = decode(text) { _ in }
        #expect(faults.count == 201)
        #expect(faults.last?.contains("100 more faults are not shown") == true)
    }
}
