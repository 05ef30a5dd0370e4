internal import Linux
package import Metrology

/// Polls Modbus devices, a thousand as well as one, on a single thread: over TCP, over TCP with frames of
/// RTU, and in ASCII on ttys.
///
/// What is due together leaves in one wake-up, and what one wake-up brought is delivered in one batch a
/// group.
package final class ModbusTCPEngine: Sendable {
    private let mailbox: EngineMailbox
    private let slots = Guarded(0)
    private let time: any TimeSource
    /// One lock for the boards of all lines: the engine's thread publishes on them in turn.
    private let boardLock = Lock()

    /// Starts the engine's thread, named `name`.
    ///
    /// Throws `TransportError` where the process has no descriptor or thread left.
    ///
    /// - Parameters:
    ///   - seed: of the jitter between dials; take it from the system's randomness in a daemon.
    ///   - processor: keeps the thread on one processor, for measurements.
    ///   - tap: where its traffic can be watched while it runs; `observer` sees all of it from the start.
    package init(
        name: String = "modbus-tcp", time: any TimeSource, seed: UInt64, processor: UInt32? = nil,
        observer: LinkObserver? = nil, tap: LinkTap? = nil
    ) throws(TransportError) {
        do throws(SystemCallError) {
            let mailbox = try EngineMailbox()
            let tap = tap ?? observer.map(LinkTap.init(watchedBy:))
            self.mailbox = mailbox
            self.time = time
            try SystemThread.detach(name: name) {
                if let processor { SystemThread.pin(toProcessor: processor) }
                SystemThread.wakePunctually()
                EngineLoop.run(mailbox: mailbox, time: time, seed: seed, tap: tap)
            }
        } catch {
            throw TransportError(
                name, error.description, remedy: "raise LimitNOFILE= or TasksMax= of the service")
        }
    }

    deinit { _ = mailbox.post(.stop(done: nil)) }

    /// A line to `host` and `port`, which connects when it is first used.
    ///
    /// Ask for each host and port once: units share their line, and devices allow few connections.
    package func line(host: String, port: UInt16) -> any ModbusLink {
        line(at: .modbusTCP(host: host, port: port, unit: 0))
    }

    /// A line to the host and port, or on the tty, that `address` names; its unit does not matter.
    ///
    /// Throws `TransportError` for a link that this engine does not carry.
    package func line(to address: LinkAddress) throws(TransportError) -> any ModbusLink {
        switch address {
        case .modbusTCP, .modbusRTUOverTCP, .modbusASCII: return line(at: address)
        case .modbusRTU, .serial, .tcp, .dialIn, .usb:
            throw TransportError(
                address.lineName, "this engine does not carry the link",
                remedy: "use modbus+tcp, modbus+rtu+tcp or modbus+ascii")
        }
    }

    private func line(at address: LinkAddress) -> any ModbusLink {
        let slot = slots.withLock { count in
            count += 1
            return count - 1
        }
        let board = LineStatusBoard(lock: boardLock)
        let line = ModbusLineHandle(name: address.lineName, time: time, board: board) { [mailbox] order in
            mailbox.post(.order(order, slot: slot))
        }
        _ = mailbox.post(.add(slot: slot, address: address, board: line.board))
        return line
    }

    /// Stops all lines and the thread, and returns when their sockets are closed.
    package func stop() async {
        await withCheckedContinuation { done in
            if !mailbox.post(.stop(done: done)) { done.resume() }
        }
    }
}
