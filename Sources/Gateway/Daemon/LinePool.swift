package import Metrology
package import Transports

/// The Modbus lines of a gateway, or of a tool: one owner for each, shared by the units on it.
package actor LinePool {
    private let time: any TimeSource
    private let seed: UInt64
    private let tap: LinkTap
    private var engine: ModbusTCPEngine?
    /// Ttys have an engine of their own: to open a broken adapter may take the kernel seconds, which no
    /// device on the network shall wait for.
    private var ttyEngine: ModbusTCPEngine?
    private var lines: [String: any ModbusLink] = [:]

    /// The lines' traffic shows at `tap`.
    package init(time: any TimeSource, seed: UInt64, tap: LinkTap = LinkTap()) {
        (self.time, self.seed, self.tap) = (time, seed, tap)
    }

    /// The line that `address` lies on, made when it is first asked for.
    ///
    /// Throws `TransportError` where the process has no thread or descriptor left, or the link is none of
    /// Modbus.
    package func line(to address: LinkAddress) throws(TransportError) -> any ModbusLink {
        if let line = lines[address.lineName] { return line }
        let line: any ModbusLink
        switch address {
        case .modbusTCP, .modbusRTUOverTCP:
            line = try Self.made(&engine, "modbus-tcp", time, seed, tap).line(to: address)
        case .modbusASCII:
            line = try Self.made(&ttyEngine, "modbus-ascii", time, seed, tap).line(to: address)
        case .modbusRTU(let settings, _):
            line = try SerialModbusLine.line(on: settings, time: time, seed: seed, tap: tap)
        case .serial, .tcp, .dialIn, .usb:
            throw TransportError(
                address.lineName, "this is no Modbus link", remedy: "use one that begins with modbus+")
        }
        lines[address.lineName] = line
        return line
    }

    private static func made(
        _ engine: inout ModbusTCPEngine?, _ name: String, _ time: any TimeSource, _ seed: UInt64,
        _ tap: LinkTap
    ) throws(TransportError) -> ModbusTCPEngine {
        if let engine { return engine }
        let made = try ModbusTCPEngine(name: name, time: time, seed: seed, tap: tap)
        engine = made
        return made
    }

    /// Closes every line and returns when their resources are free.
    package func stop() async {
        for line in lines.values { await line.stop() }
        await engine?.stop()
        await ttyEngine?.stop()
    }
}
