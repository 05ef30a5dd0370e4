/// The lines that a configuration's links lie on: each is reached in one way only.
///
/// Two ways to one host and port would be two connections, of which a device may serve one; two settings of
/// one tty cannot both be set.
package struct LineRegister {
    private var first: [String: LinkAddress] = [:]

    package init() {}

    /// Reads a link and keeps its line. Throws `TransportError` where the link is wrong, or reaches in
    /// another way what a link before it reaches.
    package mutating func add(_ link: String) throws(TransportError) {
        let address = try LinkAddress(link)
        guard let place = address.place else { return }
        guard let other = first[place] else {
            first[place] = address
            return
        }
        guard address.withoutUnit != other.withoutUnit else { return }
        throw TransportError(
            link, "another device reaches \(place) by other options or by another scheme",
            remedy: "write the same for all devices of a line; only the unit differs")
    }
}

extension LinkAddress {
    /// The host and port, or the tty; nil for a link that no other device shares.
    fileprivate var place: String? {
        switch self {
        case .modbusTCP(let host, let port, _), .modbusRTUOverTCP(let host, let port, _),
            .tcp(let host, let port):
            "\(host):\(port)"
        case .modbusRTU(let settings, _), .modbusASCII(let settings, _), .serial(let settings): settings.path
        case .dialIn(let place): "\(place.host):\(place.port)"
        case .usb: nil
        }
    }

    fileprivate var withoutUnit: LinkAddress {
        switch self {
        case .modbusTCP(let host, let port, _): .modbusTCP(host: host, port: port, unit: 0)
        case .modbusRTUOverTCP(let host, let port, _): .modbusRTUOverTCP(host: host, port: port, unit: 0)
        case .modbusRTU(let settings, _): .modbusRTU(settings, unit: 0)
        case .modbusASCII(let settings, _): .modbusASCII(settings, unit: 0)
        case .serial, .tcp, .dialIn, .usb: self
        }
    }
}
