internal import Linux
package import Metrology

/// A scanner on USB: one owner for one link, which takes the scanner back whenever it returns.
package final class USBScanner: Sendable {
    private struct State: Sendable {
        var machine: USBScannerMachine
        var line: (line: any USBLine, number: Int)?
        /// The line that was to be closed before the call that opens it had returned.
        var closing: Int?
        var isStopped = false
    }

    private let bus: any USBBus
    private let time: any TimeSource
    private let handler: @Sendable (ScannerEvent) -> Void
    private let state: Guarded<State>
    private let wakes: AsyncStream<Int64>
    private let wake: AsyncStream<Int64>.Continuation

    /// The scanner with asset id `device` that `rule` lists, on `bus`; `known` is the one that was read last,
    /// before the gateway was stopped.
    ///
    /// `handler` is called in order, from the bus's thread: it must be quick.
    package init(
        device: String, rule: USBScannerRule, known: USBIdentity? = nil, bus: any USBBus,
        time: any TimeSource, handler: @escaping @Sendable (ScannerEvent) -> Void
    ) {
        (self.bus, self.time, self.handler) = (bus, time, handler)
        state = Guarded(State(machine: USBScannerMachine(device: device, rule: rule, known: known)))
        // Only the latest wake-up counts: the machine asks for one at a time.
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads the scanner until the task is cancelled, then gives it back.
    package func run() async {
        let watch = bus.watch { [weak self] event in self?.take(.bus(event)) }
        for await pause in wakes {
            guard (try? await Task.sleep(for: .nanoseconds(pause))) != nil else { break }
            take(.tick(time.now()))
        }
        watch.cancel()
        let (line, actions) = state.withLock { state in
            state.isStopped = true
            return (state.line?.line, state.machine.take(.stopped))
        }
        line?.close()
        for action in actions { perform(action) }
    }

    /// Tells the scanner what became of the mark that was read at `stamp`, or of what was no mark for nil.
    ///
    /// Only a serial line can be told anything. An answer is for one scan: it is left out where the scanner
    /// has read another since, or was unplugged.
    package func answer(_ bytes: [UInt8], to stamp: Stamp?) { take(.answer(bytes, to: stamp)) }

    private func take(_ input: USBScannerMachine.Input) {
        let actions = state.withLock { $0.isStopped ? [] : $0.machine.take(input) }
        for action in actions { perform(action) }
    }

    private func perform(_ action: USBScannerMachine.Action) {
        switch action {
        case .open(let request, let number):
            let line = bus.open(request) { [weak self] event in self?.take(.line(event, number: number)) }
            let isUnwanted = state.withLock { state in
                state.line = (line, number)
                return state.isStopped || state.closing == number
            }
            if isUnwanted { line.close() }
        case .close(let number):
            let line = state.withLock { state in
                state.closing = number
                return state.line?.number == number ? state.line?.line : nil
            }
            line?.close()
        case .send(let bytes, let number):
            let line = state.withLock { $0.line?.number == number ? $0.line?.line : nil }
            line?.send(bytes)
        case .tell(let event): handler(event)
        case .wake(let pause): wake.yield(pause)
        }
    }
}
