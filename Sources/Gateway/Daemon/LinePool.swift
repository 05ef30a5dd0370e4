import Metrology
import Transports

/// The Modbus lines of a gateway: one owner for each, shared by the units on it.
actor LinePool {
    private let time: any TimeSource
    private let seed: UInt64
    private let tap: LinkTap
    private var engine: ModbusTCPEngine?
    private var lines: [String: any ModbusLink] = [:]

    /// The lines' traffic shows at `tap`.
    init(time: any TimeSource, seed: UInt64, tap: LinkTap) {
        (self.time, self.seed, self.tap) = (time, seed, tap)
    }

    /// The line that `address` lies on, made when it is first asked for.
    ///
    /// Throws `TransportError` where the process has no thread or descriptor left, or the link is none of
    /// Modbus.
    func line(to address: LinkAddress) throws(TransportError) -> any ModbusLink {
        if let line = lines[address.lineName] { return line }
        let line: any ModbusLink
        switch address {
        case .modbusTCP(let host, let port, _):
            line = try tcpEngine().line(host: host, port: port)
        case .modbusRTU(let settings, _):
            line = try SerialModbusLine.line(on: settings, time: time, seed: seed, tap: tap)
        case .serial, .usb:
            throw TransportError(
                address.lineName, "this is no Modbus link", remedy: "use modbus+tcp:// or modbus+rtu://")
        }
        lines[address.lineName] = line
        return line
    }

    private func tcpEngine() throws(TransportError) -> ModbusTCPEngine {
        if let engine { return engine }
        let made = try ModbusTCPEngine(time: time, seed: seed, tap: tap)
        engine = made
        return made
    }

    /// Closes every line and returns when their resources are free.
    func stop() async {
        for line in lines.values { await line.stop() }
        await engine?.stop()
    }
}
