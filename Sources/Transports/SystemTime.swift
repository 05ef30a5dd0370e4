internal import Glibc
internal import Linux
package import Metrology

/// The machine's own clocks.
package struct SystemTime: TimeSource {
    package init() {}

    package func now() -> Stamp {
        // CLOCK_BOOTTIME goes on while the machine sleeps, so that ages and deadlines stay true.
        Stamp(
            utc: Timestamp(nanoseconds: Self.nanoseconds(CLOCK_REALTIME)),
            monotonicNanoseconds: Self.nanoseconds(CLOCK_BOOTTIME))
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension ClockState {
    /// What the kernel says now of this machine's clock.
    ///
    /// The boot id is empty where `/proc` is not there; a machine without a time service is unsynchronized.
    package static func ofThisMachine() -> ClockState {
        let discipline = ClockDiscipline.now()
        return ClockState(
            bootID: bootID, isSynchronized: discipline.isSynchronized,
            errorMilliseconds: discipline.isSynchronized ? discipline.largestErrorMicroseconds / 1_000 : nil)
    }

    /// Read once: it stays as long as this process can.
    private static let bootID: String = {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        // A UUID in its text form, 36 characters and a line end (random(4)).
        var text = [UInt8](repeating: 0, count: 37)
        let count = read(file, &text, text.count)
        return String(decoding: text.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }()
}
