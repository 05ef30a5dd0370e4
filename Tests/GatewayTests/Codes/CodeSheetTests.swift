import Glibc
import Judging
import Profiles
import Testing

@testable import Gateway

/// Printed pages as other programs read them: rendered by rsvg-convert, decoded by zbarimg and dmtxread.
@Suite(.timeLimit(.minutes(10)))
struct CodeSheetTests {
    private static func set(_ seed: UInt64 = SeededRandom.seed()) throws -> CodeSet {
        var generator = SeededRandom(seed: seed)
        let text = CodeSet.file(
            name: "plant-1", revision: 3, badges: ["1042", "an-operator-with-a.long_id"], using: &generator)
        return try #require(
            CodeSet.read(SourceFile(path: "c.yaml", bytes: Array(text.utf8)), faults: FaultCollector()))
    }

    /// What `command` prints.
    private static func shell(_ command: String) throws -> String {
        let pipe = try #require(popen(command, "r"))
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk.prefix(count) }
        pclose(pipe)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The texts that are read from the pages at 200 dots an inch, sorted.
    private static func read(_ pages: [String], by decoder: String) throws -> [String] {
        let scratch = try ScratchFolder("sheet")
        let folder = scratch.path
        defer { withExtendedLifetime(scratch) {} }
        var lines: [String] = []
        for (index, page) in pages.enumerated() {
            let file = try #require(fopen("\(folder)/\(index).svg", "w"))
            fputs(page, file)
            fclose(file)
            _ = try shell("rsvg-convert -d 200 -p 200 \(folder)/\(index).svg -o \(folder)/\(index).png 2>&1")
            lines += try shell("\(decoder) \(folder)/\(index).png 2>/dev/null").split(separator: "\n")
                .map(String.init)
        }
        return lines.sorted()
    }

    @Test(arguments: [
        (CodeSheet.Symbol.code128, "zbarimg -q --raw --nodbus"), (.qr, "zbarimg -q --raw --nodbus"),
        (.datamatrix, "dmtxread -n -N4 -m20000"),
    ])
    func everyPrintedCodeIsReadAsItsOwnText(symbol: CodeSheet.Symbol, decoder: String) throws {
        let seed = SeededRandom.seed()
        let set = try Self.set(seed)
        let pages = try CodeSheet(set, symbol: symbol).pages()
        #expect(pages.count == 2)
        let (read, printed) = (try Self.read(pages, by: decoder), set.codes.map(\.text).sorted())
        #expect(read == printed, "SEED=\(seed)")
    }

    @Test(arguments: BarcodeSymbol.Kind.allCases)
    func theNarrowestElementIsTheMeasure(kind: BarcodeSymbol.Kind) throws {
        let symbol = try BarcodeSymbol(kind, "PLC1-START-7F3K9Q2M8XWC")
        #expect(symbol.bars.map(\.width).min() == 1)
        #expect(symbol.bars.allSatisfy { $0.x + $0.width <= symbol.width && $0.x >= 0 })
    }

    @Test func eachCodeHasItsWordForPeople() throws {
        let pages = try CodeSheet(try Self.set(), symbol: .code128).pages().joined()
        for word in ["START", "ABORT", "RETEST", "ACK", "Operator 1042"] {
            #expect(pages.contains(">\(word)</text>"))
        }
        #expect(pages.contains("plant-1, revision 3"))
    }
}
