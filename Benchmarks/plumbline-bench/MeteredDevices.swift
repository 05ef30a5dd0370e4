internal import CBaselines
internal import Glibc

/// The C devices that both sides of a Modbus benchmark poll, and that keep the time.
///
/// Their thread has a processor for itself, and the rest of this process the other.
final class MeteredDevices: @unchecked Sendable {
    // Safety: the pointer is set once, and the C functions behind it lock what they touch.
    private let devices: OpaquePointer
    let ports: [UInt16]

    /// Processors of what is measured and of the devices.
    static let (clientProcessor, processor): (UInt32, UInt32) = (0, 1)

    init(count: Int) throws(BenchmarkError) {
        // Listeners, connections and their other ends: three descriptors a device.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Before the devices' own thread is there, which chooses its processor itself.
        _ = plumbline_baseline_pin_process(Int32(Self.clientProcessor))
        guard let devices = plumbline_baseline_devices_start(UInt32(count), Self.processor) else {
            throw BenchmarkError(description: "\(count) devices cannot listen on 127.0.0.1")
        }
        self.devices = devices
        ports = (0..<count).map { plumbline_baseline_devices_port(devices, UInt32($0)) }
    }

    deinit {
        plumbline_baseline_devices_stop(devices)
        _ = plumbline_baseline_pin_process(-1)
    }

    /// Requests answered since the start.
    var answers: UInt64 { plumbline_baseline_devices_answers(devices) }

    /// Processor seconds that the devices have used.
    var processorSeconds: Double { plumbline_baseline_devices_seconds(devices) }

    func polledCount(since nanoseconds: Int64) -> Int {
        Int(plumbline_baseline_devices_polled_since(devices, nanoseconds))
    }

    func behave(_ behaviour: plumbline_baseline_behaviour, _ range: Range<Int>) throws(BenchmarkError) {
        let code = plumbline_baseline_devices_behave(
            devices, UInt32(range.lowerBound), UInt32(range.count), behaviour)
        guard code == 0 else { throw BenchmarkError(description: "the devices cannot listen again") }
    }

    /// Counts the polls of `range` that come between `start` and `end`, due every `interval` nanoseconds.
    func measure(_ range: Range<Int>, from start: Int64, to end: Int64, interval: Int64) {
        plumbline_baseline_devices_measure(
            devices, UInt32(range.lowerBound), UInt32(range.count), start, end, interval)
    }

    var reading: plumbline_baseline_reading { plumbline_baseline_devices_reading(devices) }

    func forgetDials() { plumbline_baseline_devices_forget_dials(devices) }

    var dials: plumbline_baseline_dials { plumbline_baseline_devices_dials(devices) }
}
