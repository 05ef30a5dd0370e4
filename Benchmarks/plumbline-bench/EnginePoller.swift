internal import Codecs
internal import Drivers
internal import Glibc
internal import Linux
internal import Metrology
internal import Profiles
internal import Transports

/// Ours: the engine with a line a device, each reply decoded by the profile into samples with units and
/// quality on the engine's thread.
final class EnginePoller: Poller {
    /// What the deliveries brought; filled on the engine's thread.
    struct Tally: Sendable {
        /// The newest samples of each device.
        var latest: [[Sample]] = []
        var samples = 0
        var failures = 0
    }

    private let engine: ModbusTCPEngine
    let lines: [any ModbusLink]
    /// Nil in a process of its own.
    private let devices: MeteredDevices?
    let tally = Guarded(Tally())

    convenience init(
        _ devices: MeteredDevices, _ load: PollLoad, allocations: EngineAllocations? = nil
    ) throws {
        try self.init(devices.ports, load, devices: devices, allocations: allocations)
    }

    init(
        _ ports: [UInt16], _ load: PollLoad, devices: MeteredDevices? = nil,
        allocations: EngineAllocations? = nil
    ) throws {
        self.devices = devices
        let engine = try ModbusTCPEngine(
            time: SystemTime(), seed: 1, processor: MeteredDevices.clientProcessor)
        self.engine = engine
        let request = try BenchProfile.request(values: load.values)
        let poll = ModbusPoll(
            id: 0, unit: 1, request: .readHoldingRegisters(address: 0, count: load.registers),
            periodNanoseconds: load.interval, timeoutNanoseconds: 1_000_000_000)
        lines = ports.map { engine.line(host: "127.0.0.1", port: $0) }
        tally.withLock { $0.latest = Array(repeating: [], count: ports.count) }
        for (index, line) in lines.enumerated() {
            let name = "DEV-\(index)"
            try line.start(polls: [poll]) { [tally] batch in
                guard let allocations else {
                    tally.withLock { $0.take(batch, of: index, name, request) }
                    return
                }
                let polls = batch.allSatisfy { $0.replyPDU != nil } ? batch.count : 0
                allocations.deliver(polls) {
                    tally.withLock { $0.take(batch, of: index, name, request) }
                }
            }
        }
    }

    /// All of this process but the devices: this process does nothing else meanwhile.
    func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
            - (devices?.processorSeconds ?? 0)
    }

    func stop() async throws {
        await engine.stop()
        let samples = tally.withLock { $0.samples }
        guard samples > 0 else { throw BenchmarkError(description: "no reply gave a sample") }
    }
}

extension EnginePoller.Tally {
    fileprivate mutating func take(
        _ batch: [ModbusExchange], of index: Int, _ device: String, _ request: ReadRequest
    ) {
        for exchange in batch {
            guard let pdu = exchange.replyPDU, let data = request.data(ofReply: pdu) else {
                failures += 1
                continue
            }
            // Taken out rather than copied, and filled again in the same storage.
            var newest: [Sample] = []
            swap(&newest, &latest[index])
            newest.removeAll(keepingCapacity: true)
            let origin = SampleOrigin(device: device, stamp: exchange.stamp, provenance: .live)
            request.decode(data, from: origin, into: &newest)
            swap(&newest, &latest[index])
            samples += latest[index].count
        }
    }
}
