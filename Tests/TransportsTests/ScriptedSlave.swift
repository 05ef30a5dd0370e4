import Glibc
import Linux

/// A slave on a pseudoterminal, played by a script: for each request that came whole, what to do.
final class ScriptedSlave: Sendable {
    /// Carries a terminal onto the slave's thread.
    private final class TerminalHolder: Sendable {
        let terminal: Pseudoterminal
        init(_ terminal: consuming Pseudoterminal) { self.terminal = terminal }
    }

    let path: String
    private let stopping: WakeSignal
    private let thread: SystemThread

    init(
        requestBytes: Int = 8,
        _ serve: @escaping @Sendable (Int, [UInt8], borrowing Descriptor) throws -> Void
    ) throws {
        let terminal = try Pseudoterminal()
        path = terminal.path
        let stopping = try WakeSignal()
        self.stopping = stopping
        let holder = TerminalHolder(terminal)
        thread = try SystemThread(name: "scripted-slave") {
            var count = 0
            var bytes: [UInt8] = []
            while Self.wait(holder.terminal.device.number, stopping.number) {
                guard let more = try? holder.terminal.device.read(upTo: 256), !more.isEmpty else {
                    return
                }
                bytes += more
                while bytes.count >= requestBytes {
                    let request = Array(bytes.prefix(requestBytes))
                    bytes.removeFirst(requestBytes)
                    try? serve(count, request, holder.terminal.device)
                    count += 1
                }
            }
        }
    }

    func stop() {
        stopping.raise()
        thread.join()
    }

    private static func wait(_ device: Int32, _ stopping: Int32) -> Bool {
        var entries = [
            pollfd(fd: device, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, 2, -1) < 0 {}
        return entries[1].revents == 0
    }
}
