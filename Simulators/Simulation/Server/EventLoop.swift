internal import CLinux
internal import Glibc

/// Something with a descriptor that the loop watches.
protocol LoopSource: AnyObject {
    var descriptor: Int32 { get }
    /// The descriptor can be read (or has hung up), or written again.
    func isReady(toRead: Bool, toWrite: Bool)
}

/// Readiness of every descriptor of the simulator, through epoll; used by one thread alone.
final class EventLoop {
    /// Events taken from the kernel at once.
    private static let batch = 256

    private let epoll: Int32
    private var sources: [Int32: any LoopSource] = [:]
    private var buffer = [epoll_event](repeating: epoll_event(), count: batch)

    init() throws(SimulationError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemCall.failed("epoll_create1", "simulator") }
    }

    deinit { close(epoll) }

    /// How many descriptors are watched.
    var count: Int { sources.count }

    func watch(_ source: any LoopSource) throws(SimulationError) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(fd: source.descriptor))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, source.descriptor, &event) == 0 else {
            throw SystemCall.failed("epoll_ctl", "descriptor \(source.descriptor)")
        }
        sources[source.descriptor] = source
    }

    /// Also tells `source` when it can be written, or no longer does.
    func watch(_ source: any LoopSource, toWrite: Bool) {
        let events = EPOLLIN.rawValue | (toWrite ? EPOLLOUT.rawValue : 0)
        var event = epoll_event(events: events, data: epoll_data(fd: source.descriptor))
        epoll_ctl(epoll, EPOLL_CTL_MOD, source.descriptor, &event)
    }

    /// Forgets `source`; to be called before its descriptor is closed.
    func forget(_ source: any LoopSource) {
        guard sources.removeValue(forKey: source.descriptor) != nil else { return }
        epoll_ctl(epoll, EPOLL_CTL_DEL, source.descriptor, nil)
    }

    /// Waits until something is ready, at most so long, and lets it act. Negative waits for ever.
    func turn(waitingMilliseconds limit: Int32) {
        let count = epoll_wait(epoll, &buffer, Int32(Self.batch), limit)
        guard count > 0 else { return }
        for event in buffer[0..<Int(count)] {
            let isBroken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
            sources[event.data.fd]?.isReady(
                toRead: isBroken || event.events & EPOLLIN.rawValue != 0,
                toWrite: event.events & EPOLLOUT.rawValue != 0)
        }
    }
}

/// What a failed call to the system is told as.
enum SystemCall {
    static func failed(_ call: String, _ place: String) -> SimulationError {
        SimulationError(.resource, place, "\(call): \(String(cString: strerror(errno)))")
    }

    /// Nanoseconds of the monotonic clock.
    static var monotonicNanoseconds: Int64 { nanoseconds(CLOCK_MONOTONIC) }

    /// Seconds since 1970.
    static var wallSeconds: Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000_000 }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
