import Codecs
import Foundation
import Testing

/// Marks as pictures: printed by zint, read by dmtxread and zbarimg, sent by the mock scanner through real
/// libusb, until they are in a record.
@Suite struct PictureTests {
    /// A symbology by its number at zint, the AIM identifier that a scanner sends with it, and who reads it.
    private static let symbols: [(number: Int, aim: String, reader: String)] = [
        (71, "]d1", "dmtxread --stop-after=1 --milliseconds=20000"),
        (58, "]Q1", "zbarimg --nodbus --quiet --raw --oneshot -Sbinary"),
        (20, "]C0", "zbarimg --nodbus --quiet --raw --oneshot -Sbinary"),
    ]

    @Test func marksReadFromPicturesAreTheirPartsInTheRecords() async throws {
        let shop = try Shop(technician: false, usb: true)
        try await shop.startSimulator()
        try await shop.startGateway(usb: true)
        try await shop.expectScanner("SCAN-1", "online")
        try shop.control("/scan", ["scanner": "SCAN-1", "text": .string(Shop.badge)])
        try await shop.expectStation("1042 is signed in") { $0["operator"] == "1042" }
        for (index, symbol) in Self.symbols.enumerated() {
            let serial = "SA1070\(index)"
            // Code 128 holds the bare serial, the others the whole message.
            let printed = symbol.number == 20 ? serial : Shop.mark(serial)
            let read = try await Self.read(printed, symbol.number, symbol.reader, in: shop)
            let text = read.map { ($0 < 0x20 ? Self.escape($0) : String(UnicodeScalar($0))) }.joined()
            try shop.control(
                "/scan", ["scanner": "SCAN-1", "text": .string(text), "aim": .string(symbol.aim)])
            try await shop.expectStation("\(serial) is taken") { $0["part"]?["serial"]?.text == serial }
            _ = try HTTP.post(port: shop.ports.web, "/api/v1/stations/flow-test-1/abort", [])
            try await shop.expectStation("\(serial) is over") { $0["verdict"] == "INDETERMINATE" }
        }
        #expect(await shop.stopGateway() == 0)
        let parts = try await shop.records().compactMap { $0["part"] }
        #expect(parts.compactMap { $0["serial"]?.text } == ["SA10700", "SA10701", "SA10702"])
        #expect(
            parts.map { $0["uii"]?.text } == ["D988974L0014-163BSA10700", "D988974L0014-163BSA10701", nil])
        #expect(parts.map { $0["mark"]?["symbology"]?.text } == Self.symbols.map(\.aim))
        let bare = Array("SA10702".utf8).map { String($0, radix: 16) }.joined()
        #expect(parts.last?["mark"]?["raw"]?.text == bare)
    }

    private static func escape(_ byte: UInt8) -> String {
        "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    /// What a reader makes of the printed symbol of `text`.
    private static func read(
        _ text: String, _ number: Int, _ reader: String, in shop: Shop
    ) async throws -> [UInt8] {
        let picture = "symbol-\(number).png"
        let printed = try await Program.run(
            "zint",
            [
                "--barcode=\(number)", "--esc", "--scale=3", "--whitesp=10", "--vwhitesp=10", "-o", picture,
                "-d", text,
            ], in: shop.folder)
        try #require(printed.code == 0, "zint: \(printed.output)\(printed.errors)")
        let answer = try await Program.run("sh", ["-c", "\(reader) \(picture)"], in: shop.folder)
        try #require(answer.code == 0 && !answer.output.isEmpty, "\(reader): \(answer.errors)")
        return Array(answer.output.utf8)
    }
}
