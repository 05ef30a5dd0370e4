/// How a device is reached, as the configuration writes it.
package enum LinkAddress: Sendable, Hashable {
    /// `modbus+tcp://HOST:PORT?unit=N`
    case modbusTCP(host: String, port: UInt16, unit: UInt8)
    /// `modbus+rtu:///dev/…?baud=19200&parity=even&stop=1&unit=N`
    case modbusRTU(SerialSettings, unit: UInt8)
    /// `modbus+rtu+tcp://HOST:PORT?unit=N`
    case modbusRTUOverTCP(host: String, port: UInt16, unit: UInt8)
    /// `modbus+ascii:///dev/…?baud=19200&unit=N`
    case modbusASCII(SerialSettings, unit: UInt8)
    /// `serial:///dev/…?baud=…`
    case serial(SerialSettings)
    /// `tcp://HOST:PORT` or `openprotocol://HOST:PORT`: a stream of bytes, such as that of a device server
    case tcp(host: String, port: UInt16)
    /// `openprotocol-listen://HOST:PORT?from=10.0.0.25`: a controller that dials this machine
    case dialIn(DialInAddress)
    /// `usb:VID:PID?serial=…&port=…`
    case usb(USBDeviceAddress)

    /// Reads a link; throws `TransportError` that names the link, what is wrong and what to write instead.
    package init(_ text: String) throws(TransportError) {
        let link = try LinkText(text)
        if let modbus = try Self.modbus(link) {
            self = modbus
            return
        }
        switch link.scheme {
        case "serial":
            try link.allowOnly(["baud", "parity", "stop", "data"])
            self = .serial(try link.serialSettings(baud: 9_600, parity: .none))
        case "usb":
            try link.allowOnly(["serial", "port"])
            self = .usb(try link.usbDevice())
        case "tcp":
            try link.allowOnly([])
            let (host, port) = try link.hostAndPort(defaultPort: nil)
            self = .tcp(host: host, port: port)
        case "openprotocol":
            try link.allowOnly([])
            // The controllers' port (Open Protocol specification R2.16, section 2.1).
            let (host, port) = try link.hostAndPort(defaultPort: 4_545)
            self = .tcp(host: host, port: port)
        case "openprotocol-listen":
            try link.allowOnly(["from"])
            self = .dialIn(try link.dialIn(defaultPort: 4_545))
        default:
            throw link.error("no link begins with \(link.scheme)", remedy: "use one of \(Self.supported)")
        }
    }

    /// A link by Modbus; nil for another.
    private static func modbus(_ link: LinkText) throws(TransportError) -> LinkAddress? {
        switch link.scheme {
        case "modbus+tcp":
            try link.allowOnly(["unit"])
            let (host, port) = try link.hostAndPort(defaultPort: 502)
            return .modbusTCP(host: host, port: port, unit: try link.unit(0...255, otherwise: 255))
        case "modbus+rtu":
            try link.allowOnly(lineOptions)
            // MODBUS over Serial Line V1.02, clause 3.3: 19,200 baud and even parity unless set otherwise.
            let settings = try link.serialSettings(baud: 19_200, parity: .even)
            return .modbusRTU(settings, unit: try link.unit(1...247, otherwise: nil))
        case "modbus+rtu+tcp":
            try link.allowOnly(["unit"])
            let (host, port) = try link.hostAndPort(defaultPort: nil)
            return .modbusRTUOverTCP(host: host, port: port, unit: try link.unit(1...247, otherwise: nil))
        case "modbus+ascii":
            try link.allowOnly(lineOptions)
            // Clause 2.5.2: 7 data bits.
            let settings = try link.serialSettings(baud: 19_200, parity: .even, dataBits: 7)
            return .modbusASCII(settings, unit: try link.unit(1...247, otherwise: nil))
        default: return nil
        }
    }

    private static let supported =
        "modbus+tcp, modbus+rtu, modbus+rtu+tcp, modbus+ascii, serial, openprotocol, "
        + "openprotocol-listen, tcp, usb"
    private static let lineOptions = ["unit", "baud", "parity", "stop", "data", "echo", "rs485"]

    /// What devices on the same line have in common, without unit: one line has one owner.
    package var lineName: String {
        switch self {
        case .modbusTCP(let host, let port, _): "modbus+tcp://" + Self.text(host, port)
        case .modbusRTUOverTCP(let host, let port, _): "modbus+rtu+tcp://" + Self.text(host, port)
        case .modbusASCII(let settings, _): "modbus+ascii://\(settings.path)"
        case .modbusRTU(let settings, _): "modbus+rtu://\(settings.path)"
        case .serial(let settings): "serial://\(settings.path)"
        case .tcp(let host, let port): "tcp://" + Self.text(host, port)
        case .dialIn(let place): "openprotocol-listen://" + Self.text(place.host, place.port)
        case .usb(let device): device.description
        }
    }

    /// The Modbus unit that the link names; nil where it is no Modbus link.
    package var unit: UInt8? {
        switch self {
        case .modbusTCP(_, _, let unit), .modbusRTUOverTCP(_, _, let unit), .modbusRTU(_, let unit),
            .modbusASCII(_, let unit):
            unit
        case .serial, .tcp, .dialIn, .usb: nil
        }
    }

    /// The host and port of a link over TCP; nil for another.
    var endpoint: (host: String, port: UInt16)? {
        switch self {
        case .modbusTCP(let host, let port, _), .modbusRTUOverTCP(let host, let port, _),
            .tcp(let host, let port):
            (host, port)
        case .modbusRTU, .modbusASCII, .serial, .dialIn, .usb: nil
        }
    }

    var isTTY: Bool {
        switch self {
        case .modbusRTU, .modbusASCII, .serial: true
        case .modbusTCP, .modbusRTUOverTCP, .tcp, .dialIn, .usb: false
        }
    }

    private static func text(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
