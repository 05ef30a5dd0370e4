import Judging
import Testing

@testable import Codecs

/// Function 43 with MEI type 14. Frames are put together by the tables of Application Protocol V1.1b3, clause
/// 6.21, with the texts of its example.
@Suite struct ModbusIdentificationTests {
    /// The reply of the example to a basic request: all three objects at once.
    private static let whole = frame("01 01 00 00 03", ["Company identification", "Product code", "V2.11"])

    /// Function, MEI type, then `head` and the objects from `first` on.
    private static func frame(_ head: String, _ values: [String], first: UInt8 = 0) -> [UInt8] {
        let bytes = Hex.bytes(("2B0E" + head).filter { $0 != " " }) ?? []
        return values.enumerated().reduce(into: bytes) { frame, object in
            frame += [first + UInt8(object.offset), UInt8(object.element.utf8.count)] + object.element.utf8
        }
    }

    @Test(arguments: [
        (ModbusIdentificationCode.basic, UInt8(0), "2b0e0100"), (.regular, 2, "2b0e0202"),
        (.extended, 0x80, "2b0e0380"), (.single, 6, "2b0e0406"),
    ])
    func theRequestHasFourBytes(code: ModbusIdentificationCode, object: UInt8, hex: String) throws {
        let request = ModbusRequest.readDeviceIdentification(code, object: object)
        #expect(Hex.text(try request.pdu()) == hex)
        #expect(request.isRead)
        #expect(request.replyBytes == 253)
    }

    @Test func theExampleIsUnderstood() throws {
        let request = ModbusRequest.readDeviceIdentification(.basic, object: 0)
        #expect(ModbusReply(Self.whole, answering: request) == .answer)
        let reply = try ModbusIdentificationReply(Self.whole)
        #expect(reply.conformity == 1)
        #expect(reply.next == nil)
        #expect(reply.objects.map(\.text) == ["Company identification", "Product code", "V2.11"])
    }

    @Test func twoRepliesMakeOneIdentification() throws {
        var reading = ModbusIdentificationReading(.basic)
        #expect(reading.request == .readDeviceIdentification(.basic, object: 0))
        try reading.take(Self.frame("01 01 FF 02 02", ["Company identification", "Product code"]))
        #expect(reading.request == .readDeviceIdentification(.basic, object: 2))
        try reading.take(Self.frame("01 01 00 00 01", ["V2.11"], first: 2))
        #expect(reading.request == nil)
        #expect(reading.cutShort == nil)
        #expect((0..<4).map { reading.text($0) } == ["Company identification", "Product code", "V2.11", nil])
    }

    @Test func aDeviceThatNeverEndsIsLeft() throws {
        var same = ModbusIdentificationReading(.basic)
        try same.take(Self.frame("01 01 FF 01 01", ["A"]))
        // It was asked to go on at object 1, and begins anew.
        try same.take(Self.frame("01 01 FF 01 01", ["A"]))
        #expect(same.request == nil)
        #expect(same.cutShort?.contains("begins again") == true)
        #expect(same.objects.count == 1)

        var empty = ModbusIdentificationReading(.basic)
        try empty.take(Self.frame("01 01 FF 01 00", []))
        #expect(empty.request == nil)

        var endless = ModbusIdentificationReading(.extended)
        var asked = 0
        while let request = endless.request, asked < 300 {
            guard case .readDeviceIdentification(_, let object) = request else { break }
            let more = Hex.text([object + 1])
            try endless.take(Self.frame("03 03 FF \(more) 01", ["x"], first: object))
            asked += 1
        }
        #expect(asked == ModbusIdentificationReading.mostReplies)
        #expect(endless.cutShort != nil)
    }

    @Test(arguments: [
        ("2B", "cut off"), ("2B0E010100", "no number of objects"), ("2B0D0101000000", "another MEI type"),
        ("2B0E0501000000", "no such read code"), ("2B0E0101010000", "more follows is neither 0 nor 255"),
        ("2B0E0101000001", "an object is missing"), ("2B0E010100000100", "an object without a length"),
        ("2B0E01010000010005414243", "an object longer than the rest"),
        ("2B0E0101000001000141FF", "a byte behind the last object"),
        ("2B0E0201000000", "the read code of another request"), ("0302AABB", "another function"),
    ])
    func whatIsNoReplyIsAMismatch(hex: String, why: String) throws {
        let pdu = try #require(Hex.bytes(hex))
        let judged = ModbusReply(pdu, answering: .readDeviceIdentification(.basic, object: 0))
        guard case .mismatch = judged else {
            Issue.record("\(why): \(judged)")
            return
        }
    }

    @Test func aDeviceWithoutTheFunctionRefusesIt() {
        let request = ModbusRequest.readDeviceIdentification(.basic, object: 0)
        #expect(ModbusReply([0xAB, 1], answering: request) == .exception(.illegalFunction))
    }

    @Test func aTextCannotForgeALine() {
        func text(_ bytes: [UInt8]) -> String { ModbusIdentificationObject(id: 0, value: bytes).text }
        #expect(text(Array("SN 4711  \0\0".utf8)) == "SN 4711")
        #expect(text([0x41, 0x0A, 0x42, 0x1B, 0xFC]) == "A\\x0aB\\x1b\\xfc")
        #expect(text(Array("a\\x0a".utf8)) == "a\\x5cx0a")
    }

    @Test func anyBytesAreSurvived() throws {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            var pdu = Array(Self.whole.prefix(.random(in: 0...Self.whole.count, using: &random)))
            for _ in 0..<3 where !pdu.isEmpty {
                pdu[Int.random(in: 0..<pdu.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            var reading = ModbusIdentificationReading(.basic)
            try? reading.take(pdu)
            #expect(reading.objects.count <= 255, "seed \(seed)")
        }
    }
}
