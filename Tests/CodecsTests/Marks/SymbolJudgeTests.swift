import Judging
import Testing

@testable import Codecs

/// From identity to symbol to picture and back: what other people's programs print and read is parsed to the
/// identity that was printed.
@Suite(.serialized) struct SymbolJudgeTests {
    /// A mark to be printed, and what it must identify.
    struct Printed: Sendable, CustomTestStringConvertible {
        let symbology: SymbolJudge.Symbology
        let bytes: [UInt8]
        /// As a scanner that sends AIM identifiers says of such a symbol.
        var aim: String?
        let serial: String?
        var number: String?
        var uii: String?
        var partID: String?

        var testDescription: String { "\(symbology) \(PartMark.escape(bytes))" }
    }

    /// The worked examples of MIL-STD-130 marks, and the quality system's labels.
    private static let printed: [Printed] = [
        Printed(
            symbology: .dataMatrix,
            bytes: MarkSamples.message("06", ["17V98897", "1P4L0014-163B", "SSA10197"]), aim: "]d1",
            serial: "SA10197", number: "4L0014-163B", uii: "D988974L0014-163BSA10197"),
        Printed(
            symbology: .dataMatrix, bytes: MarkSamples.message("12", ["MFR 0CVA5", "SER 674A36458"]),
            aim: "]d1", serial: "674A36458", uii: "D0CVA5674A36458"),
        Printed(
            symbology: .dataMatrix, bytes: MarkSamples.message("DD", ["CAG 0CVA5", "SER 674A36458"]),
            serial: "674A36458", uii: "D0CVA5674A36458"),
        Printed(
            symbology: .dataMatrix, bytes: MarkSamples.message("06", ["12V194532636", "1P1234", "S786950"]),
            serial: "786950", number: "1234", uii: "UN1945326361234786950"),
        Printed(
            symbology: .dataMatrix, bytes: MarkSamples.message("06", ["18S0CVA5786950"]),
            serial: "D0CVA5786950", uii: "D0CVA5786950"),
        // Encoders shorten this envelope to one codeword, Macro 05.
        Printed(
            symbology: .dataMatrix,
            bytes: MarkSamples.message("05", ["8004061414100012345", "0109506000134352"]),
            serial: "061414100012345", number: "09506000134352", uii: "061414100012345"),
        Printed(
            symbology: .qr, bytes: MarkSamples.message("06", ["17V98897", "1P4L0014-163B", "SSA10197"]),
            aim: "]Q1", serial: "SA10197", number: "4L0014-163B", uii: "D988974L0014-163BSA10197"),
        Printed(
            symbology: .qr, bytes: Array("https://example.com/01/09506000134352/21/SA10197".utf8),
            aim: "]Q1", serial: "SA10197", number: "09506000134352"),
        Printed(
            symbology: .qr,
            bytes: Array(
                "https://acme.ambactracker.example/parts/0191c0de-1111-4222-8333-444455556666".utf8),
            serial: nil, partID: "0191c0de-1111-4222-8333-444455556666"),
        Printed(symbology: .code128, bytes: Array("FI-000123".utf8), aim: "]C0", serial: "FI-000123"),
        Printed(symbology: .code39, bytes: Array("FI-000123".utf8), aim: "]A0", serial: "FI-000123"),
    ]

    @Test(arguments: printed) func aPrintedMarkIsReadToTheSameIdentity(mark: Printed) throws {
        let bytes = try SymbolJudge.throughPicture(mark.bytes, mark.symbology)
        #expect(bytes == mark.bytes, "\(Hex.text(bytes))")
        let read = try PartMark.parse(bytes, symbology: mark.aim)
        #expect(read.serial == mark.serial)
        #expect(read.partNumber == mark.number)
        #expect(read.uii == mark.uii)
        #expect(read.partID == mark.partID)
    }

    @Test(arguments: [
        (SymbolJudge.Symbology.gs1Code128, "]C1"), (.dataMatrix, "]d2"), (.qr, "]Q3"),
    ])
    func gs1SymbolsAreReadToTheSameIdentity(symbology: SymbolJudge.Symbology, aim: String) throws {
        let bytes = try SymbolJudge.throughPicture(
            Array("[01]09506000134352[10]L7[240]4L0014-163B[21]SA10197".utf8), symbology, gs1: true)
        let mark = try PartMark.parse(bytes, symbology: aim)
        #expect(mark.elements.map(\.identifier) == ["01", "10", "240", "21"])
        #expect(mark.elements.map(\.value) == ["09506000134352", "L7", "4L0014-163B", "SA10197"])
        #expect(mark.serial == "SA10197")
        #expect(mark.partNumber == "4L0014-163B")
    }

    @Test func theCheckDigitThatThePrinterRefusesIsRefusedHereToo() throws {
        var random = SeededRandom(seed: 0x0131)
        for _ in 0..<20 {
            let body = (0..<13).map { _ in UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random) }
            for last in UInt8(ascii: "0")...UInt8(ascii: "9") {
                let digits = String(decoding: body + [last], as: UTF8.self)
                let isRight = MarkSamples.refusal("01\(digits)21A", symbology: "]d2") == nil
                #expect(isRight == (GS1CheckDigit.digit(after: body[...]) == last))
                // One right and one wrong digit of each number go to the printer: pictures take time.
                guard isRight || last == (GS1CheckDigit.digit(after: body[...]) == 0x30 ? 0x31 : 0x30) else {
                    continue
                }
                #expect(try SymbolJudge.isSound("[01]\(digits)[21]A") == isRight, "\(digits)")
            }
        }
    }

    @Test func randomMarksComeBackAsTheyWere() throws {
        let seed = SeededRandom.seed()
        print("printed marks: seed \(seed)")
        var random = SeededRandom(seed: seed)
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/".utf8)
        func word(_ length: Int, of characters: [UInt8]) -> String {
            String(
                decoding: (0..<length).map { _ in characters.randomElement(using: &random) ?? 0x41 },
                as: UTF8.self)
        }
        for _ in 0..<20 {
            // A CAGE code has neither hyphen nor slash.
            let cage = word(5, of: characters.dropLast(2))
            let part = word(Int.random(in: 1...16, using: &random), of: characters)
            let serial = word(Int.random(in: 1...16, using: &random), of: characters)
            let bytes = MarkSamples.message("06", ["17V" + cage, "1P" + part, "S" + serial])
            let read = try PartMark.parse(SymbolJudge.throughPicture(bytes, .dataMatrix))
            #expect(read.uii == "D" + cage + part + serial, "seed \(seed): \(Hex.text(bytes))")
            #expect(read.serial == serial && read.partNumber == part && read.raw == bytes, "seed \(seed)")
        }
    }
}
