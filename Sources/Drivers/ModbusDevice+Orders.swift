import Codecs
import Inspection
import Metrology
import Profiles
import Transports

extension ModbusDevice {
    /// Tries of an acknowledgement or a stop, because one lost frame is no refusal. After those of an
    /// acknowledgement the device is looked at anew; a bench holds its result for 60 s.
    private static let tries = 3
    /// Pause between two tries of an acknowledgement or a reading.
    private static let pause = Duration.milliseconds(200)

    /// Carries out one order, then has the ledger take what was written.
    func perform(_ order: DeviceOrder) async {
        switch order {
        case .start(let token, let setPoints, let author, let answer):
            self.author = author
            answer(await start(token: token, setPoints: setPoints))
        case .acknowledge(let group): await acknowledge(group)
        case .acknowledgeCurve: break
        case .stop: await stop()
        // It has no scanner.
        case .scanTaken: break
        case .gauge(let points, let patience, let answer):
            answer(await gauge(points, patience: patience))
        }
        _ = await record()
    }

    /// Writes what begins a cycle, in one frame where the device allows it. Nil where it took it, else why
    /// not.
    private func start(token: String?, setPoints: [SetPoint]) async -> StartFailure? {
        do {
            let writes = try setup.registers.startWrites(setPoints, token: token ?? "")
            // A tool that needs neither binding nor command is started by its operator.
            let hindrance = writes.isEmpty ? await takeEarlierResults() : await oldResult()
            if let hindrance { return hindrance }
            for write in writes {
                if let failure = await carryOut(write, for: .start, by: author) {
                    return await undone(failure)
                }
            }
        } catch {
            let value = setPoints.first { $0.point == error.point }?.value.description ?? token ?? ""
            return decline(error, value: value, for: .start, by: author)
        }
        if let start = setup.registers.cycle?.start, let failure = await end(start, .start) {
            return StartFailure(failure)
        }
        return nil
    }

    /// A device that took something else than it was told may run by now: it is stopped.
    private func undone(_ failure: StartFailure) async -> StartFailure {
        if !failure.mayTryAgain { await stop() }
        return failure
    }

    /// Takes a command back after its pulse; nil where it needs none, or was taken back.
    private func end(_ command: DeviceCycle.Command, _ purpose: DeviceWriting.Purpose) async -> String? {
        guard let width = command.pulseMilliseconds else { return nil }
        let author = purpose == .acknowledge ? nil : author
        // Where everything stops now, the command is still taken back.
        try? await Task.sleep(for: .milliseconds(width))
        var failure: StartFailure?
        for _ in 0..<Self.tries {
            do {
                let write = try setup.registers.commandWrite(command, isOver: true)
                failure = await carryOut(write, for: purpose, by: author)
            } catch {
                failure = decline(error, value: "0", for: purpose, by: author)
            }
            if failure == nil { return nil }
        }
        return failure.map { "\($0.text); \(command.point) still stands" }
    }

    private func stop() async {
        guard let abort = setup.registers.cycle?.abort else { return }
        var failure: String?
        for attempt in 1...Self.tries {
            do {
                failure = await carryOut(
                    try setup.registers.commandWrite(abort), for: .stop, by: author)?.text
            } catch {
                failure = decline(error, value: abort.value.description, for: .stop, by: author).text
            }
            // Where the device is out of reach, the orders behind this one must not wait for it.
            guard failure != nil, attempt < Self.tries, status.state == .online,
                (try? await Task.sleep(for: Self.pause)) != nil
            else { break }
        }
        if failure == nil { failure = await end(abort, .stop) }
        if let failure { tell(.irregular("\(failure); it could not be stopped")) }
    }

    /// Tells the device that its result is durable. Where the device does not take that, the next look at the
    /// result tries again.
    private func acknowledge(_ group: SampleGroup) async {
        guard let sequence = UInt64(group.sequence) else { return }
        watch.took(HandshakeMachine.Taken(sequence: sequence, raw: identity(ofReply: group.raw)))
        defer { watch.isAcknowledging = false }
        for _ in 0..<Self.tries {
            let isTold = watch.queue == nil ? await tellTaken(sequence) : await remove(group, sequence)
            if isTold {
                isUntold = false
                return
            }
            if (try? await Task.sleep(for: Self.pause)) == nil { return }
        }
        if !isUntold {
            tell(.irregular("\(id): result \(sequence) is stored, and the device does not take it"))
        }
        isUntold = true
        watch.handshake.disconnected()
    }

    /// Whether the device has taken the acknowledgement, or needs none.
    func tellTaken(_ sequence: UInt64) async -> Bool {
        if let request = setup.registers.acknowledgeRead {
            let exchange = await link.transact(request.modbusRequest, unit: setup.unit, timeout: timeout)
            return exchange.replyPDU.flatMap(request.data) != nil
        }
        do {
            let number = ExactDecimal(Int128(sequence))
            guard let write = try setup.registers.acknowledgeWrite(sequence: number) else { return true }
            if await carryOut(write, for: .acknowledge) != nil { return false }
        } catch {
            // A number that the profile forbids to write was never told; the caller says so aloud.
            _ = decline(error, value: "\(sequence)", for: .acknowledge, by: nil)
            return false
        }
        guard case .command(let command) = setup.registers.cycle?.acknowledge else { return true }
        return await end(command, .acknowledge) == nil
    }

    /// Reads `points` anew, again where a reading is bad, until `patience` is over; a sample for each.
    ///
    /// Nothing that the device says counts before it is in reach and set up, so nothing is read until then.
    private func gauge(_ points: [String], patience: Duration) async -> [String: Sample] {
        let end = time.now().monotonicNanoseconds + patience.nanoseconds
        var samples: [String: Sample] = [:]
        while true {
            for request in schedule.requests
            where request.points.contains(where: {
                points.contains($0.id) && samples[$0.id]?.quality != .good
            }) {
                guard status.state == .online else { break }
                let exchange = await readAnew(request, for: points)
                // Meanwhile it may have been lost, or the block replaced by parts.
                guard status.state == .online, schedule.requests.contains(request) else { continue }
                if exchange.replyPDU == nil { missed(request, exchange) } else { use(exchange, of: request) }
                for point in points where request.points.contains(where: { $0.id == point }) {
                    samples[point] = latest[point]
                }
            }
            // What lies in a hole stays bad, however long one waits, and whatever was read of it before.
            let lost = points.filter { point in
                !schedule.requests.contains { $0.points.contains { $0.id == point } }
            }
            let isOver =
                points.allSatisfy { samples[$0]?.quality == .good || lost.contains($0) }
                || time.now().monotonicNanoseconds >= end
            // A pause that is cut short means that the device is being stopped: what is not good now is bad.
            if !isOver, (try? await pause(Self.pause)) != nil { continue }
            for point in points where samples[point]?.quality != .good || lost.contains(point) {
                samples[point] = badSample(point, isLost: lost.contains(point))
            }
            return samples
        }
    }

    /// The newest sample of a point that no good one is known of.
    private func badSample(_ point: String, isLost: Bool) -> Sample {
        if let sample = latest[point], sample.quality != .good { return sample }
        return valueless(point, isLost ? .refused : .offline, at: time.now())
    }

    /// Reads `request` for `points`, and before it what was read on connecting and says how they are to be
    /// read: units and decimals may have been changed at the keypad since. The exchange that failed where one
    /// did.
    private func readAnew(_ request: ReadRequest, for points: [String]) async -> ModbusExchange {
        let keys = request.points.filter { points.contains($0.id) }.flatMap(\.keys)
        for other in schedule.requests
        where other.moment == .onConnect && other.id != request.id
            && other.points.contains(where: { keys.contains($0.id) })
        {
            let exchange = await read(other)
            guard exchange.replyPDU != nil else { return exchange }
            use(exchange, of: other)
        }
        return await read(request)
    }
}

extension DevicePoint {
    /// The points that say in which unit and with how many decimals this one comes.
    fileprivate var keys: [String] {
        guard let quantity else { return [] }
        guard case .from(let unit) = quantity.unit else { return [quantity.scaleFrom].compactMap(\.self) }
        return [unit, quantity.scaleFrom].compactMap(\.self)
    }
}
