import Judging
import Testing

@testable import Codecs

/// Scans that somebody made up to do harm, and what wear, dirt and wrongly set scanners make of good ones.
@Suite struct HostileMarkTests {
    private static let sound: [[UInt8]] = [
        MarkSamples.message("06", ["17V98897", "1P4L0014-163B", "SSA10197"]),
        MarkSamples.message("12", ["MFR 0CVA5", "SER 674A36458"]),
        MarkSamples.message("05", ["8004061414100012345", "0109506000134352"]),
        MarkSamples.gs1(["]d2010950600013435221SA10197", "10L7"]),
        Array("https://example.com/01/09506000134352/10/L7/21/SA10197?17=261231".utf8),
        Array("https://acme.ambactracker.example/parts/0191c0de-1111-4222-8333-444455556666".utf8),
        Array("SA10197".utf8), Array("]C0FI-000123".utf8),
    ]

    private static let symbologies: [String?] = [
        nil, nil, nil, "]d1", "]d2", "]C0", "]C1", "]Q3", "]\u{1B}[", "x",
    ]

    private static func scan(_ random: inout SeededRandom) -> [UInt8] {
        // A symbol as full as it can be takes long to look at: one in a hundred is enough.
        let kind = HostileScan.Kind.allCases.filter { $0 != .full }.randomElement(using: &random) ?? .random
        let isFull = Int.random(in: 0..<100, using: &random) == 0
        let hostile = HostileScan(isFull ? .full : kind, of: sound, using: &random)
        guard Bool.random(using: &random) else { return hostile.bytes }
        return HostileScan(kind, of: [hostile.bytes], using: &random).bytes
    }

    @Test func eachIsReadExactlyOrRefusedInWordsThatHarmNobody() {
        let seed = SeededRandom.seed()
        print("hostile marks: seed \(seed)")
        var random = SeededRandom(seed: seed)
        var (read, refused) = (0, 0)
        for index in 0..<100_000 {
            let bytes = Self.scan(&random)
            let symbology = Self.symbologies.randomElement(using: &random) ?? nil
            let fault: String?
            do throws(MarkError) {
                fault = Self.fault(try PartMark.parse(bytes, symbology: symbology), bytes)
                read += 1
            } catch {
                fault = Self.fault(error, bytes)
                refused += 1
            }
            if let fault {
                Issue.record("seed \(seed), scan \(index): \(fault): \(Hex.text(bytes.prefix(200)))")
                return
            }
        }
        // Some damage hits what does not matter; a run that reads nothing has tested nothing.
        #expect(read > 1_000 && refused > 1_000, "seed \(seed): \(read) read, \(refused) refused")
    }

    /// What is wrong with `mark` as the reading of `bytes`.
    private static func fault(_ mark: PartMark, _ bytes: [UInt8]) -> String? {
        guard mark.raw == bytes || Array((mark.symbology ?? "").utf8) + mark.raw == bytes else {
            return "another mark than was scanned"
        }
        guard let name = mark.serial ?? mark.partID, !name.isEmpty else { return "neither serial nor id" }
        let values = [name, mark.uii, mark.symbology].compactMap { $0 } + mark.elements.map(\.identifier)
        guard values.allSatisfy({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            return "an identity that is not printable"
        }
        guard name.utf8.count <= 50, (mark.uii ?? "").utf8.count <= 50 else { return "too long" }
        guard (mark.uii ?? "").utf8.allSatisfy(\.isItemIdentity) else { return "no characters of a UII" }
        guard mark.format != .plain || mark.raw == Array(name.utf8) else { return "not the whole mark" }
        return nil
    }

    private static func fault(_ error: MarkError, _ bytes: [UInt8]) -> String? {
        guard !error.what.isEmpty, error.what.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return "a reason that is not printable: \(Array(error.what.utf8))"
        }
        guard error.what.utf8.count < 300 else { return "a reason of \(error.what.utf8.count) characters" }
        guard (0...bytes.count).contains(error.offset) else { return "refused at \(error.offset)" }
        // Symbols as full as they can be are all alike and take long to show.
        let shown = bytes.count < 1_000 ? PartMark.escape(bytes) : ""
        guard shown.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            shown.isEmpty || (try? PartMark.unescape(shown)) == bytes
        else { return "shown as something else" }
        return nil
    }

    @Test func nothingLongerThanASymbolIsLookedAt() {
        #expect(MarkSamples.refusal([UInt8](repeating: 0x39, count: 7_089))?.offset == 50)
        #expect(MarkSamples.refusal([UInt8](repeating: 0x39, count: 1_000_000))?.offset == 7_092)
        let many = MarkSamples.message("06", [String](repeating: "Q1", count: 65))
        #expect(MarkSamples.refusal(many)?.what == "more than 64 elements")
        let strings = MarkSamples.gs1([String](repeating: "91A", count: 65))
        #expect(MarkSamples.refusal(strings, symbology: "]d2")?.what == "more than 64 elements")
    }

    @Test(arguments: [
        // A message in a message, in an unknown element's value and behind a cut.
        ("[)>\u{1E}06\u{1D}Q[)>\u{1D}SSA1\u{1E}\u{04}", 8, "a message within the message"),
        ("[)>\u{1E}06\u{1D}SSA1[)>\u{1E}06\u{1D}SSA2\u{1E}\u{04}", 15, "second envelope"),
        ("[)>\u{1E}06\u{1D}SSA1\u{1E}06\u{1D}SSA1\u{1E}\u{04}", 12, "second envelope"),
        ("[)>\u{1E}06\u{1D}SSA1\u{1E}\u{04}[)>\u{1E}06\u{1D}SSA1\u{1E}\u{04}", 13, "bytes after"),
        ("[)>\u{1E}06\u{1D}SSA1\u{1E}\u{04}\r\n", 13, "bytes after"),
        ("[)>\u{1E}06\u{1D}SSA1\u{04}", 12, "cut off"),
        ("[)>\u{1E}06\u{1D}", 7, "cut off"), ("[)>\u{1E}06\u{1E}\u{04}", 6, "GS (1d) is missing"),
        ("[)>\u{1E}06\u{1D}\u{1E}\u{04}", 7, "empty element"),
        ("[)>\u{1E}05\u{1D}\u{1E}\u{04}", 7, "empty element"),
        ("[)>\u{1E}06\u{1D}SSA1\u{1D}\u{1E}\u{04}", 12, "empty element"),
        ("[)>\u{1E}07\u{1D}SSA1\u{1E}\u{04}", 4, "format bytes 3037"),
        ("[)>\u{1D}06\u{1D}SSA1\u{1E}\u{04}", 3, "byte 1d where RS"),
        ("[)>06SSA1", 3, "keyboard mode"),
        ("]d1[)>\u{1E}06\u{1D}Ssa1\u{1E}\u{04}", 11, "byte 73 in S"),
    ])
    func envelopesThatAreNotExactlyOneAreRefused(text: String, offset: Int, reason: String) {
        MarkSamples.expectRefusal(text, at: offset, saying: reason)
    }
}
