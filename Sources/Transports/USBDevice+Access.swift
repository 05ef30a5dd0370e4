internal import Glibc

extension USBDevice {
    /// What the kernel lets this process do with the device, and which of its drivers hold it.
    package var access: USBDiagnosis.Access {
        let mayOpen = node.map { Glibc.access($0, R_OK | W_OK) == 0 } ?? false
        let drivers = interfaces.compactMap { interface in
            driver(of: interface.number).map { (interface.number, $0) }
        }
        return USBDiagnosis.Access(
            mayOpen: mayOpen, drivers: Dictionary(drivers, uniquingKeysWith: { first, _ in first }))
    }

    /// The driver's name from sysfs. Devices with more than one configuration are rare; the kernel takes the
    /// first that it knows, which is nearly always number 1.
    private func driver(of interface: UInt8) -> String? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = target.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.map {
                    readlink("/sys/bus/usb/devices/\(port):1.\(interface)/driver", $0, buffer.count)
                } ?? -1
            }
        }
        guard count > 0 else { return nil }
        return target.prefix(count).split(separator: UInt8(ascii: "/")).last.map { Self.printable($0) }
    }
}
