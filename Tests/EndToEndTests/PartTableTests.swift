import Foundation
import Judging
import Testing

/// A part table from its file to what `check` and `scan` say.
@Suite struct PartTableTests {
    private let scratch: ScratchFolder
    private var folder: URL { URL(fileURLWithPath: scratch.path) }

    init() throws {
        scratch = try ScratchFolder("parts")
        for (name, text) in [
            "gateway.yaml": "gateway: {site: s, id: g}\ndata: data\nparts: parts.yaml\n",
            "parts.yaml": """
            parts:
              - number: "4L0014-163B"
                serial: "SA#####"
                company: acme
                made_by: [D98897, "9506000"]
                issued: {file: issued.csv}
                suspect: [{serials: [SA10666, "SA10700..SA10709"], reason: stolen, source: NCR-1}]
                trim_code: "TC-????"
            checks: {not_issued: hold, unlisted_maker: refuse}
            """,
            "issued.csv": "first,last\r\nSA10000,SA10999\r\n",
        ] {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
    }

    private func plumbline(
        _ arguments: String...
    ) async throws -> (code: Int32?, output: String, errors: String) {
        try await Program.run("plumbline", arguments + ["--config", "gateway.yaml"], in: folder)
    }

    @Test(arguments: [
        ("SA10197", 0, "findings             none"),
        ("SA10666", 1, "finding              on_suspect_list (refuse): SA10666 is on a suspect list: stolen"),
        ("SA11000", 0, "finding              not_issued (hold): SA11000 is not among the serial numbers"),
        (
            #"[)>\x1e06\x1d17V0CVA5\x1d1P4L0014-163B\x1dSSA10197\x1e\x04"#, 1,
            "finding              unlisted_maker (refuse): The mark names a maker that is not listed"
        ),
        ("ZZ1", 0, "part number here     not known"), ("TC-7GZ8", 0, "part number here     not known"),
    ])
    func aScanSaysWhatAGatewayWouldFind(text: String, code: Int32, line: String) async throws {
        let read = try await plumbline("scan", text)
        #expect(read.code == code, "\(read.errors)")
        #expect(read.output.contains("\n" + line), "\(read.output)\(read.errors)")
        let asJSON = try await plumbline("scan", text, "--json")
        #expect(asJSON.output.contains(#""here":{"gate":"#), "\(asJSON.output)")
    }

    @Test func aFaultOfAListStopsTheCheckAtItsLine() async throws {
        #expect(try await plumbline("check").code == 0)
        try "first,last\nSA2,SA1\n".write(
            to: folder.appendingPathComponent("issued.csv"), atomically: true, encoding: .utf8)
        let checked = try await plumbline("check")
        #expect(checked.code == 4)
        #expect((checked.output + checked.errors).contains("issued.csv:2:1: \"SA2..SA1\""), "\(checked)")
    }

    @Test func theTableFulfilsItsSchema() async throws {
        for (schema, file) in [("parts-v1", "parts.yaml"), ("gateway-v1", "gateway.yaml")] {
            try await Program.expectSchema(schema, [file], in: folder)
        }
    }
}
