package import Codecs
internal import Glibc
internal import Linux
package import Metrology

/// A scanner on a serial line: one thread owns the tty, closes it at the first error and takes it back when
/// it returns under its name.
package final class SerialScanner: Sendable {
    private let device: String
    private let settings: SerialSettings
    private let framing: LineFraming
    private let time: any TimeSource
    private let handler: @Sendable (ScannerEvent) -> Void
    private let wake: WakeSignal
    private let outgoing = Guarded(Outgoing())

    /// What other threads leave for the line's thread.
    private struct Outgoing: Sendable {
        var isStopped = false
        /// The newest answer that was not sent yet.
        var answer: (bytes: [UInt8], to: AwaitedAnswer)?
    }

    /// The scanner with asset id `device` on the line that `settings` name.
    ///
    /// `handler` is called in order, from the line's thread: it must be quick. Throws `TransportError` where
    /// the process has no descriptor left.
    package init(
        device: String, settings: SerialSettings, framing: LineFraming = .carriageReturnOrLineFeed,
        time: any TimeSource, handler: @escaping @Sendable (ScannerEvent) -> Void
    ) throws(TransportError) {
        (self.device, self.settings, self.framing) = (device, settings, framing)
        (self.time, self.handler) = (time, handler)
        do throws(SystemCallError) { wake = try WakeSignal() } catch {
            throw TransportError(settings.path, "\(error)", remedy: "raise the limit of open files")
        }
    }

    /// Reads the scanner until the task is cancelled, then closes the line.
    ///
    /// Throws `TransportError` where no thread can be had.
    package func run() async throws(TransportError) {
        do throws(SystemCallError) {
            try await SystemThread.run(name: "scan \(device)", stop: { self.stop() }, { self.work() })
        } catch {
            throw TransportError(
                settings.path, "\(error)", remedy: "raise the limit of threads for this user")
        }
    }

    private func stop() {
        outgoing.withLock { $0.isStopped = true }
        wake.raise()
    }

    /// Tells the scanner what became of the mark that was read at `stamp`, or of what was no mark for nil.
    ///
    /// An answer is for one scan: it is left out where the scanner has read another since, or was unplugged,
    /// because it would be taken for the answer to what came after.
    package func answer(_ bytes: [UInt8], to stamp: Stamp?) {
        outgoing.withLock { $0.answer = (bytes, AwaitedAnswer(to: stamp)) }
        wake.raise()
    }

    // MARK: the line's thread

    private enum Pass { case stopped, lost }

    private func work() {
        var machine = SerialScannerMachine(device: device, place: settings.path, framing: framing)
        while true {
            do throws(TransportError) {
                let line = try SerialLine(settings)
                tell(machine.opened())
                if case .stopped = read(line, &machine) { return tell(machine.stopped(at: time.now())) }
            } catch {
                tell(machine.failed(error))
            }
            if sleep(nanoseconds: machine.pause()) { return }
        }
    }

    private func tell(_ events: [ScannerEvent]) {
        for event in events { handler(event) }
    }

    private func read(_ line: borrowing SerialLine, _ machine: inout SerialScannerMachine) -> Pass {
        while true {
            let now = time.now().monotonicNanoseconds
            let patience = machine.deadline.map { max(0, $0 - now) }
            if isStopped(orReadable: line.number, within: patience) { return .stopped }
            do throws(SystemCallError) {
                // One read of a tty brings 4,095 bytes at most (N_TTY's buffer).
                let bytes = try line.read(upTo: 4_096)
                tell(machine.came(bytes, at: time.now()))
                sendAnswer(over: line, machine)
            } catch {
                tell(machine.lost(error.reason))
                return .lost
            }
        }
    }

    /// Sends the answer that waits, if it is one to the scan that this line read last.
    private func sendAnswer(over line: borrowing SerialLine, _ machine: SerialScannerMachine) {
        let waiting = outgoing.withLock { outgoing in
            defer { outgoing.answer = nil }
            return outgoing.answer
        }
        guard let waiting, machine.awaited == waiting.to else { return }
        let code = SerialLine.write(line.number, waiting.bytes)
        guard code != 0 else { return }
        tell([.unanswered(reason: "\(settings.path) takes no bytes (\(SystemCallError.reason(code)))")])
    }

    /// Waits until there is something to read or to send; returns whether the scanner is to stop.
    private func isStopped(orReadable number: Int32, within nanoseconds: Int64?) -> Bool {
        var entries = [
            pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: number, events: Int16(POLLIN), revents: 0),
        ]
        // Rounded up, so that a deadline has passed when the wait is over.
        let milliseconds = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
        poll(&entries, nfds_t(number < 0 ? 1 : 2), milliseconds)
        if entries[0].revents != 0 { wake.lower() }
        return outgoing.withLock { $0.isStopped }
    }

    private func sleep(nanoseconds: Int64) -> Bool { isStopped(orReadable: -1, within: nanoseconds) }
}
