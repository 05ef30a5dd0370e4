import Codecs
import Testing

@testable import Simulation

/// Answers by the examples that Application Protocol V1.1b3 prints for each function (sections 6.1 to 6.12).
struct ModbusServerTests {
    /// A device that has what the specification's examples ask for.
    private struct Example: RegisterBank {
        var holding: [Int: UInt16] = [107: 0x022B, 108: 0, 109: 0x0064]
        var coils: [Int: Bool] = [:]

        mutating func words(
            _ table: WordTable, _ range: Range<Int>, at now: ShopTime
        ) throws(ServerRefusal) -> [UInt16] {
            if table == .input { return range.map { $0 == 8 ? 0x000A : 0 } }
            guard range.allSatisfy({ holding[$0] != nil }) else { throw .illegalAddress }
            return range.map { holding[$0] ?? 0 }
        }

        mutating func write(
            words: [UInt16], from address: Int, at now: ShopTime
        ) throws(ServerRefusal) {
            for (offset, word) in words.enumerated() { holding[address + offset] = word }
        }

        /// Outputs 20–38 and inputs 197–218 of the examples.
        mutating func bits(
            _ table: BitTable, _ range: Range<Int>, at now: ShopTime
        ) throws(ServerRefusal) -> [Bool] {
            let bytes: [UInt8] = table == .coils ? [0xCD, 0x6B, 0x05] : [0xAC, 0xDB, 0x35]
            return (0..<range.count).map { bytes[$0 / 8] >> ($0 % 8) & 1 == 1 }
        }

        mutating func write(
            bits: [Bool], from address: Int, at now: ShopTime
        ) throws(ServerRefusal) {
            for (offset, bit) in bits.enumerated() { coils[address + offset] = bit }
        }
    }

    private func answer(_ request: String, _ device: inout Example) throws -> String? {
        let pdu = try #require(Hex.bytes(request))
        return ModbusServer.reply(to: pdu[...], from: &device, at: .zero).map(Hex.text)
    }

    @Test(arguments: [
        ("01 0013 0013", "0103cd6b05"), ("02 00C4 0016", "0203acdb35"), ("03 006B 0003", "0306022b00000064"),
        ("04 0008 0001", "0402000a"), ("05 00AC FF00", "0500acff00"), ("06 0001 0003", "0600010003"),
        ("0F 0013 000A 02 CD01", "0f0013000a"), ("10 0001 0002 04 000A 0102", "1000010002"),
    ])
    func examplesOfTheSpecificationAreAnswered(request: String, reply: String) throws {
        var device = Example()
        #expect(try answer(request.replacing(" ", with: ""), &device) == reply)
    }

    @Test func writesArrive() throws {
        var device = Example()
        _ = try answer("0f0013000a02cd01", &device)
        #expect(
            (0x13..<0x1D).map { device.coils[$0] } == [
                true, false, true, true, false, false, true, true, true, false,
            ])
        _ = try answer("100001000204000a0102", &device)
        #expect(device.holding[1] == 0x000A && device.holding[2] == 0x0102)
    }

    @Test(arguments: [
        ("2b0e0100", "ab01"),  // a function that the device has not
        ("0300000001", "8302"),  // an address that it has not
        ("03006b0000", "8303"), ("03006b007e", "8303"),  // no register, and 126
        ("0100130000", "8103"), ("01001307d1", "8103"),
        ("03ffff0002", "8302"),  // beyond the last address
        ("03006b", "8303"), ("0500ac1234", "8503"), ("06", "8603"),  // cut short, or no such value
        ("10000100020400", "9003"), ("100001000206000a0102", "9003"),  // lengths that contradict
        ("0f0013000a03cd01", "8f03"),
    ])
    func whatCannotBeIsRefused(request: String, reply: String) throws {
        var device = Example()
        #expect(try answer(request, &device) == reply)
    }

    @Test func nothingIsAnsweredToNothing() throws {
        var device = Example()
        #expect(try answer("", &device) == nil)
    }

    @Test func noRequestTraps() {
        var device = Example()
        for seed in 0..<2000 {
            var chance = Chance(seed: UInt64(seed), key: "request")
            let length = Int(chance.next() % 20)
            var pdu = (0..<length).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
            if !pdu.isEmpty { pdu[0] = UInt8(chance.next() % 18) }
            let reply = ModbusServer.reply(to: pdu[...], from: &device, at: .zero)
            #expect((reply == nil) == pdu.isEmpty, "seed \(seed)")
        }
    }
}
