import Testing

@testable import Simulation

struct TelegramTests {
    private func steps(_ bytes: [UInt8], chunk: Int) -> [TelegramFramer.Step] {
        var (framer, steps, rest) = (TelegramFramer(), [TelegramFramer.Step](), bytes[...])
        while !rest.isEmpty {
            framer.take(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
            while true {
                let step = framer.next()
                if step == .incomplete { break }
                steps.append(step)
            }
        }
        return steps
    }

    /// The specification's own examples of 0004 and 0005, and 0061's with its revision.
    @Test func headersAreWrittenAsInTheExamples() {
        #expect(Telegram(4, data: Array("001802".utf8)).wire == Array("00260004            001802\0".utf8))
        #expect(Telegram(5, data: Array("0018".utf8)).bytes == Array("00240005            0018".utf8))
        #expect(Telegram(71, revision: 1).bytes == Array("00200071001         ".utf8))
        var numbered = Telegram(9_997, data: Array("0060".utf8))
        numbered.sequence = 2
        #expect(numbered.bytes == Array("00249997        02  0060".utf8))
    }

    @Test(arguments: [1, 2, 3, 7, 20, 1_000])
    func telegramsAreCutByTheirLengths(chunk: Int) {
        let data: [UInt8] = [0x41, 0, 0x42, 0, 0]
        let bytes = Telegram(900, revision: 1, data: data).wire + Telegram(9_999).wire
        #expect(
            steps(bytes, chunk: chunk)
                == [.telegram(Telegram(900, revision: 1, data: data)), .telegram(Telegram(9_999))])
    }

    @Test(arguments: [
        "0019" + "9999            \0", "002x" + "9999            \0", "0021" + "9999            X\0",
        "0020" + "99x9            \0", "    \0",
    ])
    func whatIsNoTelegramIsThrownAway(text: String) {
        let found = steps(Array(text.utf8) + Telegram(9_999).wire, chunk: 5)
        #expect(found.count >= 1 && found.last == .telegram(Telegram(9_999)), "\(found)")
    }

    @Test func theHeaderIsRead() throws {
        let telegram = try #require(Telegram(Array("002400600071    03  ABCD".utf8)))
        #expect(telegram.mid == 60 && telegram.revision == 7 && telegram.wantsNoAcknowledge)
        #expect(telegram.sequence == 3 && telegram.data == Array("ABCD".utf8))
        #expect(Telegram(Array("00209999   ".utf8)) == nil)
        #expect(Telegram(Array("0020999900A         ".utf8)) == nil)
    }

    @Test(arguments: [
        (27.35, 2_735), (27.359, 2_735), (25.009, 2_500), (0.29, 29), (1.005, 100), (-3, 0), (64.83, 6_483),
    ])
    func hundredthsAreCutOffNotRounded(value: Double, hundredths: Int) {
        #expect(FieldWriter.truncatedHundredths(value) == hundredths)
    }
}
