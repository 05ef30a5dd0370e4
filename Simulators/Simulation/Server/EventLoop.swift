internal import Glibc
internal import Linux

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

    private var epoll: Epoll
    private var sources: [Int32: any LoopSource] = [:]

    init() throws(SimulationError) {
        do throws(SystemCallError) {
            epoll = try Epoll(capacity: Self.batch)
        } catch {
            throw SimulationError(.resource, "simulator", "\(error)")
        }
    }

    /// How many descriptors are watched.
    var count: Int { sources.count }

    /// Reports readiness of `source` from now on, at first for reading alone.
    func watch(_ source: any LoopSource) throws(SimulationError) {
        try watch(source, toWrite: false)
        sources[source.descriptor] = source
    }

    /// Also tells `source` when it can be written, or no longer does.
    func watch(_ source: any LoopSource, toWrite: Bool) throws(SimulationError) {
        do throws(SystemCallError) {
            try epoll.watch(
                source.descriptor, token: UInt64(UInt32(bitPattern: source.descriptor)), writable: toWrite)
        } catch {
            throw SimulationError(.resource, "descriptor \(source.descriptor)", "\(error)")
        }
    }

    /// Forgets `source`; to be called before its descriptor is closed.
    func forget(_ source: any LoopSource) {
        guard sources.removeValue(forKey: source.descriptor) != nil else { return }
        epoll.forget(source.descriptor)
    }

    /// Waits until something is ready, at most so long, and lets it act.
    func turn(waitingNanoseconds limit: Int64) throws(SimulationError) {
        let count: Int
        do throws(SystemCallError) {
            count = try epoll.wait(nanoseconds: limit)
        } catch {
            throw SimulationError(.resource, "simulator", "\(error)")
        }
        for index in 0..<count {
            let event = epoll[index]
            let descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: event.token))
            sources[descriptor]?.isReady(
                toRead: event.isReadable || event.isHungUp, toWrite: event.isWritable)
        }
    }
}

/// What a failed call to the system is told as.
enum SystemCall {
    static func failed(_ call: String, _ place: String) -> SimulationError {
        SimulationError(.resource, place, "\(call): \(String(cString: strerror(errno)))")
    }

    /// Lets the connection of `descriptor` end with a reset instead of an orderly close.
    static func resetOnClose(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
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
