internal import CLinux
internal import Glibc

/// One thread of the operating system, for work that waits in system calls.
///
/// Such work must not sit on Swift's cooperative threads: there are as many as cores, and a hung device would
/// take one away from everything else.
package final class SystemThread: Sendable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) { (self.name, self.run) = (name, run) }
    }

    private let handle: pthread_t

    /// Starts a thread called `name` (the kernel keeps the first 15 bytes) that runs `body` once.
    ///
    /// Throws `SystemCallError` where the process may have no more threads. Someone must `join()` it.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(Body(name: name, run: body))
        let code = pthread_create(&handle, nil, Self.entry, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw SystemCallError("pthread_create", code: code, subject: name)
        }
        self.handle = handle
    }

    /// Starts a thread that no one waits for: it ends by itself and gives back what it held.
    ///
    /// Throws as `init` does.
    package static func detach(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        pthread_detach(try SystemThread(name: name, body).handle)
    }

    /// Waits until the thread has ended. Call it once, and not from the thread itself.
    package func join() { pthread_join(handle, nil) }

    /// Asks the kernel to wake the calling thread on time: a slack of 1 µs in place of 50 µs (prctl(2)).
    package static func wakePunctually() { _ = plumbline_set_timer_slack(1_000) }

    /// Keeps the calling thread on one processor, counted from 0; a processor that is not there changes
    /// nothing.
    package static func pin(toProcessor processor: UInt32) { _ = plumbline_pin_thread(processor) }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        _ = plumbline_name_thread(body.name)
        body.run()
        return nil
    }
}
