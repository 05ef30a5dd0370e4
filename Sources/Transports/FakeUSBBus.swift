internal import Linux
package import Metrology

/// A USB in memory, for tests: devices are plugged and unplugged by hand and say what they are told to.
///
/// Handlers run before the call that causes them returns, in order, one at a time.
package final class FakeUSBBus: USBBus {
    /// A device that can be plugged in.
    package struct Plug: Sendable {
        package let device: USBDevice
        package let serial: String?
        /// Report descriptors by interface number.
        package let reportDescriptors: [UInt8: [UInt8]]

        package init(device: USBDevice, serial: String?, reportDescriptors: [UInt8: [UInt8]]) {
            (self.device, self.serial) = (device, serial)
            self.reportDescriptors = reportDescriptors
        }
    }

    private struct OpenLine: Sendable {
        let request: USBLineRequest
        let handler: @Sendable (USBLineEvent) -> Void
    }

    private struct State: Sendable {
        var plugged: [Plug] = []
        var watches: [Int: @Sendable (USBBusEvent) -> Void] = [:]
        var lines: [Int: OpenLine] = [:]
        var lastTicket = 0
        var failure: TransportError?
        /// What handlers are still to be told; drained by whoever is at it already.
        var pending: [@Sendable () -> Void] = []
        var isDraining = false
        var claims: [USBLineRequest] = []
        var sent: [[UInt8]] = []
        var deafness: String?
    }

    private let state = Guarded(State())

    package init() {}

    /// Interfaces that are claimed now.
    package var claimed: [USBLineRequest] { state.withLock { $0.lines.values.map(\.request) } }
    /// Every request that was ever made, in order.
    package var requests: [USBLineRequest] { state.withLock { $0.claims } }

    /// What was sent to devices, in order.
    package var sent: [[UInt8]] { state.withLock { $0.sent } }

    /// Takes no bytes any more, for `reason`; nil takes them again.
    package func deafen(_ reason: String?) { state.withLock { $0.deafness = reason } }

    package func plug(_ plug: Plug) {
        enqueue { state in
            state.plugged.append(plug)
            return state.watches.values.map { watch in { watch(.arrived(plug.device)) } }
        }
    }

    /// Takes the device away in the order of the real bus: its lines end, then it has left.
    package func unplug(_ device: USBDevice) {
        enqueue { state in
            state.plugged.removeAll { $0.device.id == device.id }
            let ended = state.lines.filter { $0.value.request.device.id == device.id }
            for key in ended.keys { state.lines[key] = nil }
            let words = ended.values.map { line in { @Sendable in line.handler(.ended(.unplugged)) } }
            return words + state.watches.values.map { watch in { watch(.left(device)) } }
        }
    }

    /// Sends `report` from the device, on every line that is open to it.
    package func send(_ report: [UInt8], from device: USBDevice, at stamp: Stamp) {
        tell(.report(report, stamp), from: device)
    }

    /// Sends `notification` from the control interface of the device's serial line.
    package func notify(_ notification: [UInt8], from device: USBDevice, at stamp: Stamp) {
        tell(.notification(notification, stamp), from: device)
    }

    private func tell(_ event: USBLineEvent, from device: USBDevice) {
        enqueue { state in
            state.lines.values.filter { $0.request.device.id == device.id }
                .map { line in { line.handler(event) } }
        }
    }

    /// Breaks every open line, and each that is opened, with `error`; nil heals the bus.
    package func fail(_ error: TransportError?) {
        enqueue { state in
            state.failure = error
            guard let error else { return [] }
            let lines = state.lines.values
            state.lines = [:]
            return lines.map { line in { line.handler(.ended(.failed(error))) } }
        }
    }

    package func watch(_ handler: @escaping @Sendable (USBBusEvent) -> Void) -> any USBWatch {
        var ticket = 0
        enqueue { state in
            state.lastTicket += 1
            ticket = state.lastTicket
            state.watches[ticket] = handler
            return state.plugged.map { plug in { handler(.arrived(plug.device)) } }
        }
        return Ticket(bus: self, number: ticket)
    }

    package func open(
        _ request: USBLineRequest, _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) -> any USBLine {
        var ticket = 0
        enqueue { state in
            state.lastTicket += 1
            ticket = state.lastTicket
            state.claims.append(request)
            let event = Self.answer(request, state)
            if case .opened = event {
                state.lines[ticket] = OpenLine(request: request, handler: handler)
            }
            return [{ handler(event) }]
        }
        return Ticket(bus: self, number: ticket)
    }

    private static func answer(_ request: USBLineRequest, _ state: State) -> USBLineEvent {
        if let failure = state.failure { return .ended(.failed(failure)) }
        guard let plug = state.plugged.first(where: { $0.device.id == request.device.id }) else {
            return .ended(.unplugged)
        }
        if let serial = request.serial, serial != plug.serial { return .ended(.otherSerial(plug.serial)) }
        return .opened(reportDescriptor: plug.reportDescriptors[request.interface.number] ?? [])
    }

    fileprivate func send(_ bytes: [UInt8], by ticket: Int) {
        enqueue { state in
            guard let line = state.lines[ticket] else { return [] }
            guard let reason = state.deafness else {
                state.sent.append(bytes)
                return []
            }
            return [{ line.handler(.unsent(reason: reason)) }]
        }
    }

    fileprivate func drop(_ ticket: Int) {
        enqueue { state in
            state.watches[ticket] = nil
            guard let line = state.lines.removeValue(forKey: ticket) else { return [] }
            return [{ line.handler(.ended(.closed)) }]
        }
    }

    /// Changes the state, then tells handlers what follows, never two at once.
    private func enqueue(_ change: (inout State) -> [@Sendable () -> Void]) {
        state.withLock { state in
            let words = change(&state)
            state.pending += words
        }
        while let word = nextWord() {
            word()
            state.withLock { $0.isDraining = false }
        }
    }

    private func nextWord() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.isDraining, !state.pending.isEmpty else { return nil }
            state.isDraining = true
            return state.pending.removeFirst()
        }
    }

    private struct Ticket: USBWatch, USBLine {
        let bus: FakeUSBBus
        let number: Int

        func cancel() { bus.drop(number) }
        func send(_ bytes: [UInt8]) { bus.send(bytes, by: number) }
        func close() { bus.drop(number) }
    }
}
