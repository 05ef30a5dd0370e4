import Codecs
import Judging
import Testing

/// What a live trace says of frames.
@Suite struct ModbusFrameTextTests {
    private func frame(_ hex: String, sent: Bool = false, fault: String? = nil) -> CapturedFrame {
        CapturedFrame(isSent: sent, nanoseconds: 0, bytes: Hex.bytes(hex) ?? [], fault: fault)
    }

    @Test func aReplyIsReadWithTheAddressesOfItsRequest() {
        var text = ModbusFrameText(.rtu)
        let asked = text.read(frame("010341000002D037", sent: true))
        #expect(asked.unit == 1)
        #expect(asked.meaning == "read holding registers 16640, 2 of them")
        let answered = text.read(frame("0103040001609E025B"))
        #expect(answered.meaning == "read holding registers: 16640 = 1, 16641 = 24734")
        #expect(text.read(frame("0103040001609E025B")).meaning == "unasked: read holding registers: 1, 24734")
    }

    @Test func anExceptionAndABrokenFrameSayWhy() {
        var text = ModbusFrameText(.rtu)
        _ = text.read(frame("010341000002D037", sent: true))
        #expect(
            text.read(frame("018302C0F1")).meaning
                == "read holding registers: exception 2 (the device has no such address, or not so many)")
        let broken = text.read(frame("0103040001609E02FF", fault: "the CRC is not that of these bytes"))
        #expect(broken.unit == nil)
        #expect(broken.meaning == "no frame: the CRC is not that of these bytes")
    }

    /// Examples of the Application Protocol V1.1b3, clauses 6.1 to 6.17.
    @Test(
        arguments: [
            ("0100130013", "read coils 19, 19 of them"),
            ("0500ACFF00", "write coil 172 = 1"),
            ("0600010003", "write register 1 = 3"),
            (
                "0F0013000A02CD01",
                "write coils 19 = 1, 20 = 0, 21 = 1, 22 = 1, 23 = 0, 24 = 0, 25 = 1, 26 = 1, 27 = 1, 28 = 0"
            ),
            ("100001000204000A0102", "write registers 1 = 10, 2 = 258"),
            ("16000400F20025", "mask write register 4, and 242, or 37"),
            (
                "1700030006000E00030600FF00FF00FF",
                "read registers 3, 6 of them, after writing 14 = 255, 15 = 255, 16 = 255"
            ),
            ("2B0E0100", "function 43"), ("03", "function 3"), ("", "empty"),
        ])
    func requestsSayWhatTheyAskFor(hex: String, meaning: String) {
        #expect(ModbusFrameText.request(Hex.bytes(hex) ?? []) == meaning)
    }

    @Test func longListsAreCutAndSaySo() {
        let pdu: [UInt8] = [3, 250] + Array(repeating: 0, count: 250)
        let text = ModbusFrameText.reply(pdu, to: nil)
        #expect(text.hasSuffix("… 109 more"))
    }

    @Test func noBytesStopIt() {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let pdu = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            #expect(!ModbusFrameText.request(pdu).isEmpty, "seed \(seed)")
            #expect(!ModbusFrameText.reply(pdu, to: pdu).isEmpty, "seed \(seed)")
        }
    }
}
