import Codecs
import Metrology
import Profiles
import Transports

/// How single requests and groups are read, and what is done about a block that the device refuses.
extension ModbusDevice {
    /// Pause between two reads of a bisection, so that it leaves the line to others.
    private static let bisectionPause = Duration.milliseconds(20)

    /// Reads a request out of its turn: a group with all its parts, one behind the other.
    func read(_ request: ReadRequest) async -> ModbusExchange {
        await complete(
            await link.transact(request.modbusRequest, unit: setup.unit, timeout: timeout), of: request)
    }

    /// Reads what is missing of a group whose first read is `first`. All its replies together are the reply,
    /// stamped when the last of them came; where one is missing, that is the answer: nothing is credited.
    func complete(_ first: ModbusExchange, of request: ReadRequest) async -> ModbusExchange {
        guard !request.parts.isEmpty, var pdus = first.replyPDU else { return first }
        var stamp = first.stamp
        for part in request.reads.dropFirst() {
            let exchange = await link.transact(request.reading(part), unit: setup.unit, timeout: timeout)
            guard let pdu = exchange.replyPDU else { return exchange }
            pdus += pdu
            stamp = exchange.stamp
        }
        return ModbusExchange(
            pollID: first.pollID, unit: first.unit, request: first.request, outcome: .reply(pdu: pdus),
            sent: first.sent, stamp: stamp)
    }

    /// Has a block bisected that the device refused for its addresses or its length.
    func noteRefusal(of request: ReadRequest, _ exception: ModbusException) {
        // What a result is made of comes from one reply, whoever put the request together.
        guard exception.isLasting, request.id != setup.registers.cycle?.request,
            let number = schedule.beginBisection(of: request)
        else { return }
        if case .dropped = refusedBlockInput.yield(number) { schedule.reopen(request) }
    }

    /// Finds out what the device gives of a refused block, and reads that from now on.
    func bisect(_ number: Int) async {
        guard let block = schedule.request(number) else { return }
        var search = BlockBisection(block)
        while case .read(let addresses) = search.next {
            let exchange = await link.transact(
                block.reading(addresses), unit: setup.unit, timeout: timeout)
            search.heard(BlockBisection.Answer(exchange.outcome))
            if (try? await Task.sleep(for: Self.bisectionPause)) == nil { return }
            // It answers again or is out of reach: what was heard so far is not how it is now.
            guard status.refused.contains(block.id) else {
                schedule.reopen(block)
                return
            }
        }
        guard case .settled(let finding) = search.next else {
            schedule.reopen(block)
            return
        }
        tell(.irregular(finding.sentence(id, block)))
        if finding.parts != [block] { await replace(number, block, with: finding) }
    }

    private func replace(_ number: Int, _ block: ReadRequest, with finding: BlockBisection.Finding) async {
        schedule.replace(number, with: finding.parts)
        lose(finding.lost, .refused, at: time.now())
        status.holes += finding.holes.map(\.description)
        status.refused.remove(block.id)
        if status.state == .online, status.refused.isEmpty { status.detail = status.answering }
        switch block.moment {
        case .every: renewPolls()
        case .onConnect:
            for part in finding.parts {
                let exchange = await read(part)
                if exchange.replyPDU == nil { missed(part, exchange) } else { use(exchange, of: part) }
            }
        case .onDemand: break
        }
    }

    private func renewPolls() {
        guard let pollGroup else { return }
        do throws(TransportError) {
            try link.replace(polls: schedule.polls(of: setup.unit, timeout: timeout), of: pollGroup)
        } catch {
            tell(.irregular("\(id): \(error)"))
        }
    }
}

extension BlockBisection.Answer {
    init(_ outcome: ModbusOutcome) {
        switch outcome {
        case .reply: self = .values
        case .exception(let exception): self = exception.isLasting ? .refused : .unclear
        case .sent, .failed: self = .unclear
        }
    }
}

extension ModbusException {
    /// Whether the same request will be refused again: its addresses or its length are not the device's. Any
    /// other exception, such as busy, passes.
    var isLasting: Bool { self == .illegalAddress || self == .illegalValue }
}

extension ReadRequest {
    /// The request on the wire; the first of a group's reads.
    var modbusRequest: ModbusRequest { reading(reads.first ?? addresses) }

    /// A read of `addresses` of the same table.
    func reading(_ addresses: Range<Int>) -> ModbusRequest {
        let start = UInt16(clamping: addresses.lowerBound)
        return switch table {
        case .coil: .readCoils(address: start, count: addresses.count)
        case .discrete: .readDiscreteInputs(address: start, count: addresses.count)
        case .holding: .readHoldingRegisters(address: start, count: addresses.count)
        case .input: .readInputRegisters(address: start, count: addresses.count)
        }
    }
}
