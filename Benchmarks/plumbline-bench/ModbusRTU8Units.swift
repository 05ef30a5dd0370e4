internal import CBaselines
internal import Codecs
internal import Linux
internal import Transports

extension Benchmark {
    private static let units: UInt32 = 8
    private static let registers: UInt32 = 20

    /// The wire is a pseudoterminal, so that only the pauses of RTU and the programs take time.
    static let modbusRTU8Units = Benchmark(
        key: "modbus.rtu.8units", bar: .ratioAtLeast(0.9),
        about: """
            reads of 20 registers a second of 8 units in turn on one serial line, against a loop of C \
            libmodbus with the same pause between frames
            """
    ) {
        _ = plumbline_baseline_pin_process(Int32(MeteredDevices.clientProcessor))
        defer { _ = plumbline_baseline_pin_process(-1) }
        guard let line = plumbline_baseline_units_start(units, MeteredDevices.processor) else {
            throw BenchmarkError(description: "there is no pseudoterminal left")
        }
        let serial = SerialUnits(units: line)
        let span = Span(settle: .milliseconds(300), measure: .seconds(2))
        var (ours, limits): ([Double], [Double]) = ([], [])
        for _ in 0..<PollComparison.pairs {
            limits.append(try await libmodbusRate(serial, span))
            ours.append(try await lineRate(serial, span))
            Main.say("  C libmodbus \(limits[limits.count - 1]), ours \(ours[ours.count - 1]) reads/s")
        }
        return BenchmarkResult(
            value: ours.median, unit: "reads/s", limit: limits.median,
            ratio: zip(ours, limits).map { $0 / $1 }.median)
    }

    private static func settings(_ serial: SerialUnits) -> SerialSettings {
        SerialSettings(path: serial.path, baud: 115_200, parity: .none, dataBits: 8, stopBits: 1)
    }

    private static func libmodbusRate(_ serial: SerialUnits, _ span: Span) async throws -> Double {
        let gap = LineMachine.Settings.rtu(
            characterNanoseconds: settings(serial).characterNanoseconds
        ).gap
        let client = plumbline_baseline_serial_client_start(
            serial.path, units, registers, gap, MeteredDevices.clientProcessor)
        guard let client else { throw BenchmarkError(description: "libmodbus cannot open the tty") }
        let rate = try await span.rate { serial.answers }
        guard plumbline_baseline_serial_client_stop(client) == 0 else {
            throw BenchmarkError(description: "a read of libmodbus failed")
        }
        return rate
    }

    private static func lineRate(_ serial: SerialUnits, _ span: Span) async throws -> Double {
        let line = try SerialModbusLine.line(on: settings(serial), time: SystemTime(), seed: 1)
        let failures = Guarded(0)
        let polls = (1...units).map {
            ModbusPoll(
                id: Int($0), unit: UInt8($0),
                request: .readHoldingRegisters(address: 0, count: Int(registers)), period: .zero,
                timeout: .seconds(1))
        }
        try line.start(polls: polls) { batch in
            let failed = batch.count { $0.replyPDU == nil }
            if failed > 0 { failures.withLock { $0 += failed } }
        }
        let rate = try await span.rate { serial.answers }
        let failed = failures.withLock { $0 }
        await line.stop()
        guard failed == 0 else { throw BenchmarkError(description: "\(failed) reads of the line failed") }
        return rate
    }
}

/// The C units on a pseudoterminal.
private final class SerialUnits: @unchecked Sendable {
    // Safety: set once; what is read of it is constant or atomic.
    private let units: OpaquePointer

    init(units: OpaquePointer) { self.units = units }

    deinit { plumbline_baseline_units_stop(units) }

    var path: String { String(cString: plumbline_baseline_units_path(units)) }
    var answers: UInt64 { plumbline_baseline_units_answers(units) }
}
