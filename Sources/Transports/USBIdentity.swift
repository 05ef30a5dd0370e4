package import Codecs

/// Which device on USB a scanner is, as far as that can be told without opening it: what is kept of it while
/// it is away, so that another one in its place is known.
package struct USBIdentity: Sendable, Equatable {
    package let vendor: UInt16
    package let product: UInt16
    /// Nil where the device has none; then only its port tells it from others of its model.
    package let serial: String?
    /// The path of ports from the root hub, `1-2.3`.
    package let port: String
    /// What it shows, sorted: a scanner that is set to another mode shows something else.
    package let interfaces: [USBInterfaceKind]

    package init(
        vendor: UInt16, product: UInt16, serial: String?, port: String, interfaces: [USBInterfaceKind]
    ) {
        (self.vendor, self.product, self.serial, self.port) = (vendor, product, serial, port)
        self.interfaces = interfaces.sorted()
    }

    /// `usb:0c2e:0b6a at port 1-2.3`
    package var place: String { "\(model) at port \(port)" }

    /// `usb:0c2e:0b6a`
    private var model: String { USBDeviceAddress(vendor: vendor, product: product).description }

    private var who: String { serial.map { "serial number \($0)" } ?? "without a serial number" }

    private var kinds: String { interfaces.map(\.rawValue).joined(separator: ", ") }

    /// What a person should know of this scanner, which is read where `known` was read before; nil where it
    /// is the same, at the same place and in the same mode.
    func change(since known: USBIdentity) -> String? {
        guard self != known else { return nil }
        if (vendor, product) != (known.vendor, known.product) {
            return isPerhaps(known)
                ? "the scanner (\(who)) was re-programmed: \(place), before it \(known.place)"
                : "another scanner (\(who)): \(place), before it \(known.place) (\(known.who))"
        }
        if serial != known.serial {
            let (new, old) = (serial ?? "none", known.serial ?? "none")
            return "another scanner at \(place): serial number \(new), before it \(old)"
        }
        if interfaces != known.interfaces {
            return "the scanner (\(who)) at \(place) was re-programmed: it shows \(kinds), before it "
                + known.kinds
        }
        return "the scanner (\(who)) moved from port \(known.port) to port \(port)"
    }

    /// Whether this device, of another product, may be the one that was `known`: its product id changes with
    /// its mode, its serial number does not, and without one the port is all there is.
    func isPerhaps(_ known: USBIdentity) -> Bool {
        guard product != known.product, vendor == known.vendor else { return false }
        guard let serial, let old = known.serial else { return port == known.port }
        return serial == old
    }

    /// As entries of the ledger have it.
    package var json: JSONValue {
        [
            "usb": .string(String(model.dropFirst(4))), "serial": .optional(serial), "port": .string(port),
            "interfaces": .array(interfaces.map { .string($0.rawValue) }),
        ]
    }

    /// The identity that `json` wrote; nil for anything else.
    package init?(json: JSONValue) {
        let ids = json["usb"]?.text?.split(separator: ":").compactMap { UInt16($0, radix: 16) } ?? []
        guard ids.count == 2, let port = json["port"]?.text, let kinds = json["interfaces"]?.elements
        else { return nil }
        self.init(
            vendor: ids[0], product: ids[1], serial: json["serial"]?.text, port: port,
            interfaces: kinds.compactMap { $0.text.flatMap(USBInterfaceKind.init(rawValue:)) })
    }
}

extension USBDevice {
    /// Who the device is.
    package var identity: USBIdentity {
        USBIdentity(
            vendor: vendor, product: product, serial: serial, port: port, interfaces: interfaces.map(\.kind))
    }
}
