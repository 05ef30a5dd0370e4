import Codecs

/// A request with one true answer, and a second opinion on what answers it: written from the Application
/// Protocol V1.1b3 apart from the code under test.
struct ReplyOracle {
    let request: ModbusRequest
    let unit: UInt8
    /// The PDU that a sound device gives.
    let answer: [UInt8]
    /// Function code and, for writes, what is echoed.
    private let function: UInt8
    private let echo: [UInt8]
    /// Data bytes of a read; nil for a write.
    private let dataBytes: Int?

    init(_ random: inout FuzzRandom) {
        unit = UInt8(1 + random.below(247))
        let address = UInt16(truncatingIfNeeded: random.below(60_000))
        let (high, low) = (UInt8(address >> 8), UInt8(address & 0xFF))
        let value = random.bytes(2)
        switch random.below(7) {
        case 0:
            let count = 1 + random.below(2_000)
            (request, function) = (.readCoils(address: address, count: count), 1)
            (echo, dataBytes) = ([], (count + 7) / 8)
        case 1:
            let count = 1 + random.below(40)
            (request, function) = (.readDiscreteInputs(address: address, count: count), 2)
            (echo, dataBytes) = ([], (count + 7) / 8)
        case 2, 3:
            let count = 1 + random.below(random.below(4) == 0 ? 125 : 10)
            (request, function) = (.readHoldingRegisters(address: address, count: count), 3)
            (echo, dataBytes) = ([], count * 2)
        case 4:
            let count = 1 + random.below(10)
            (request, function) = (.readInputRegisters(address: address, count: count), 4)
            (echo, dataBytes) = ([], count * 2)
        case 5:
            let word = UInt16(value[0]) << 8 | UInt16(value[1])
            (request, function) = (.writeRegister(address: address, value: word), 6)
            (echo, dataBytes) = ([6, high, low] + value, nil)
        default:
            let values = [UInt16](repeating: 7, count: 1 + random.below(4))
            (request, function) = (.writeRegisters(address: address, values: values), 16)
            (echo, dataBytes) = ([16, high, low, 0, UInt8(values.count)], nil)
        }
        if let dataBytes {
            answer = [function, UInt8(dataBytes)] + random.bytes(dataBytes)
        } else {
            answer = echo
        }
    }

    /// Whether `pdu` answers the request in full.
    func isAnswer(_ pdu: [UInt8]) -> Bool {
        guard let dataBytes else { return pdu == echo }
        return pdu.count == 2 + dataBytes && pdu[0] == function && Int(pdu[1]) == dataBytes
    }

    /// What is wrong with how the code under test judges `pdu`; nil where both agree.
    func disagreement(_ pdu: [UInt8]) -> String? {
        let isCredited = ModbusReply(pdu, answering: request) == .answer
        if isCredited != isAnswer(pdu) { return isCredited ? "credited wrongly" : "refused wrongly" }
        guard isCredited, dataBytes != nil else { return nil }
        if function >= 3 {
            let words = stride(from: 2, to: pdu.count, by: 2).map {
                UInt16(pdu[$0]) << 8 | UInt16(pdu[$0 + 1])
            }
            return ModbusReply.registers(pdu) == words ? nil : "other registers than were sent"
        }
        let bits = ModbusReply.bits(pdu, count: request.readCount)
        let isRight = bits?.enumerated().allSatisfy { $1 == (pdu[2 + $0 / 8] >> UInt8($0 % 8) & 1 == 1) }
        return isRight == true ? nil : "other bits than were sent"
    }
}
