/// What a reply PDU means as the answer to one request.
package enum ModbusReply: Sendable, Equatable {
    /// It answers the request in full: function, count and echo are right.
    case answer
    /// The device refuses the request.
    case exception(ModbusException)
    /// It does not answer this request, or not in full; none of it may be used.
    case mismatch(ModbusError)

    /// Judges `pdu` against the request it came for. Never fails, whatever the bytes.
    package init(_ pdu: [UInt8], answering request: ModbusRequest) {
        let function = request.function.rawValue
        guard let first = pdu.first else {
            self = .mismatch(ModbusError(.mismatch, "the reply is empty"))
            return
        }
        if first == function | 0x80 {
            self = Self.exception(pdu)
        } else if first != function {
            self = .mismatch(
                ModbusError(.mismatch, "the reply is to function \(first & 0x7F), not \(function)", raw: pdu))
        } else if case .readDeviceIdentification(let code, _) = request {
            self = Self.identification(pdu, code)
        } else if request.readCount > 0 {
            self = Self.read(pdu, request)
        } else {
            self = Self.echo(pdu, request)
        }
    }

    /// The data bytes of a reply to a read; empty for any other. The reply must have been judged an answer.
    package static func payload(_ pdu: [UInt8]) -> ArraySlice<UInt8> {
        guard pdu.count >= 2, pdu.count == 2 + Int(pdu[1]) else { return [] }
        return pdu[2...]
    }

    /// The registers of a reply to functions 3, 4 and 23, in wire order; nil where its length does not fit.
    package static func registers(_ pdu: [UInt8]) -> [UInt16]? {
        let bytes = payload(pdu)
        guard !bytes.isEmpty, bytes.count % 2 == 0 else { return nil }
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
    }

    /// The first `count` bits of a reply to functions 1 and 2; nil where it holds fewer.
    package static func bits(_ pdu: [UInt8], count: Int) -> [Bool]? {
        let bytes = payload(pdu)
        guard count >= 0, bytes.count * 8 >= count else { return nil }
        return (0..<count).map { bytes[bytes.startIndex + $0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    }

    private static func exception(_ pdu: [UInt8]) -> ModbusReply {
        guard pdu.count == 2 else {
            return .mismatch(
                ModbusError(.mismatch, "an exception reply has 2 bytes, not \(pdu.count)", raw: pdu))
        }
        return .exception(ModbusException(code: pdu[1]))
    }

    private static func read(_ pdu: [UInt8], _ request: ModbusRequest) -> ModbusReply {
        let bytes = request.replyBytes - 2
        guard pdu.count >= 2, Int(pdu[1]) == bytes else {
            let announced = pdu.count >= 2 ? "\(pdu[1])" : "no"
            return .mismatch(
                ModbusError(.mismatch, "the reply announces \(announced) data bytes, not \(bytes)", raw: pdu))
        }
        guard pdu.count == 2 + bytes else {
            return .mismatch(
                ModbusError(.mismatch, "the reply has \(pdu.count - 2) data bytes, not \(bytes)", raw: pdu))
        }
        return .answer
    }

    private static func identification(_ pdu: [UInt8], _ code: ModbusIdentificationCode) -> ModbusReply {
        do throws(ModbusError) {
            let reply = try ModbusIdentificationReply(pdu)
            guard reply.code == code else {
                throw ModbusError(
                    .mismatch, "the reply is to read code \(reply.code.rawValue), not \(code.rawValue)",
                    raw: pdu)
            }
            return .answer
        } catch {
            return .mismatch(error)
        }
    }

    /// Writes are answered by an echo: all of the request for single ones, address and count for blocks.
    private static func echo(_ pdu: [UInt8], _ request: ModbusRequest) -> ModbusReply {
        let expected: ArraySlice<UInt8>
        do throws(ModbusError) {
            let sent = try request.pdu()
            let isBlock = request.function == .writeCoils || request.function == .writeRegisters
            expected = isBlock ? sent[..<5] : sent[...]
        } catch {
            return .mismatch(error)
        }
        guard pdu[...] == expected else {
            return .mismatch(
                ModbusError(.mismatch, "the reply should echo \(Hex.text(expected))", raw: pdu))
        }
        return .answer
    }
}
