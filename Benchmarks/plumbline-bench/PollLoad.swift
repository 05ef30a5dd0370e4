internal import CBaselines
internal import Glibc
internal import Metrology
internal import Transports

/// What is asked of how many devices how often.
struct PollLoad: Sendable {
    let devices: Int
    /// Nanoseconds; 0 asks again as soon as the answer is there.
    let interval: Int64
    /// Two for each 32-bit float.
    var registers = 20
    /// The devices whose polls count; the others do what they like.
    let counted: Range<Int>
    /// How long polls are counted, in nanoseconds: a multiple of the interval.
    let window: Int64

    init(
        devices: Int, every interval: Duration, counted: Range<Int>? = nil, window: Duration = .seconds(2)
    ) {
        self.devices = devices
        (self.interval, self.window) = (interval.nanoseconds, window.nanoseconds)
        self.counted = counted ?? 0..<devices
    }

    var values: Int { registers / 2 }
}

/// What one run of one poller brought, as the devices saw it.
struct PollReading: Sendable {
    let scheduled: Double
    /// Polls that came, of each device at most those scheduled, ÷ polls scheduled.
    let onTime: Double
    /// Microseconds by which the gap between two polls differs from the interval.
    let gapP50: Double
    let gapP99: Double
    /// Microseconds from the due time to the poll's arrival.
    let lateP50: Double
    let lateP99: Double
    /// Processor seconds of the poller for each second.
    let load: Double
    let pollsPerSecond: Double

    /// Processor seconds for a million values.
    func cost(_ load: PollLoad) -> Double { self.load / (pollsPerSecond * Double(load.values)) * 1e6 }

    /// Processor seconds a second at the rate that was asked for: what was left out has cost nothing.
    func loadAtFullRate(_ load: PollLoad) -> Double {
        self.load / pollsPerSecond * Double(load.devices) / Double(load.interval) * 1e9
    }
}

extension PollReading: CustomStringConvertible {
    var description: String {
        func short(_ value: Double) -> String { String((value * 10).rounded() / 10) }
        return """
            \(String((onTime * 1e5).rounded() / 1e5)) on time, gap p50 \(short(gapP50)) p99 \(short(gapP99)) \
            µs, late p50 \(short(lateP50)) p99 \(short(lateP99)) µs, \(short(pollsPerSecond)) polls/s, \
            \(short(load * 100)) % of a processor
            """
    }
}

extension PollLoad {
    /// Starts a poller, lets it get going, and counts for a window; stops it again.
    func run(
        _ devices: MeteredDevices, settle: Duration = .milliseconds(400),
        _ start: (MeteredDevices, PollLoad) throws -> any Poller
    ) async throws -> PollReading {
        let poller = try start(devices, self)
        let result: Result<PollReading, any Error>
        do {
            result = .success(try await watch(poller, devices, settle: settle))
        } catch {
            result = .failure(error)
        }
        try await poller.stop()
        return try result.get()
    }

    private func watch(
        _ poller: any Poller, _ devices: MeteredDevices, settle: Duration
    ) async throws -> PollReading {
        let begun = Self.now()
        while devices.polledCount(since: begun) < self.devices {
            guard Self.now() - begun < 20_000_000_000 else {
                throw BenchmarkError(description: "not every device was polled within 20 s")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await Task.sleep(for: settle)
        return try await count(devices, poller)
    }

    /// The window begins and ends half way between two due times, so that it holds each of them whole.
    private func count(_ devices: MeteredDevices, _ poller: any Poller) async throws -> PollReading {
        let grid = interval > 0 ? interval : 100_000_000
        let start = (Self.now() / grid + 1) * grid + grid / 2
        devices.measure(counted, from: start, to: start + window, interval: grid)
        try await Self.sleep(until: start)
        let (before, answers, first) = (try poller.processorSeconds(), devices.answers, Self.now())
        try await Self.sleep(until: start + window)
        let (after, answered, last) = (try poller.processorSeconds(), devices.answers, Self.now())
        let seconds = Double(last - first) / 1e9
        let seen = devices.reading
        return PollReading(
            scheduled: Double(seen.scheduled), onTime: Double(seen.completed) / Double(seen.scheduled),
            gapP50: seen.gap_p50, gapP99: seen.gap_p99, lateP50: seen.late_p50, lateP99: seen.late_p99,
            load: (after - before) / seconds, pollsPerSecond: Double(answered - answers) / seconds)
    }

    static func now() -> Int64 { SystemTime().now().monotonicNanoseconds }

    static func sleep(until time: Int64) async throws {
        try await Task.sleep(for: .nanoseconds(max(0, time - now())))
    }
}
