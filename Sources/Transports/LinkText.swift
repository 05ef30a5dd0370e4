internal import Linux

/// A link's text taken apart: scheme, what is reached, options.
struct LinkText {
    let text: String
    let scheme: String
    /// What stands between the scheme and the question mark, without `//`.
    let target: String
    private let options: [String: String]

    init(_ text: String) throws(TransportError) {
        self.text = text
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let head = parts.first ?? ""
        guard let colon = head.firstIndex(of: ":"), colon != head.startIndex,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw TransportError(
                text, "this is no link", remedy: "write it as modbus+tcp://HOST:PORT?unit=N, without blanks")
        }
        scheme = head[..<colon].lowercased()
        let rest = head[head.index(after: colon)...]
        target = String(rest.hasPrefix("//") ? rest.dropFirst(2) : rest)
        var options: [String: String] = [:]
        for option in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let pair = option.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, options.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
                throw TransportError(
                    text, "the option \(option) is wrong", remedy: "write each once, as name=value")
            }
        }
        self.options = options
    }

    func error(_ what: String, remedy: String) -> TransportError {
        TransportError(text, what, remedy: remedy)
    }

    func allowOnly(_ names: [String]) throws(TransportError) {
        for name in options.keys.sorted() where !names.contains(name) {
            throw error(
                "\(scheme) has no option \(name)",
                remedy: "leave it out; it has \(names.joined(separator: ", "))")
        }
    }

    /// The unit, within `range`; nil for `otherwise` makes it a must.
    func unit(_ range: ClosedRange<UInt8>, otherwise: UInt8?) throws(TransportError) -> UInt8 {
        let choice = "\(range.lowerBound) to \(range.upperBound)"
        guard let written = options["unit"] else {
            if let otherwise { return otherwise }
            throw error("the unit is missing", remedy: "add ?unit=N, \(choice)")
        }
        guard let unit = UInt8(written), range.contains(unit) else {
            throw error("unit \(written) does not exist", remedy: "give \(choice)")
        }
        return unit
    }

    /// Host and port; nil for `defaultPort` makes the port a must.
    func hostAndPort(defaultPort: UInt16?) throws(TransportError) -> (String, UInt16) {
        let (host, portText): (Substring, Substring?)
        if target.hasPrefix("["), let end = target.firstIndex(of: "]") {
            host = target[target.index(after: target.startIndex)..<end]
            let after = target[target.index(after: end)...]
            portText = after.isEmpty ? nil : after.dropFirst(after.hasPrefix(":") ? 1 : 0)
        } else {
            let parts = target.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else {
                throw error("the host is unclear", remedy: "put an IPv6 address into brackets: [::1]:502")
            }
            (host, portText) = (parts.first ?? "", parts.count == 2 ? parts[1] : nil)
        }
        guard !host.isEmpty, !host.contains("/") else {
            throw error("the host is missing or wrong", remedy: "write \(scheme)://HOST:PORT")
        }
        guard let portText else {
            if let defaultPort { return (Self.spelled(host), defaultPort) }
            throw error("the port is missing", remedy: "write \(scheme)://HOST:PORT; servers differ")
        }
        guard let port = UInt16(portText), port > 0 else {
            throw error("port \(portText) does not exist", remedy: "give 1 to 65535")
        }
        return (Self.spelled(host), port)
    }

    /// The one spelling of a host: two would be two lines to it. The name of an interface, behind a percent
    /// sign, is taken as written.
    private static func spelled(_ host: Substring) -> String {
        let name = host.prefix { $0 != "%" }
        let spelled = SocketAddress.spelling(numericHost: String(name)) ?? name.lowercased()
        return spelled + host[name.endIndex...]
    }

    func serialSettings(
        baud: Int, parity: SerialSettings.Parity, dataBits: Int = 8
    ) throws(TransportError) -> SerialSettings {
        guard target.hasPrefix("/"), target.count > 1 else {
            throw error("the tty is missing", remedy: "write \(scheme):///dev/serial/by-id/NAME")
        }
        let speed = try number("baud", SerialSettings.bauds, otherwise: baud)
        var chosen = parity
        if let written = options["parity"] {
            guard let named = SerialSettings.Parity(rawValue: written) else {
                throw error("parity \(written) does not exist", remedy: "give none, even or odd")
            }
            chosen = named
        }
        var settings = SerialSettings(
            path: target, baud: speed, parity: chosen,
            dataBits: try number("data", [7, 8], otherwise: dataBits),
            stopBits: try number("stop", [1, 2], otherwise: 1))
        settings.hasLocalEcho = try yes("echo")
        settings.switchesDirection = try yes("rs485")
        return settings
    }

    private func yes(_ name: String) throws(TransportError) -> Bool {
        switch options[name] {
        case "yes": return true
        case "no", nil: return false
        case let written?: throw error("\(name) \(written) does not exist", remedy: "give yes or no")
        }
    }

    /// Where a device dials in, and from which addresses.
    func dialIn(defaultPort: UInt16) throws(TransportError) -> DialInAddress {
        let (host, port) = try hostAndPort(defaultPort: defaultPort)
        guard SocketAddress(numericHost: host, port: port) != nil else {
            throw error("\(host) is no address to listen at", remedy: "write 0.0.0.0, or this machine's own")
        }
        let written = (options["from"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        var peers: [String] = []
        for peer in written {
            guard let spelled = SocketAddress.spelling(numericHost: String(peer)) else {
                throw error(
                    "from \(peer.isEmpty ? "nobody" : "\(peer)") cannot be allowed",
                    remedy: "write who may dial in, as ?from=10.0.0.25 or ?from=10.0.0.25,10.0.0.26")
            }
            peers.append(spelled)
        }
        guard peers.count <= DialInAddress.mostPeers else {
            throw error("\(peers.count) addresses may dial in", remedy: "give each device a port of its own")
        }
        return DialInAddress(host: host, port: port, peers: peers)
    }

    func usbDevice() throws(TransportError) -> USBDeviceAddress {
        let parts = target.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 4 && $0.first != "+" }),
            let vendor = UInt16(parts[0], radix: 16), let product = UInt16(parts[1], radix: 16)
        else {
            throw error(
                "vendor and product are wrong", remedy: "write usb:0c2e:0b6a, four hex digits each (lsusb)")
        }
        return USBDeviceAddress(
            vendor: vendor, product: product, serial: options["serial"], port: options["port"])
    }

    private func number(_ name: String, _ choices: [Int], otherwise: Int) throws(TransportError) -> Int {
        guard let written = options[name] else { return otherwise }
        guard let number = Int(written), choices.contains(number) else {
            let list = choices.map(String.init).joined(separator: ", ")
            throw error("\(name) \(written) does not exist", remedy: "give one of \(list)")
        }
        return number
    }
}
