package import Metrology
package import Transports

/// The Modbus lines of a gateway, or of a tool: one owner for each, shared by the units on it.
package actor LinePool {
    private let time: any TimeSource
    private let seed: UInt64
    private var engine: ModbusTCPEngine?
    private var lines: [String: any ModbusLink] = [:]

    package init(time: any TimeSource, seed: UInt64) { (self.time, self.seed) = (time, seed) }

    /// The line that `address` lies on, made when it is first asked for.
    ///
    /// Throws `TransportError` where the process has no thread or descriptor left, or the link is none of
    /// Modbus.
    package func line(to address: LinkAddress) throws(TransportError) -> any ModbusLink {
        if let line = lines[address.lineName] { return line }
        let line: any ModbusLink
        switch address {
        case .modbusTCP(let host, let port, _):
            line = try tcpEngine().line(host: host, port: port)
        case .modbusRTU(let settings, _):
            line = try SerialModbusLine.line(on: settings, time: time, seed: seed)
        case .serial, .usb:
            throw TransportError(
                address.lineName, "this is no Modbus link", remedy: "use modbus+tcp:// or modbus+rtu://")
        }
        lines[address.lineName] = line
        return line
    }

    private func tcpEngine() throws(TransportError) -> ModbusTCPEngine {
        if let engine { return engine }
        let made = try ModbusTCPEngine(time: time, seed: seed)
        engine = made
        return made
    }

    /// Closes every line and returns when their resources are free.
    package func stop() async {
        for line in lines.values { await line.stop() }
        await engine?.stop()
    }
}
