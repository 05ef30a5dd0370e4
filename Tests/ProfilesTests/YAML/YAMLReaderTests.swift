import Judging
import Testing

@testable import Profiles

@Suite("YAML with places")
struct YAMLReaderTests {
    private func read(_ text: String) -> (node: YAMLNode?, faults: [String]) {
        let faults = FaultCollector()
        let node = YAMLReader.read(Array(text.utf8), file: "f.yaml", faults: faults)
        return (node, faults.sorted.map(\.description))
    }

    @Test("Every node knows its line and column, and scalars keep their text and quotes")
    func placesAndText() throws {
        let root = try #require(read("a: 1.50\nb:\n  - \"0x10\"\n  - {c: ü, d: on}\n").node)
        guard case .mapping(let entries) = root.content else {
            Issue.record("the root is \(root.form)")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries[0].value.text == "1.50")
        #expect("\(entries[0].value.place)" == "f.yaml:1:4")
        guard case .sequence(let elements) = entries[1].value.content,
            case .scalar(let text, let isQuoted) = elements[0].content,
            case .mapping(let inner) = elements[1].content
        else {
            Issue.record("b is \(entries[1].value.form)")
            return
        }
        #expect(text == "0x10" && isQuoted)
        #expect("\(inner[1].place)" == "f.yaml:4:12")
        #expect(inner[1].value.text == "on")
    }

    @Test(
        "What a checked file must not hold is refused with its place",
        arguments: [
            ("a: 1\na: 2\n", "f.yaml:2:1: key \"a\" is there already, at line 1: keep one of them"),
            ("a: &x 1\n", "f.yaml:1:4: an anchor stands here: remove it; values are written out"),
            ("a: *x\n", "f.yaml:1:4: an alias stands here: write the value out"),
            ("a: !!int 1\n", "f.yaml:1:4: a tag stands here: remove it; keys say what a value is"),
            ("a:\n\tb: 1\n", "f.yaml:2:1: a tab stands here: use blanks; in a text write \"\\t\""),
            (
                "a: 1\n---\nb: 2\n",
                "f.yaml:2:1: a second document begins: keep one document a file: remove `---`"
            ),
            ("", "f.yaml:1:1: the file is empty: write the document, or name another file"),
            ("? [a]\n: 1\n", "f.yaml:1:3: a key is no plain text: use a name as key"),
        ])
    func refused(_ text: String, _ message: String) {
        #expect(read(text).faults == [message])
    }

    @Test("Text that is no YAML names the line")
    func syntax() {
        let faults = read("a: [1, 2\nb: 3\n").faults
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("f.yaml:2:") == true)
    }

    @Test("A byte that is no UTF-8 is a fault at its place")
    func badEncoding() {
        let faults = FaultCollector()
        #expect(YAMLReader.read(Array("a: 1\nb: ".utf8) + [0xFF], file: "f.yaml", faults: faults) == nil)
        #expect(faults.sorted.first?.line == 2)
        #expect(faults.sorted.first?.column == 4)
    }

    @Test("Thirty-two levels are read, thirty-three refused, and ten thousand cost no stack")
    func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(read(nested(32)).faults == [])
        #expect(read(nested(33)).faults == ["f.yaml:1:33: more than 32 levels are nested: write it flatter"])
        #expect(read(nested(10_000)).faults.count == 1)
    }

    @Test("More than 1 MiB is refused before it is parsed")
    func size() {
        let faults = read(String(repeating: "x", count: (1 << 20) + 1)).faults
        #expect(
            faults == ["f.yaml:1:1: the file has 1048577 bytes, 1048576 are allowed: split or shorten it"])
    }

    @Test("Random bytes never crash the reader")
    func randomBytes() {
        let seed = SeededRandom.seed()
        var state = seed
        let alphabet = Array("ab:- \n\"'{}[],#&*!|>%@?0\u{1}\u{FF}".utf8)
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let faults = FaultCollector()
            let node = YAMLReader.read(bytes, file: "f", faults: faults)
            #expect(node != nil || !faults.isClean, "seed \(seed)")
        }
    }
}
