/// What a configuration can say about a link without opening it: its scheme. What follows is for the
/// transport that speaks it to parse.
package enum LinkText {
    /// Schemes of links, and which devices are reached by them.
    enum Scheme: String, CaseIterable {
        case modbusTCP = "modbus+tcp"
        case modbusRTU = "modbus+rtu"
        case modbusASCII = "modbus+ascii"
        case modbusRTUoverTCP = "modbus+rtu+tcp"
        case serial
        case openProtocol = "openprotocol"
        case openProtocolListen = "openprotocol-listen"
        case tcp
        case usb
    }

    /// The scheme of a link; nil where it has none that is known.
    static func scheme(_ link: String) -> Scheme? {
        guard let colon = link.firstIndex(of: ":") else { return nil }
        return Scheme(rawValue: String(link[..<colon]))
    }

    /// Schemes by which a device of this profile can be reached.
    static func schemes(for speech: DeviceProfile.Speech) -> [Scheme] {
        switch speech {
        case .modbus: [.modbusTCP, .modbusRTU, .modbusASCII, .modbusRTUoverTCP]
        case .lines: [.serial, .tcp]
        case .torque(let torque):
            torque.framing == nil ? [.openProtocol, .openProtocolListen] : [.serial]
        case .scanner(let scanner):
            switch scanner.transport {
            case .hidPOS, .hidKeyboard: [.usb]
            case .serial: [.serial, .usb]
            }
        }
    }

    /// What to write instead where a device of this profile is not reached by `scheme`.
    static func remedy(_ speech: DeviceProfile.Speech, _ scheme: Scheme) -> String {
        let fitting = schemes(for: speech).map(\.rawValue).joined(separator: ", ")
        guard case .torque(let torque) = speech,
            [.serial, .openProtocol, .openProtocolListen].contains(scheme)
        else {
            return "use \(fitting)"
        }
        return torque.framing == nil
            ? "use \(fitting), or a profile with `framing`" : "use \(fitting), or a profile without `framing`"
    }
}

extension YAMLForm where Value == String {
    /// A link with a known scheme, in printable ASCII.
    static var link: YAMLForm {
        YAMLForm("a link such as \"modbus+tcp://10.0.0.7:502?unit=1\"") { node, faults in
            guard let text = node.text, (1...500).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                faults.fault(
                    node.place, "\(node.form) is no link",
                    "write one such as \"modbus+tcp://10.0.0.7:502?unit=1\"")
                return nil
            }
            guard LinkText.scheme(text) != nil else {
                let scheme = text.prefix { $0 != ":" }
                faults.fault(
                    node.place, "link \(Wording.quoted(text)) has no known scheme",
                    NearestName.remedy(for: String(scheme), among: LinkText.Scheme.allCases.map(\.rawValue)))
                return nil
            }
            return text
        }
    }
}
