import Codecs
import Gateway
import Metrology
import Profiles
import Transports

/// One unit on one line, asked one request at a time by a person who looks for something.
///
/// It only ever reads.
struct ProbeLine {
    /// Which registers or bits a request asks for.
    struct Span: Hashable {
        let table: RegisterTable
        /// Zero-based.
        let addresses: Range<Int>

        /// `holding 0x4100 (416641), 2 registers`.
        var text: String {
            let noun = table.holdsBits ? "bit" : "register"
            return "\(table.rawValue) \(AddressText.both(table, addresses.lowerBound)), "
                + "\(addresses.count) \(noun)\(addresses.count == 1 ? "" : "s")"
        }
    }

    /// The link as it was typed.
    let name: String
    let link: any ModbusLink
    let unit: UInt8
    let timeout: Duration

    /// What came of reading `span`.
    func read(_ span: Span) async -> ModbusOutcome {
        await link.transact(span.request, unit: unit, timeout: timeout).outcome
    }

    /// The registers or bits of `span`; throws what the person should know where there are none.
    func block(_ span: Span) async throws(CommandFailure) -> ModbusValueBlock {
        let outcome = await read(span)
        guard let block = span.block(outcome) else { throw failure(outcome, span.text) }
        return block
    }

    /// Why there is no answer to use, with what to do about it.
    func failure(_ outcome: ModbusOutcome, _ place: String) -> CommandFailure {
        switch outcome {
        case .reply, .sent:
            return CommandFailure(.device, "\(name): \(place): the reply has another length")
        case .exception(let exception):
            let remedy =
                exception.meansSilence
                ? "check the unit number in the link" : "ask for less, or elsewhere: --scan finds what can be"
            return CommandFailure(.device, "\(name): \(place): \(exception): \(remedy)")
        case .failed(.timeout):
            return CommandFailure(
                .timeout,
                "\(name): \(place): no answer within \(timeout.milliseconds) ms: check unit, speed and "
                    + "parity in the link; --timeout waits longer")
        case .failed(let failure):
            return CommandFailure(
                .device,
                "\(name): \(failure): check address, cable and power, and whether another program "
                    + "holds the line")
        }
    }
}

extension ProbeLine.Span {
    var request: ModbusRequest {
        let start = UInt16(clamping: addresses.lowerBound)
        return switch table {
        case .coil: .readCoils(address: start, count: addresses.count)
        case .discrete: .readDiscreteInputs(address: start, count: addresses.count)
        case .input: .readInputRegisters(address: start, count: addresses.count)
        case .holding: .readHoldingRegisters(address: start, count: addresses.count)
        }
    }

    /// What a reply to this carried; nil for anything but a reply.
    func block(_ outcome: ModbusOutcome) -> ModbusValueBlock? {
        guard case .reply(let pdu) = outcome else { return nil }
        let bytes = Array(ModbusReply.payload(pdu))
        return table.holdsBits
            ? ModbusValueBlock(bitsFrom: addresses.lowerBound, count: addresses.count, bytes: bytes)
            : ModbusValueBlock(registersFrom: addresses.lowerBound, bytes: bytes)
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
