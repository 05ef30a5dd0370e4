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

    func perform(_ order: DeviceOrder) async {
        switch order {
        case .start(let token, let setPoints, let answer):
            answer(await start(token: token, setPoints: setPoints))
        case .acknowledge(let group): await acknowledge(group)
        case .stop: await stop()
        case .gauge(let points, let patience, let answer):
            answer(await gauge(points, patience: patience))
        }
    }

    /// Writes what begins a cycle in one frame. Nil where the device took it, else why not.
    private func start(token: String?, setPoints: [SetPoint]) async -> String? {
        do {
            // A tool that needs neither binding nor command is started by its operator.
            guard let write = try setup.registers.startWrite(setPoints, token: token ?? "") else {
                return nil
            }
            return await carryOut(write)
        } catch {
            return "\(id): \(error)"
        }
    }

    private func stop() async {
        // An abort that the profile does not allow was refused when it was loaded.
        guard let write = try? setup.registers.abortWrite() else { return }
        var failure: String?
        for attempt in 1...Self.tries {
            failure = await carryOut(write)
            // Where the device is out of reach, the orders behind this one must not wait for it.
            guard failure != nil, attempt < Self.tries, status.state == .online,
                (try? await Task.sleep(for: Self.pause)) != nil
            else { break }
        }
        if let failure { tell(.irregular("\(failure); it could not be stopped")) }
    }

    /// Nil where the device took the write, else why not.
    private func carryOut(_ write: RegisterWrite) async -> String? {
        let exchange = await link.transact(write.modbusRequest, unit: setup.unit, timeout: timeout)
        return switch exchange.outcome {
        case .reply, .sent: nil
        case .exception(let exception): "\(id) refused the write: \(exception)"
        case .failed(let failure): "\(id): \(failure)"
        }
    }

    /// Tells the device that its result is durable. Where the device does not take that, the next look at the
    /// result tries again.
    private func acknowledge(_ group: SampleGroup) async {
        guard let sequence = UInt64(group.sequence) else { return }
        handshake.took(HandshakeMachine.Taken(sequence: sequence, raw: group.raw))
        for _ in 0..<Self.tries {
            if await tellTaken(sequence) {
                isUntold = false
                return
            }
            if (try? await Task.sleep(for: Self.pause)) == nil { return }
        }
        if !isUntold {
            tell(.irregular("\(id): result \(sequence) is stored, and the device does not take it"))
        }
        isUntold = true
        handshake.disconnected()
    }

    /// Whether the device has taken the acknowledgement, or needs none.
    private func tellTaken(_ sequence: UInt64) async -> Bool {
        if let request = setup.registers.acknowledgeRead {
            let exchange = await link.transact(request.modbusRequest, unit: setup.unit, timeout: timeout)
            return exchange.replyPDU.flatMap(request.data) != nil
        }
        do {
            let number = ExactDecimal(Int128(sequence))
            guard let write = try setup.registers.acknowledgeWrite(sequence: number) else { return true }
            return await carryOut(write) == nil
        } catch {
            // A number that the profile forbids to write was never told; the caller says so aloud.
            return false
        }
    }

    /// Reads `points` anew, again where a reading is bad, until `patience` is over.
    private func gauge(_ points: [String], patience: Duration) async -> [String: Sample] {
        let start = time.now().monotonicNanoseconds
        let end = start + patience.nanoseconds
        // What lies in a hole stays bad, however long one waits.
        let lost = points.filter { point in
            !schedule.requests.contains { $0.points.contains { $0.id == point } }
        }
        var samples = latest.filter { lost.contains($0.key) }
        while true {
            for request in schedule.requests
            where request.points.contains(where: {
                points.contains($0.id) && samples[$0.id]?.quality != .good
            }) {
                let exchange = await readAnew(request, for: points)
                if exchange.replyPDU == nil { missed(request, exchange) } else { use(exchange, of: request) }
                for point in points where request.points.contains(where: { $0.id == point }) {
                    samples[point] = latest[point]
                }
            }
            if points.allSatisfy({ samples[$0]?.quality == .good || lost.contains($0) }) { return samples }
            if time.now().monotonicNanoseconds >= end { return samples }
            if (try? await Task.sleep(for: Self.pause)) == nil { return samples }
        }
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
