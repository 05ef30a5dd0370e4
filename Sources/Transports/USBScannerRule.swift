package import Codecs

/// One line of the list of USB devices that may be opened: which one, in which mode, with which interfaces.
package struct USBScannerRule: Sendable, Equatable {
    package let address: USBDeviceAddress
    package let mode: USBScannerMode
    /// Every interface that the device may show; it may lack some.
    package let interfaces: [USBInterfaceKind]
    /// Most bytes of a mark; a longer one is refused whole.
    package let longestMark: Int

    /// The rule for `address`; no list of `interfaces` allows those alone that the mode needs.
    package init(
        address: USBDeviceAddress, mode: USBScannerMode, interfaces: [USBInterfaceKind]? = nil,
        longestMark: Int = HIDPOSReader.longestScan
    ) {
        (self.address, self.mode, self.longestMark) = (address, mode, longestMark)
        self.interfaces = interfaces ?? mode.ownInterfaces
    }

    /// What the rule says of a device.
    package enum Verdict: Sendable, Equatable {
        /// Another device: the rule does not speak of it.
        case unlisted
        /// Of the same maker, at the place of the rule, and with another product id: perhaps the same scanner
        /// in another mode. It is not opened.
        case otherProduct
        /// The device that is meant, and it is not to be opened: why, and what to do.
        case refused(reason: String)
        case listed
    }

    /// What may be done with `device`, by its descriptors alone.
    package func verdict(on device: USBDevice) -> Verdict {
        guard device.vendor == address.vendor, address.port == nil || address.port == device.port else {
            return .unlisted
        }
        guard device.product == address.product else { return .otherProduct }
        if let wanted = address.serial, let serial = device.serial, wanted != serial {
            return .refused(reason: otherSerial(device, serial))
        }
        guard device.interfaces.contains(where: mode.mayUse) else {
            return .refused(reason: otherMode(device))
        }
        let excess = excess(of: device)
        return excess.isEmpty ? .listed : .refused(reason: unlisted(device, excess))
    }

    /// The interfaces of `device` beyond those that are listed.
    private func excess(of device: USBDevice) -> [USBInterfaceKind] {
        var listed = interfaces
        return device.interfaces.map(\.kind).filter { kind in
            guard let index = listed.firstIndex(of: kind) else { return true }
            listed.remove(at: index)
            return false
        }
    }

    private func unlisted(_ device: USBDevice, _ excess: [USBInterfaceKind]) -> String {
        let shown = excess.map(\.rawValue).joined(separator: ", ")
        let all = device.interfaces.map(\.kind.rawValue).joined(separator: ", ")
        return
            "\(device.place) shows interfaces that are not listed (\(shown)) and is not opened: switch them "
            + "off in the scanner, or list all with `interfaces: [\(all)]` in its profile"
    }

    func otherSerial(_ device: USBDevice, _ serial: String?) -> String {
        "\(device.place) has serial number \(serial ?? "none"), not \(address.serial ?? "any")"
    }

    /// Why no interface of `device` can be used, and what to do.
    private func otherMode(_ device: USBDevice) -> String {
        let advice = "switch it to \(mode.title)"
        if device.interfaces.contains(where: { $0.kind == .keyboard }) {
            return "\(device.place) is a scanner in keyboard mode: \(advice)"
        }
        if device.interfaces.contains(where: \.isSerial) {
            return "\(device.place) is a scanner in serial mode: use a serial: link, or \(advice)"
        }
        return "\(device.place) has no \(mode.title) interface: switch the scanner to \(mode.title)"
    }
}
