internal import CBaselines
internal import Codecs
internal import Linux
internal import Metrology
internal import Transports

extension Benchmark {
    /// Reads of 125 registers a second on one connection, one after the other: the engine, registers decoded,
    /// against a loop of C libmodbus. Both read from the same server, which counts; client and server keep
    /// to a processor each.
    static let modbusRead125TCP1 = Benchmark(
        key: "modbus.read125.tcp.1", bar: .ratioAtLeast(0.8),
        about: "reads of 125 registers a second on one connection, against a loop of C libmodbus"
    ) {
        let pairs = 5
        let span = Span(settle: .milliseconds(200), measure: .milliseconds(800))
        let server = try MeteredDevices(count: 1)
        var (ours, limits, ratios): ([Double], [Double], [Double]) = ([], [], [])
        for _ in 0..<pairs {
            let limit = try await libmodbusRate(server, span)
            let rate = try await engineRate(server, span)
            limits.append(limit)
            ours.append(rate)
            ratios.append(rate / limit)
        }
        return BenchmarkResult(
            value: ours.median, unit: "reads/s", limit: limits.median, ratio: ratios.median)
    }

    private static func libmodbusRate(_ server: MeteredDevices, _ span: Span) async throws -> Double {
        guard let client = plumbline_baseline_client_start(server.ports[0], 0) else {
            throw BenchmarkError(description: "libmodbus cannot connect")
        }
        let rate = try await span.rate { server.answers }
        guard plumbline_baseline_client_stop(client) == 0 else {
            throw BenchmarkError(description: "a read of libmodbus failed")
        }
        return rate
    }

    private static func engineRate(_ server: MeteredDevices, _ span: Span) async throws -> Double {
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1, processor: 0)
        let line = engine.line(host: "127.0.0.1", port: server.ports[0])
        let tally = Guarded((registers: 0, failures: 0))
        let poll = ModbusPoll(
            id: 0, unit: 1, request: .readHoldingRegisters(address: 0, count: 125), period: .zero,
            timeout: .seconds(1))
        try line.start(polls: [poll]) { batch in
            for exchange in batch {
                let registers = exchange.replyPDU.flatMap(ModbusReply.registers)
                tally.withLock { tally in
                    tally.registers += registers?.count ?? 0
                    if registers == nil { tally.failures += 1 }
                }
            }
        }
        let rate = try await span.rate { server.answers }
        await engine.stop()
        let (registers, failures) = tally.withLock { $0 }
        // Stopping fails the request that is under way, and nothing else may have failed.
        guard failures <= 1, registers > 0 else {
            throw BenchmarkError(description: "\(failures) reads of the engine failed")
        }
        return rate
    }
}
