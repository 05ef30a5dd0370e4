internal import CLinux
internal import Glibc

/// The kernel's list of descriptors to watch; belongs to one thread.
package struct Epoll: ~Copyable {
    /// What became true of a watched descriptor.
    package struct Event: Sendable {
        /// The number it was watched under.
        package let token: UInt64
        package let isReadable: Bool
        package let isWritable: Bool
        /// The other end has gone, or the descriptor is broken.
        package let isHungUp: Bool
    }

    private let descriptor: Descriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// Throws `SystemCallError` where the process has no descriptor left.
    ///
    /// - Parameter capacity: how many events one wait can bring; the rest come with the next.
    package init(capacity: Int) throws(SystemCallError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemCallError("epoll_create1") }
        descriptor = Descriptor(owning: number)
        events = .allocate(capacity: max(1, capacity))
        events.initialize(repeating: epoll_event())
    }

    deinit { events.deallocate() }

    /// Watches `number` under `token`, level-triggered; a second call for the same number changes the watch.
    package func watch(_ number: Int32, token: UInt64, readable: Bool = true, writable: Bool = false)
        throws(SystemCallError)
    {
        var event = epoll_event()
        event.events =
            (readable ? EPOLLIN.rawValue | EPOLLRDHUP.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
        event.data.u64 = token
        if epoll_ctl(descriptor.number, EPOLL_CTL_ADD, number, &event) == 0 { return }
        guard errno == EEXIST, epoll_ctl(descriptor.number, EPOLL_CTL_MOD, number, &event) == 0 else {
            throw SystemCallError("epoll_ctl")
        }
    }

    /// Ends the watch; a descriptor that is not watched is no fault.
    package func forget(_ number: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor.number, EPOLL_CTL_DEL, number, &event)
    }

    /// Waits for events, at most `nanoseconds` (nil waits for ever), and says how many came.
    package func wait(nanoseconds: Int64?) throws(SystemCallError) -> Int {
        let count = plumbline_epoll_wait(
            descriptor.number, events.baseAddress, Int32(events.count), nanoseconds.map { max(0, $0) } ?? -1)
        if count >= 0 { return Int(count) }
        guard errno == EINTR else { throw SystemCallError("epoll_pwait2") }
        return 0
    }

    /// Event number `index` of the last wait.
    package subscript(index: Int) -> Event {
        let event = events[index]
        return Event(
            token: event.data.u64,
            isReadable: event.events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
            isWritable: event.events & EPOLLOUT.rawValue != 0,
            isHungUp: event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0)
    }
}
