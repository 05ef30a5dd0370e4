import Testing

@testable import Simulation

struct SerialTelegramFramerTests {
    private let tag: [UInt8] = [0x07, 0x09, 0x07, 0x09]

    private func cut(_ bytes: [UInt8], chunk: Int) -> [[UInt8]] {
        var (framer, found, rest) = (SerialTelegramFramer(), [[UInt8]](), bytes[...])
        while !rest.isEmpty {
            framer.take(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
            while let telegram = framer.next() { found.append(telegram) }
        }
        return found
    }

    @Test(arguments: [1, 3, 8, 1_000])
    func telegramsAreFoundByTheirLengths(chunk: Int) {
        let (first, second) = (Telegram(1).bytes, Telegram(900, data: [0x03, 0x02, 0x00, 0x03]).bytes)
        let bytes = tag + [0x02] + first + [0x03] + tag + [0x02] + second + [0x00, 0x03]
        #expect(cut(bytes, chunk: chunk) == [first, second])
    }

    @Test func whatStandsBetweenIsPassedOver() {
        let telegram = Telegram(9_999).bytes
        let noise: [UInt8] = [0x41, 0x02, 0x30, 0x30, 0x31, 0x39, 0x02]
        #expect(cut(noise + [0x02] + telegram + [0x00, 0x03], chunk: 5) == [telegram])
        #expect(cut([0x02] + telegram + [0x00, 0x41, 0x02] + telegram + [0x03], chunk: 99) == [telegram])
    }

    @Test func aTelegramGoesOutWithItsNULBetweenTheMarks() {
        let wire = Telegram(5, data: Array("0060".utf8)).wire
        #expect(
            SerialTelegramFramer.framed(wire) == [0x02] + Array("00240005            0060\0".utf8) + [0x03])
    }
}
