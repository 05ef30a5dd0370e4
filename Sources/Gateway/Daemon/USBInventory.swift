package import Codecs
internal import Linux
package import Transports

/// What is plugged into the USB of this machine, and what the configuration makes of it.
package final class USBInventory: Sendable {
    private let devices = Guarded<[USBDevice]>([])
    private let rules: [(scanner: String, rule: USBScannerRule)]
    private let watch = Guarded<(any USBWatch)?>(nil)

    /// USB addresses are seven bits, and no machine here has eight buses.
    private static let mostDevices = 1_024

    /// Follows `bus`; `rules` list what may be opened, and for which scanner.
    package init(_ bus: any USBBus, rules: [(scanner: String, rule: USBScannerRule)]) {
        self.rules = rules
        let ticket = bus.watch { [weak self] event in self?.take(event) }
        watch.withLock { $0 = ticket }
    }

    deinit { watch.withLock { $0 }?.cancel() }

    private func take(_ event: USBBusEvent) {
        devices.withLock { devices in
            switch event {
            case .arrived(let device):
                if devices.count < Self.mostDevices { devices.append(device) }
            case .left(let device): devices.removeAll { $0.id == device.id }
            case .failed: break
            }
        }
    }

    /// Every device with its ids, port and interfaces, and whether it is opened, listed, refused or unlisted
    /// and why; `opened` says where each scanner is read.
    package func json(opened: [String: String]) -> JSONValue {
        let devices = devices.withLock { $0 }
        return .array(devices.sorted { $0.port < $1.port }.map { json($0, opened) })
    }

    private func json(_ device: USBDevice, _ opened: [String: String]) -> JSONValue {
        let judgement = judgement(on: device, opened)
        let id = USBDeviceAddress(vendor: device.vendor, product: device.product).description.dropFirst(4)
        return [
            "usb": .string(String(id)), "serial": .optional(device.serial), "port": .string(device.port),
            "interfaces": .array(device.interfaces.map { .string($0.kind.rawValue) }),
            "state": .string(judgement.state), "device": .optional(judgement.scanner),
            "detail": .optional(judgement.detail),
        ]
    }

    private func judgement(
        on device: USBDevice, _ opened: [String: String]
    ) -> (state: String, scanner: String?, detail: String?) {
        var other: (state: String, scanner: String?, detail: String?) = ("unlisted", nil, nil)
        for (scanner, rule) in rules {
            switch rule.verdict(on: device) {
            case .unlisted: break
            case .listed:
                let isOpen = opened[scanner] == device.place
                return (isOpen ? "opened" : "listed", scanner, nil)
            case .refused(let reason): other = ("refused", scanner, reason)
            case .otherProduct:
                guard other.scanner == nil else { continue }
                let detail = "of the maker of \(scanner), with another product id: perhaps in another mode"
                other = ("unlisted", nil, detail)
            }
        }
        return other
    }
}
