import Inspection
import Judging
import Metrology
import Testing

@testable import Profiles

@Suite struct CodeSetTests {
    private static let meanings: [CodeSet.Meaning] =
        ActionCode.allCases.map { .action($0) } + [.badge(operatorID: "1042"), .badge(operatorID: "a.b-c_d")]

    private func made(seed: UInt64) throws -> (set: CodeSet, text: String) {
        var generator = SeededRandom(seed: seed)
        let text = CodeSet.file(name: "plant-1", revision: 3, badges: ["1042", "a.b-c_d"], using: &generator)
        let faults = FaultCollector()
        let set = CodeSet.read(SourceFile(path: "codes.yaml", bytes: Array(text.utf8)), faults: faults)
        return (try #require(set, "\(faults.sorted)"), text)
    }

    @Test func aSetThatWasMadeReadsBackWithEveryMeaning() throws {
        let (set, _) = try made(seed: 1)
        #expect(set.name == "plant-1")
        #expect(set.revision == 3)
        #expect(set.codes.map(\.meaning) == Self.meanings)
        #expect(set.hasBadges)
        for code in set.codes {
            #expect(set.meaning(of: code.text) == code.meaning)
            #expect(CodeSet.isCode(code.text))
        }
    }

    @Test func noCodeOfOneSetCountsInAnother() throws {
        let (first, second) = (try made(seed: 1).set, try made(seed: 2).set)
        for code in first.codes { #expect(second.meaning(of: code.text) == nil) }
    }

    @Test func aCodeCountsOnlyAsItIsPrinted() throws {
        let (set, _) = try made(seed: 1)
        let text = try #require(set.codes.first?.text)
        for other in [
            text.lowercased(), text + " ", " " + text, String(text.dropLast()), text + "0", "START",
        ] {
            #expect(set.meaning(of: other) == nil)
        }
    }

    @Test(arguments: [
        "PLC1-START-7F3K9Q2M8XWI", "PLC1-START-7F3K9Q2M8XW", "PLC1-START-7F3K9Q2M8XWC0", "PLC1--7F3K9Q2M8XWC",
        "PLC2-START-7F3K9Q2M8XWC", "PLC1-BADGE.-7F3K9Q2M8XWC", "PLC1-START", "PLC1-", "",
        "PLC1-START-7F3K9Q2M8XW\u{301}",
    ])
    func whatHasNotTheFormIsNoCode(text: String) { #expect(CodeSet.Code(text) == nil) }

    /// Sixty bits each: ten thousand codes without a pair.
    @Test func randomPartsDoNotRepeat() {
        var generator = SeededRandom(seed: 7)
        let codes = (0..<10_000).map { _ in CodeSet.Code(.action(.start), using: &generator).text }
        #expect(Set(codes).count == codes.count)
        let characters = Set(codes.flatMap { $0.suffix(CodeSet.nonceLength) })
        #expect(characters == Set(CodeSet.nonceAlphabet))
    }

    private static let configuration = """
        gateway: {site: plant-1, id: g}
        codes: {set: codes.yaml, key: keys/codes.pub}
        """

    private func check(
        files: [String: String], signatures: SignedTable.Check
    ) throws -> (deployment: Deployment?, faults: [String]) {
        let faults = FaultCollector()
        let deployment = Deployment.check(
            "gateway.yaml", from: TextFiles(texts: files).source,
            today: try #require(CalendarDate("2027-01-01")),
            signatures: signatures,
            faults: faults)
        return (deployment, faults.sorted.map(\.description))
    }

    @Test func aSetCountsOnlyWithItsSignatureInOrder() throws {
        let (set, text) = try made(seed: 1)
        let files = [
            "gateway.yaml": Self.configuration, "codes.yaml": text, "codes.yaml.sig": "note",
            "keys/codes.pub": "key",
        ]
        var asked: [SignedTable] = []
        let good = try check(files: files) { table in
            asked.append(table)
            return nil
        }
        #expect(good.faults.isEmpty)
        #expect(good.deployment?.codes == set)
        #expect(
            asked == [
                SignedTable(
                    name: "codes.yaml", bytes: Array(text.utf8), note: Array("note".utf8),
                    publicKey: Array("key".utf8))
            ])
        let bad = try check(files: files) { _ in ("it does not verify", "sign it") }
        #expect(bad.deployment == nil)
        #expect(bad.faults == ["codes.yaml.sig:1:1: it does not verify: sign it"])
        #expect(try check(files: files, signatures: SignedTable.unchecked).deployment == nil)
    }

    @Test(arguments: ["codes.yaml", "codes.yaml.sig", "keys/codes.pub"])
    func aMissingFileIsToldByItsName(name: String) throws {
        var files = [
            "gateway.yaml": Self.configuration, "codes.yaml": try made(seed: 1).text,
            "codes.yaml.sig": "note",
            "keys/codes.pub": "key",
        ]
        files[name] = nil
        let found = try check(files: files) { _ in nil }
        #expect(found.deployment == nil)
        #expect(found.faults.count == 1)
        #expect(found.faults.first?.contains("\"\(name)\" cannot be read") == true)
    }
}
