internal import Codecs
package import Metrology
package import Profiles
package import Transports

/// Which device a driver serves and what it must know of its past.
package struct ModbusDeviceSetup: Sendable {
    /// Asset id: `FTS-001`.
    package let id: String
    package let registers: RegisterMap
    package let unit: UInt8
    package let provenance: Provenance
    /// The last result of this device that is durable; nil where none ever was.
    package let taken: HandshakeMachine.Taken?

    package init(
        id: String, registers: RegisterMap, unit: UInt8, provenance: Provenance,
        taken: HandshakeMachine.Taken?
    ) {
        (self.id, self.registers, self.unit) = (id, registers, unit)
        (self.provenance, self.taken) = (provenance, taken)
    }
}

/// One unit on a Modbus line: makes samples of its replies, tells results that are new, and carries out
/// orders one after another.
///
/// After every loss of reach the device is set up again before its values count: units and decimals may have
/// been changed at its keypad, and a result may wait that the last connection did not take.
package actor ModbusDevice {
    package nonisolated let id: String
    package internal(set) var status = DeviceStatus()
    /// The newest sample of each point, bad ones included, whether it was told or not: what a page shows.
    package private(set) var latest: [String: Sample] = [:]

    nonisolated let setup: ModbusDeviceSetup
    let link: any ModbusLink
    let time: any TimeSource
    /// Lets time pass; throws where everything stops meanwhile.
    let pause: @Sendable (Duration) async throws -> Void
    let tell: @Sendable (DeviceEvent) -> Void
    /// Whether the ledger has taken this write.
    let journal: @Sendable (DeviceWriting) async -> Bool
    /// What the device's cycle has shown.
    var watch: CycleWatch
    /// Whose step was started last.
    var author: WriteAuthor?
    /// Writes that the ledger has not taken yet, oldest first; false once it took one no more.
    var unrecorded: [DeviceWriting] = []
    var isRecording = true
    /// The entry that is on its way to the ledger.
    var recording: Task<Bool, Never>?
    /// Whether a write since this was made false may have been carried out.
    var mayHaveTaken = false
    /// When each setting was written last, monotonic.
    var settingWrites: [String: Int64] = [:]
    /// Whether the last acknowledgement was not taken, which is said once.
    var isUntold = false
    /// The newest good reading of each point: units and decimals say how others are to be read.
    var known: [String: PointReading] = [:]
    /// What is read now: the profile's plan, less what the device was found to refuse.
    var schedule: ReadSchedule
    private var reports: ReportFilter
    /// The polls under way; nil while it does not run.
    private(set) var pollGroup: PollGroup?
    /// Numbers of blocks that are to be bisected.
    private nonisolated let refusedBlocks: AsyncStream<Int>
    nonisolated let refusedBlockInput: AsyncStream<Int>.Continuation
    /// When the newest exchange of each request came that was used, in nanoseconds of the monotonic clock.
    private var newest: [String: Int64] = [:]
    /// Requests in a row without a usable answer.
    private var misses = 0
    /// Answers for other units that had come on the line when this unit was silent last.
    private var foreignAnswers = 0
    var identityState = IdentityState()
    private nonisolated let orders: AsyncStream<DeviceOrder>
    private nonisolated let orderInput: AsyncStream<DeviceOrder>.Continuation

    private static let answersOfOthers =
        ", but answers for another unit: compare its unit number with the link's"
    /// Misses in a row after which a device counts as out of reach: one lost frame is not an outage.
    private static let missesUntilOffline = 2
    /// Orders that may wait; a station has at most one start, one acknowledgement and one reading under way.
    private static let orderLimit = 64
    /// Batches of polls that may wait for decoding; older ones give way, the device shows its state again.
    private static let batchLimit = 64

    package init(
        _ setup: ModbusDeviceSetup, link: any ModbusLink, time: any TimeSource,
        tell: @escaping @Sendable (DeviceEvent) -> Void,
        journal: @escaping @Sendable (DeviceWriting) async -> Bool = { _ in true },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        id = setup.id
        self.setup = setup
        self.link = link
        self.time = time
        self.pause = pause
        self.tell = tell
        self.journal = journal
        watch = CycleWatch(setup)
        schedule = ReadSchedule(setup.registers.readPlan)
        reports = ReportFilter(setup.registers.points)
        (orders, orderInput) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.orderLimit))
        (refusedBlocks, refusedBlockInput) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.batchLimit))
    }

    /// Queues an order; it is carried out after those before it.
    package nonisolated func submit(_ order: DeviceOrder) {
        if case .dropped(let refused) = orderInput.yield(order) { refused.refuse() }
    }

    /// Polls and obeys until the task is cancelled.
    ///
    /// Throws `TransportError` where the link cannot take the profile's polls.
    package func run() async throws(TransportError) {
        let (batches, input) = AsyncStream<[ModbusExchange]>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.batchLimit))
        link.setTiming(UnitTiming(setup.registers.timing), of: setup.unit)
        let polls = schedule.polls(of: setup.unit, timeout: timeout)
        let group = try link.start(polls: polls) { input.yield($0) }
        pollGroup = group
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { for await batch in batches { await self.take(batch) } }
            tasks.addTask { for await order in self.orders { await self.perform(order) } }
            tasks.addTask { for await number in self.refusedBlocks { await self.bisect(number) } }
        }
        pollGroup = nil
        link.end(group)
        _ = await record()
    }

    /// The device's live points, in the order of its profile, results left out.
    package nonisolated var livePoints: [LivePoint] {
        setup.registers.readPlan.requests.flatMap { request -> [LivePoint] in
            guard case .every(let milliseconds) = request.moment, request.id != setup.registers.cycle?.request
            else { return [] }
            return request.points.filter { $0.quantity?.isShownLive ?? false }.map {
                LivePoint(id: $0.id, staleAfterNanoseconds: Int64(milliseconds) * 2_500_000)
            }
        }
    }

    var timeout: Duration { .milliseconds(setup.registers.timeoutMilliseconds) }

    private func take(_ batch: [ModbusExchange]) async {
        for exchange in batch {
            guard let request = exchange.pollID.flatMap(schedule.request) else { continue }
            let whole = request.parts.isEmpty ? exchange : await complete(exchange, of: request)
            guard whole.replyPDU != nil else {
                missed(request, whole)
                continue
            }
            if status.state != .online { await setUp() }
            // Meanwhile the same may have been read anew.
            guard status.state == .online, isNewest(whole, of: request) else { continue }
            use(whole, of: request)
            await attendQueue(after: request)
        }
    }

    /// Whether nothing newer of `request` was used: an older reply would bring an old result back.
    private func isNewest(_ exchange: ModbusExchange, of request: ReadRequest) -> Bool {
        newest[request.id].map { exchange.stamp.monotonicNanoseconds >= $0 } ?? true
    }

    /// What is known of a device in reach may be old: its values count when it was set up again, at the next
    /// reply.
    func setUpAgain(_ why: String) {
        guard status.state == .online else { return }
        (status.state, status.detail) = (.connecting, why)
        tell(.reach(isOnline: false, detail: why))
    }

    /// Reads what must be known before values count, and looks for a result that waits.
    private func setUp() async {
        for request in schedule.requests where request.moment == .onConnect {
            let exchange = await read(request)
            guard exchange.replyPDU != nil else {
                missed(request, exchange)
                // What the device does not have makes its own values bad and those that need them, no others.
                if case .exception(let exception) = exchange.outcome, exception.isLasting { continue }
                return
            }
            use(exchange, of: request)
        }
        await readIdentification()
        guard await readIdentityPoints() else { return }
        noteIdentity()
        guard await settle(), await meet() else { return }
        misses = 0
        status.state = .online
        if status.refused.isEmpty { status.detail = status.answering }
        tell(.reach(isOnline: true, detail: status.detail))
    }

    /// Decodes a usable reply, unless a newer one was: samples for everyone, and a result where the block
    /// shows a new one.
    func use(_ exchange: ModbusExchange, of request: ReadRequest) {
        guard let pdu = exchange.replyPDU, isNewest(exchange, of: request) else { return }
        newest[request.id] = exchange.stamp.monotonicNanoseconds
        misses = 0
        if status.refused.remove(request.id) != nil {
            schedule.reopen(request)
            if status.refused.isEmpty, status.state == .online { status.detail = status.answering }
        }
        status.reads += 1
        status.lastGood = exchange.stamp
        if request.isTorn(pdu) { status.tornReads += 1 }
        let readings = readings(of: request, pdu)
        for reading in readings { known[reading.point] = reading }
        listen(readings, exchange.stamp)
        let samples = readings.map { sample($0, at: exchange.stamp) }
        keep(samples)
        if !standsStill { noteIdentity(of: request) }
        if let cycle = setup.registers.cycle { look(at: cycle, request, readings, samples, exchange) }
    }

    /// Keeps the newest samples, and tells those that say something new.
    private func keep(_ samples: [Sample]) {
        for sample in samples { latest[sample.point] = sample }
        let due = reports.due(samples)
        if !due.isEmpty { tell(.samples(due)) }
    }

    /// These points could not be read: they are bad at once, and what others depend on is not known any more:
    /// a quality, decimals, a unit.
    func lose(_ points: [String], _ defect: Quality.Defect, at stamp: Stamp) {
        keep(points.map { valueless($0, defect, at: stamp) })
        for point in points { known[point] = nil }
    }

    /// A sample of a point that could not be read.
    func valueless(_ point: String, _ defect: Quality.Defect, at stamp: Stamp) -> Sample {
        Sample(
            device: id, point: point, value: nil, unit: nil, raw: [], quality: .bad(defect), stamp: stamp,
            provenance: setup.provenance)
    }

    /// What a reply's bytes say; nothing but bad values where they do not answer `request`, or where a group
    /// changed while it was read.
    func readings(of request: ReadRequest, _ pdu: [UInt8]) -> [PointReading] {
        guard let data = request.data(ofReply: pdu) else { return request.points.map { $0.bad(.malformed) } }
        return request.decode(data, knowing: known)
    }

    /// Whether something answers in the name of a device whose own program has stopped.
    var standsStill: Bool { watch.heartbeat?.isStill ?? false }

    private func sample(_ reading: PointReading, at stamp: Stamp) -> Sample {
        let origin = SampleOrigin(device: id, stamp: stamp, provenance: setup.provenance)
        let sample = Sample(reading, from: origin)
        // The same values for ever: they were true when it stopped.
        return standsStill ? sample.doubted(.stale) : sample
    }

    /// A request without a usable answer: its points are bad at once, and after several of them the device is
    /// offline.
    func missed(_ request: ReadRequest, _ exchange: ModbusExchange) {
        guard isNewest(exchange, of: request) else { return }
        newest[request.id] = exchange.stamp.monotonicNanoseconds
        let (defect, reason) = Self.reason(exchange.outcome)
        let detail = reason + (answersOfOthersCame(defect) ? Self.answersOfOthers : "")
        status.errors += 1
        lose(request.points.map(\.id), defect, at: exchange.stamp)
        // An exception is an answer: the device is there and says no.
        if case .exception(let exception) = exchange.outcome {
            misses = 0
            noteRefusal(of: request, exception)
            // A block that was replaced while it was read is asked no more.
            if schedule.requests.contains(request) {
                status.refused.insert(request.id)
                status.detail = detail
            }
            return
        }
        misses += 1
        guard misses >= Self.missesUntilOffline || defect == .offline, status.state != .offline else {
            return
        }
        status.state = .offline
        status.detail = detail
        status.refused = []
        watch.disconnected()
        forgetIdentity()
        tell(.reach(isOnline: false, detail: detail))
    }

    /// Whether answers in another unit's name came since the last time that this one was silent.
    private func answersOfOthersCame(_ defect: Quality.Defect) -> Bool {
        guard defect == .timeout else { return false }
        let count = link.status.foreign
        defer { foreignAnswers = count }
        return count > foreignAnswers
    }

    private static func reason(_ outcome: ModbusOutcome) -> (Quality.Defect, String) {
        switch outcome {
        case .reply, .sent: (.malformed, "the reply was not used")
        case .exception(let exception): (.refused, "answers with exception \(exception)")
        case .failed(let failure):
            switch failure {
            case .timeout, .demoted: (.timeout, "\(failure)")
            case .offline: (.offline, "\(failure)")
            case .malformed: (.malformed, "\(failure)")
            case .refused: (.refused, "\(failure)")
            }
        }
    }
}

extension PointReading {
    /// A good whole number that is not negative; nil for anything else.
    var number: UInt64? {
        guard quality == .good, let decimal = value?.decimal else { return nil }
        return UInt64(decimal.description)
    }
}

extension UnitTiming {
    /// What the profile asks of the line.
    fileprivate init(_ timing: DeviceTiming) {
        self.init(
            retries: timing.retries, pause: Int64(timing.pauseMilliseconds) * 1_000_000,
            switchDelay: Int64(timing.switchDelayMilliseconds) * 1_000_000,
            closesAfterPoll: timing.closesAfterPoll)
    }
}

extension DevicePoint.Quantity {
    /// Counters and codes (unit `1`) are no live values.
    fileprivate var isShownLive: Bool { kind != .dimensionless }
}

extension RegisterWrite {
    /// The request on the wire.
    var modbusRequest: ModbusRequest {
        let start = UInt16(clamping: address)
        return switch content {
        case .coil(let isOn): .writeCoil(address: start, on: isOn)
        case .coils(let states): .writeCoils(address: start, values: states)
        case .register(let word): .writeRegister(address: start, value: word)
        case .registers(let words): .writeRegisters(address: start, values: words)
        // Clause 6.16: the result is (old AND and) OR (or AND NOT and).
        case .masked(let mask, let bits): .maskWriteRegister(address: start, and: ~mask, or: bits)
        }
    }
}
