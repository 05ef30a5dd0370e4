import Codecs
import Inspection
import Metrology
import Profiles
import Transports

extension ModbusDevice {
    func identity(ofReply pdu: [UInt8]) -> [UInt8] { setup.registers.identity(ofReply: pdu) }

    /// Looks for a result that waits, on (re)connecting; false where the device did not answer.
    func meet() async -> Bool {
        guard let cycle = setup.registers.cycle,
            let request = setup.registers.readPlan.request(cycle.queue?.request ?? cycle.request)
        else { return true }
        let exchange = await read(request)
        guard let pdu = exchange.replyPDU else {
            missed(request, exchange)
            return false
        }
        if request.isTorn(pdu) {
            status.tornReads += 1
            return false
        }
        if cycle.queue == nil { meet(cycle, readings: readings(of: request, pdu), exchange) }
        use(exchange, of: request)
        await attendQueue(after: request)
        return true
    }

    /// First look at a device of which no result is known: what was acknowledged before is not new.
    private func meet(_ cycle: DeviceCycle, readings: [PointReading], _ exchange: ModbusExchange) {
        guard watch.handshake.isFirstAcquaintance, let look = look(cycle, readings, exchange),
            look.sequence != 0
        else { return }
        switch cycle.acknowledge {
        case .write(let point):
            if known[point]?.number == look.sequence { watch.handshake.begin(at: look) }
        case .read, .command:
            // Nothing tells whether it was acknowledged. An old result is kept once as an orphan instead.
            break
        case nil:
            watch.handshake.begin(at: look)
        }
    }

    /// Judges what a reply says about the device's cycle.
    func look(
        at cycle: DeviceCycle, _ request: ReadRequest, _ readings: [PointReading], _ samples: [Sample],
        _ exchange: ModbusExchange
    ) {
        guard cycle.sequence != nil, cycle.request == request.id,
            let look = look(cycle, readings, exchange)
        else { return }
        guard let outcomes = outcomes(in: readings) else {
            status.tornReads += 1
            return
        }
        switch watch.handshake.judge(look) {
        case .nothing: break
        case .torn: status.tornReads += 1
        case .restarted:
            tell(
                .restarted(
                    "\(id): the device was restarted: it counts from the beginning", at: exchange.stamp))
        case .takenBefore:
            submit(.acknowledge(group(cycle, look.sequence, samples, exchange)))
        case .new(let irregularity):
            if let irregularity { tell(.noticed(notice(irregularity, look.sequence))) }
            status.results += 1
            let named = name(outcomes, cycle, samples)
            tell(.result(group(cycle, look.sequence, named, exchange)))
            if irregularity == .wentBack || irregularity == .repeated {
                tell(
                    .restarted("\(id): the device was restarted: its numbers began again", at: exchange.stamp)
                )
            }
        }
    }

    /// The outcomes that the counters name, none where the device counts none; nil where they are being
    /// counted up at this moment.
    private func outcomes(in readings: [PointReading]) -> Set<String>? {
        guard let counts = setup.registers.counts(in: readings) else { return [] }
        return switch watch.tally?.judge(counts) {
        case .torn: nil
        case .outcomes(let found): found
        case nil: []
        }
    }

    /// What is odd about a result's number, and which results are lost by it: a device that shows its last
    /// one alone has them no more, and they cannot be asked for.
    private func notice(_ irregularity: HandshakeMachine.Irregularity, _ sequence: UInt64) -> DeviceNotice {
        let (kind, text, lost): (String, String, Range<UInt64>) =
            switch irregularity {
            case .wentBack:
                ("back", "result number went back to \(sequence): the device was restarted", 1..<sequence)
            case .repeated:
                (
                    "repeat",
                    "result number \(sequence) came again with other values: the device was restarted",
                    1..<sequence
                )
            case .skipped(let count):
                (
                    "gap", "\(count) result(s) before number \(sequence) never reached this gateway",
                    (sequence - count)..<sequence
                )
            }
        let result = JSONValue.number(Int64(clamping: sequence))
        guard let first = lost.first, let last = lost.last else {
            return DeviceNotice(.resultIrregular, text, ["kind": .string(kind), "result": result])
        }
        let named = first == last ? "number \(first)" : "numbers \(first) to \(last)"
        let since = kind == "gap" ? "" : "since then lost: "
        return DeviceNotice(
            .resultIrregular, "\(text): \(since)\(named); see whose they were and measure these again",
            [
                "kind": .string(kind), "result": result, "first_lost": .number(Int64(clamping: first)),
                "last_lost": .number(Int64(clamping: last)),
            ])
    }

    /// Whether the device's own program runs, as far as its heartbeat tells.
    func listen(_ readings: [PointReading], _ stamp: Stamp) {
        guard let heartbeat = setup.registers.cycle?.heartbeat,
            let count = readings.first(where: { $0.point == heartbeat.point })?.number
        else { return }
        switch watch.heartbeat?.judge(count, atNanoseconds: stamp.monotonicNanoseconds) {
        case .still(let seconds):
            status.detail = "answering, but its own program does not run"
            tell(
                .irregular(
                    "\(id): its heartbeat has stood still at \(count) for \(seconds) s: it answers, but its "
                        + "own program does not run"))
        // What was read on connecting may be old, or of another program.
        case .movesAgain:
            tell(.irregular("\(id): its heartbeat moves again"))
            setUpAgain("its program runs again")
        case .restarted:
            tell(
                .restarted("\(id): the device was restarted: its heartbeat went back to \(count)", at: stamp))
            setUpAgain("it was restarted")
        case .beating, nil: break
        }
    }

    func look(
        _ cycle: DeviceCycle, _ readings: [PointReading], _ exchange: ModbusExchange
    ) -> HandshakeMachine.Look? {
        func number(_ id: String) -> UInt64? { readings.first { $0.point == id }?.number }
        guard let sequence = cycle.sequence.flatMap(number), let pdu = exchange.replyPDU else { return nil }
        // A guard that cannot be read is a block that cannot be trusted: it never equals the sequence.
        let guardNumber = cycle.guardPoint.map { number($0) ?? .max }
        return HandshakeMachine.Look(
            sequence: sequence, guardNumber: guardNumber, raw: identity(ofReply: pdu))
    }

    /// The samples with the outcome that the counters name. Status bits may be silent, as they are after
    /// their pulse; where they contradict, or several counters have moved, the outcome is bad: unknown is
    /// never a pass.
    private func name(_ outcomes: Set<String>, _ cycle: DeviceCycle, _ samples: [Sample]) -> [Sample] {
        // Where its program stands still, its counters are as old as everything else.
        guard let verdict = cycle.verdict, !standsStill else { return samples }
        return samples.map { sample in
            guard sample.point == verdict.point else { return sample }
            if sample.quality == .good, case .text(let shown) = sample.value {
                if outcomes == [shown] { return sample }
                let counted = outcomes.isEmpty ? "nothing" : outcomes.sorted().joined(separator: " and ")
                tell(.irregular("\(id): its status says \(shown), its counters \(counted)"))
                return sample.flagged()
            }
            guard outcomes.count == 1, let word = outcomes.first,
                let counter = samples.first(where: { $0.point == verdict.counters[word] })
            else { return sample.quality == .good ? sample.flagged() : sample }
            return Sample(
                device: sample.device, point: sample.point, value: .text(word), unit: nil, raw: counter.raw,
                quality: .good, stamp: sample.stamp, provenance: sample.provenance)
        }
    }

    func group(
        _ cycle: DeviceCycle, _ sequence: UInt64, _ samples: [Sample], _ exchange: ModbusExchange
    ) -> SampleGroup {
        var byPoint = Dictionary(samples.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
        let isValid = cycle.good.map { byPoint[$0.point]?.value == .text($0.word) } ?? true
        if !isValid { byPoint = byPoint.mapValues { $0.flagged() } }
        let echo = cycle.binding?.echo.flatMap { byPoint[$0]?.value?.description }
        let raw = exchange.replyPDU ?? []
        return SampleGroup(
            device: id, sequence: String(sequence), echo: echo, isValid: isValid, samples: byPoint, raw: raw,
            identity: identity(ofReply: raw), stamp: exchange.stamp)
    }
}

extension Sample {
    /// The same sample of a result that its device calls invalid; one that is bad already stays as it is.
    fileprivate func flagged() -> Sample { doubted(.flagged) }

    /// The same sample with a value that is not to be trusted; one that is bad already stays as it is.
    func doubted(_ defect: Quality.Defect) -> Sample {
        guard quality == .good else { return self }
        return Sample(
            device: device, point: point, value: value, unit: unit, bytes: bytes, quality: .bad(defect),
            stamp: stamp, provenance: provenance)
    }
}
