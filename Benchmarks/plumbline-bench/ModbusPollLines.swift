internal import CBaselines

/// Polling on an interval, beside a C epoll client with the same grid.
///
/// Devices are C and count polls as they come: one block of ten 32-bit floats each. Client and devices have a
/// processor each; runs of both sides alternate, and the median of five pairs counts.
extension Benchmark {
    /// Processors of a shared host are up to a third faster or slower from one second to the next: runs of
    /// both sides are longer than that, so that the same is measured of either.
    private static let thousandLoad = PollLoad(
        devices: 1_000, every: .milliseconds(100), window: .seconds(10))

    private static let thousand = SharedMeasurement { try await PollComparison(thousandLoad) }

    private static let hundred = SharedMeasurement {
        try await PollComparison(PollLoad(devices: 100, every: .milliseconds(100)), peers: 3)
    }

    static let modbusPoll1000x100ms = [
        Benchmark(
            key: "modbus.poll.1000x100ms.on_time", bar: .valueAtLeast(0.999),
            about: "polls that 1,000 devices saw of those scheduled every 100 ms; limit: the C client's part"
        ) { try await thousand.value().result(unit: "of the polls") { $0.onTime } },
        Benchmark(
            key: "modbus.poll.1000x100ms.cpu", bar: .ratioAtMost(1.5),
            about: """
                processor seconds a second for 1,000 devices every 100 ms: the engine, replies decoded by \
                the profile into samples with units and quality, against the C client, floats decoded
                """
        ) {
            try await thousand.value().result(unit: "s/s") { $0.loadAtFullRate(thousandLoad) }
        },
    ]

    static let modbusPoll100x10msOnTime = Benchmark(
        key: "modbus.poll.100x10ms.on_time", bar: .valueAtLeast(0.995),
        about: "polls that 100 devices saw of those scheduled every 10 ms; limit: the C client's part"
    ) {
        try await PollComparison(PollLoad(devices: 100, every: .milliseconds(10)))
            .result(unit: "of the polls") { $0.onTime }
    }

    static let modbusPoll100x100ms = [
        Benchmark(
            key: "modbus.poll.100x100ms.late_p99", bar: .both(.ratioAtMost(2), .belowPeer),
            about: """
                µs, 99th percentile: how far the gap between two polls of a device is from 100 ms, as 100 \
                devices see it; against the C client, and below pymodbus (peer), a task a device
                """
        ) { try await hundred.value().result(unit: "µs") { $0.gapP99 } },
        Benchmark(
            key: "modbus.poll.100x100ms.cpu_per_mvalue", bar: .ratioAtMost(1.5),
            about: """
                processor seconds for a million values of 100 devices every 100 ms, decoded by the profile \
                into samples, against the C client at the same rate; peer: pymodbus
                """
        ) {
            let load = PollLoad(devices: 100, every: .milliseconds(100))
            return try await hundred.value().result(unit: "s per million") { $0.cost(load) }
        },
    ]

    /// Ten devices take connections and requests and never answer; the polls of the others count.
    static let modbusHang10of100OnTime = Benchmark(
        key: "modbus.hang10of100.on_time", bar: .both(.valueAtLeast(0.999), .ratioAtMost(1)),
        about: """
            polls that 90 of 100 devices saw of those scheduled every 100 ms while the other 10 hang; ratio: \
            99th percentile of the gap's error while they hang, median, ÷ the largest while all answer
            """
    ) {
        let load = PollLoad(devices: 100, every: .milliseconds(100), counted: 10..<100)
        let devices = try MeteredDevices(count: 100)
        var (hung, well): ([PollReading], [PollReading]) = ([], [])
        for _ in 0..<PollComparison.pairs {
            try devices.behave(PLUMBLINE_BASELINE_ANSWER, 0..<10)
            well.append(try await load.run(devices) { try EnginePoller($0, $1) })
            try devices.behave(PLUMBLINE_BASELINE_HANG, 0..<10)
            // Long enough for the first misses, after which a unit is only probed.
            hung.append(
                try await load.run(devices, settle: .seconds(1)) { try EnginePoller($0, $1) })
            Main.say("  all answer: \(well[well.count - 1])\n  10 hang:    \(hung[hung.count - 1])")
        }
        return BenchmarkResult(
            value: hung.map(\.onTime).median, unit: "of the polls", limit: well.map(\.onTime).median,
            ratio: hung.map(\.gapP99).median / (well.map(\.gapP99).max() ?? .nan))
    }

    static let modbusSaturated1000 = Benchmark(
        key: "modbus.saturated.1000", bar: .ratioAtLeast(0.7),
        about: """
            reads a second of 1,000 devices, each asked again as soon as it has answered, replies decoded by \
            the profile into samples, against the C client, floats decoded
            """
    ) {
        try await PollComparison(PollLoad(devices: 1_000, every: .zero)).result(unit: "reads/s") {
            $0.pollsPerSecond
        }
    }

    /// The engine's own part of a poll, from the due time to the handing over of the batch.
    static let modbusAllocationsPerPoll = Benchmark(
        key: "modbus.allocations_per_poll", bar: .valueAtMost(0),
        about: """
            calls of malloc and its like on the engine's thread for each poll, deliveries left out, while it \
            polls 100 devices every 10 ms
            """
    ) {
        let load = PollLoad(devices: 100, every: .milliseconds(10))
        let devices = try MeteredDevices(count: load.devices)
        let counted = EngineAllocations()
        _ = try await load.run(devices) { try EnginePoller($0, $1, allocations: counted) }
        let count = counted.afterWarmUp
        Main.say("  \(count.engine) in the engine and \(count.delivery) in decoding for \(count.polls) polls")
        guard count.polls > 0, count.delivery > 0 else {
            throw BenchmarkError(description: "no poll was counted, or no allocation can be")
        }
        return BenchmarkResult(
            value: Double(count.engine) / Double(count.polls), unit: "per poll", limit: nil, ratio: nil)
    }
}
