internal import Codecs

/// Says why a USB scanner is not read, and what a person can do about it.
package struct USBDiagnosis: Sendable, Equatable {
    /// Something that is wrong, or that a person should know.
    package struct Finding: Sendable, Equatable {
        package let what: String
        /// What to do about it.
        package let remedy: String
        /// Whether the scanner cannot be read before that is done.
        package let isFault: Bool

        package init(what: String, remedy: String, isFault: Bool) {
            (self.what, self.remedy, self.isFault) = (what, remedy, isFault)
        }
    }

    /// What the kernel says of a device that is plugged in.
    package struct Access: Sendable, Equatable {
        /// Whether this process may open it for reading and writing.
        package let mayOpen: Bool
        /// Names of the kernel's drivers that hold interfaces, by the interface's number.
        package let drivers: [UInt8: String]

        package init(mayOpen: Bool, drivers: [UInt8: String]) {
            (self.mayOpen, self.drivers) = (mayOpen, drivers)
        }
    }

    package let findings: [Finding]

    /// The diagnosis for the scanner of `rule` among `devices`, all that are plugged in.
    package init(
        of rule: USBScannerRule, among devices: [USBDevice], access: (USBDevice) -> Access
    ) {
        let listed = devices.filter { rule.verdict(on: $0) == .listed }
        var findings: [Finding] = []
        if case .keyboard = rule.mode {
            findings.append(
                Finding(
                    what: "\(rule.address) is read in keyboard mode: GS, RS and EOT are lost on the way, and "
                        + "marks of ISO/IEC 15434 and GS1 are refused",
                    remedy: "switch it to HID POS or USB serial, and give it that profile", isFault: false))
        }
        if listed.isEmpty {
            findings.append(Self.absence(of: rule, among: devices))
        } else if listed.count > 1, rule.address.serial == nil {
            let ports = listed.map(\.port).sorted().joined(separator: ", ")
            findings.append(
                Finding(
                    what: "\(listed.count) devices are \(rule.address) (ports \(ports))",
                    remedy: "name one with serial= or port= in the link", isFault: true))
        }
        for device in listed { findings += Self.findings(on: device, access(device)) }
        self.findings = findings
    }

    private static func absence(of rule: USBScannerRule, among devices: [USBDevice]) -> Finding {
        for device in devices {
            guard case .refused(let reason) = rule.verdict(on: device) else { continue }
            return Finding(what: "it is refused", remedy: reason, isFault: true)
        }
        if let other = devices.first(where: { rule.verdict(on: $0) == .otherProduct }) {
            let kinds = other.interfaces.map(\.kind.rawValue).joined(separator: ", ")
            return Finding(
                what:
                    "\(rule.address) is not plugged in, but \(other.place) of the same maker is (\(kinds)): "
                    + "a scanner's product id changes with its mode",
                remedy:
                    "switch it to \(rule.mode.title), or write \(other.place.prefix { $0 != " " }) into the "
                    + "link, with a profile of that mode", isFault: true)
        }
        return Finding(
            what: "\(rule.address) is not plugged in",
            remedy: "look at cable and hub, and compare the ids with `lsusb`", isFault: true)
    }

    private static func findings(on device: USBDevice, _ access: Access) -> [Finding] {
        var findings: [Finding] = []
        if !access.mayOpen {
            findings.append(
                Finding(
                    what: "this user may not open \(device.place) (\(device.node ?? "no file"))",
                    remedy: "as root, write the line \(udevRule(device)) into "
                        + "/etc/udev/rules.d/70-plumbline.rules, run `udevadm control --reload` and "
                        + "`udevadm trigger`, and put the user into group dialout", isFault: true))
        }
        for (number, driver) in access.drivers.sorted(by: { $0.key < $1.key }) where driver != "usbfs" {
            let isTyping = device.interfaces.contains { $0.number == number && $0.kind == .keyboard }
            findings.append(
                Finding(
                    what: "the kernel's driver \(driver) holds interface \(number) of \(device.place)"
                        + (isTyping ? ": what it scans is typed into this machine's console" : ""),
                    remedy: "nothing: the gateway takes it away while it runs, and gives it back",
                    isFault: false))
        }
        return findings
    }

    /// The udev rule that lets group `dialout` open devices like `device`, and keeps ModemManager from
    /// probing them.
    package static func udevRule(_ device: USBDevice) -> String {
        let ids = USBDeviceAddress(vendor: device.vendor, product: device.product).description.split(
            separator: ":")
        return "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"\(ids[1])\", ATTR{idProduct}==\"\(ids[2])\", "
            + "MODE=\"0660\", GROUP=\"dialout\", ENV{ID_MM_DEVICE_IGNORE}=\"1\""
    }
}
