import Codecs
import Inspection

/// A part number with everything that a table can say, and another with a pattern of its own.
enum PartFixture {
    static let number = "4L0014-163B"

    static func table(severities: [PartFinding.Code: PartFinding.Severity] = [:]) throws -> PartTable {
        var row = PartTable.Row(number: number)
        row.serials = [try Fixture.required(CodePattern("SA#####"))]
        row.company = "acme"
        row.makers = [try Fixture.required(EnterpriseIdentifier("D98897"))]
        row.issued = SerialList([SerialList.Entry(try range("SA10000..SA10999"))])
        row.suspects = [
            PartTable.SuspectList(
                serials: SerialList([
                    SerialList.Entry(try range("SA10666"), reason: "stolen on 3 March"),
                    SerialList.Entry(try range("SA10700..SA10709")),
                ]), reason: "lot 7 was stolen", source: "NCR-2211")
        ]
        row.scrapped = [
            PartTable.SuspectList(
                serials: SerialList([SerialList.Entry(try range("SA10500"))]), reason: "burst at proof",
                source: "SCR-77")
        ]
        var other = PartTable.Row(number: "4L0015-163B")
        other.serials = [try Fixture.required(CodePattern("SB#####"))]
        return PartTable(
            rows: [row, other], severities: severities, sha256: "ab12", listsSHA256: ["cd34"])
    }

    static func range(_ text: String) throws -> SerialRange { try Fixture.required(SerialRange(text)) }

    /// A part with a bare serial on it.
    static func bare(_ serial: String, number: String = number) -> PartIdentity {
        PartIdentity(
            serial: serial, number: number, uii: nil, lot: nil, rawMark: Array(serial.utf8), symbology: nil)
    }

    /// A part with an ISO/IEC 15434 mark of format 06 that has these elements.
    static func marked(_ elements: String...) throws -> PartIdentity {
        let raw = Array("[)>\u{1e}06\u{1d}\(elements.joined(separator: "\u{1d}"))\u{1e}\u{04}".utf8)
        let mark = try PartMark.parse(raw)
        return PartIdentity(
            serial: try Fixture.required(mark.serial), number: mark.partNumber ?? number, uii: mark.uii,
            lot: mark.lot, rawMark: raw, symbology: nil)
    }

    static func record(_ id: String, _ part: PartIdentity) -> JSONValue {
        ["id": .string(id), "part": part.json, "result": "PASS"]
    }

    static func disposition(_ word: String, of record: String) -> JSONValue {
        ["record": .string(record), "disposition": .string(word)]
    }
}
