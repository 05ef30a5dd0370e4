internal import Linux
package import Metrology

/// A Modbus RTU line on a tty, run by libmodbus on a thread of its own.
package enum SerialModbusLine {
    /// The line on the tty that `settings` name, which opens it when it is first used and again whenever it
    /// is lost. Several units may share it; ask for each tty once.
    ///
    /// Throws `TransportError` where the process has no descriptor or thread left.
    ///
    /// - Parameters:
    ///   - seed: of the jitter between attempts; take it from the system's randomness in a daemon.
    ///   - tap: where its traffic can be watched while it runs; `observer` sees all of it from the start.
    package static func line(
        on settings: SerialSettings, time: any TimeSource, seed: UInt64, observer: LinkObserver? = nil,
        tap: LinkTap? = nil
    ) throws(TransportError) -> any ModbusLink {
        let name = LinkAddress.modbusRTU(settings, unit: 0).lineName
        do throws(SystemCallError) {
            let mailbox = try SerialMailbox()
            let handle = ModbusLineHandle(name: name, time: time) { mailbox.post($0) }
            let board = handle.board
            try SystemThread.detach(name: "modbus-rtu") {
                SystemThread.wakePunctually()
                SerialLoop.run(
                    SerialLoop.Context(
                        name: name, settings: settings, mailbox: mailbox, board: board, time: time,
                        seed: seed, tap: tap ?? observer.map(LinkTap.init(watchedBy:))))
            }
            return handle
        } catch {
            throw TransportError(
                name, error.description, remedy: "raise LimitNOFILE= or TasksMax= of the service")
        }
    }
}
