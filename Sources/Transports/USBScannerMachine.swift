internal import Codecs
internal import Metrology

/// Decides which USB device is the scanner that a link means, and what its reports say.
///
/// It opens nothing but devices of the link's vendor and product (and port), takes the one interface that is
/// HID POS, and takes none at all while two devices fit: nobody could say whose scans they are.
package struct USBScannerMachine: Sendable {
    /// What the machine is told.
    package enum Input: Sendable {
        case bus(USBBusEvent)
        /// From the line that was asked for with this number.
        case line(USBLineEvent, number: Int)
        /// A wake-up that was asked for is due.
        case tick
    }

    /// What it asks for.
    package enum Action: Sendable, Equatable {
        case open(USBLineRequest, number: Int)
        /// Closes the line with this number.
        case close(number: Int)
        case tell(ScannerEvent)
        /// Send a tick when so many nanoseconds have passed from now.
        case wake(afterNanoseconds: Int64)
    }

    /// Devices of the link's vendor that are remembered; more than any hub tree holds (USB 2.0: 127).
    private static let mostDevices = 127

    private enum Phase {
        /// No device that could be the scanner, or too many.
        case idle
        /// Waits for the line to say `opened`, or to end after it was refused.
        case opening(USBDevice, interface: USBInterface, refusal: String?)
        case reading(USBDevice, HIDPOSReader, hasBegun: Bool)
        /// Waits for the line's last word after `close`.
        case closing
        /// Opening failed; it is tried again at the next tick.
        case waiting
    }

    private let device: String
    private let address: USBDeviceAddress
    private var phase = Phase.idle
    /// Number of the line that counts; what others say comes too late.
    private var number = 0
    private var present: [USBDevice] = []
    /// Why a device that is plugged in is not used, by its id; forgotten when it leaves.
    private var refused: [UInt64: String] = [:]
    /// Interfaces of the present candidate that turned out not to be HID POS.
    private var tried: Set<UInt8> = []
    private var backoff = USBBackoff()
    private var lastRefusal: String?

    /// A machine for the scanner with asset id `device` at `address`.
    package init(device: String, address: USBDeviceAddress) {
        (self.device, self.address) = (device, address)
    }

    /// What to do after `input`.
    package mutating func take(_ input: Input) -> [Action] {
        switch input {
        case .bus(.arrived(let device)): return arrived(device)
        case .bus(.left(let device)): return left(device)
        case .bus(.failed(let error)): return refuse(error.description)
        case .line(let event, let number): return number == self.number ? line(event) : []
        case .tick:
            guard case .waiting = phase else { return [] }
            phase = .idle
            return settle()
        }
    }

    // MARK: what is plugged in

    private mutating func arrived(_ device: USBDevice) -> [Action] {
        guard device.vendor == address.vendor, present.count < Self.mostDevices,
            !present.contains(where: { $0.id == device.id })
        else { return [] }
        present.append(device)
        return settle()
    }

    private mutating func left(_ device: USBDevice) -> [Action] {
        present.removeAll { $0.id == device.id }
        refused[device.id] = nil
        lastRefusal = nil
        // A line that is open ends by itself, and says so.
        return settle()
    }

    private var candidates: [USBDevice] {
        present.filter {
            $0.product == address.product && (address.port == nil || $0.port == address.port)
                && refused[$0.id] == nil
        }
    }

    /// Moves towards the one device that fits.
    private mutating func settle() -> [Action] {
        let candidates = candidates
        let isAmbiguous = candidates.count > 1 && address.serial == nil
        switch phase {
        case .opening, .reading:
            guard isAmbiguous else { return [] }
            phase = .closing
            return [.close(number: number)] + refuse(ambiguity(candidates))
        case .closing, .waiting: return []
        case .idle:
            if isAmbiguous { return refuse(ambiguity(candidates)) }
            guard let device = candidates.first else { return explainAbsence() }
            tried = []
            return open(device)
        }
    }

    private func ambiguity(_ devices: [USBDevice]) -> String {
        let places = devices.map(\.port).sorted().joined(separator: ", ")
        return "\(devices.count) devices are \(address) (ports \(places)): name one with serial= or port="
    }

    /// Says why a device of the right maker is not the scanner: its product id changes with its mode.
    private mutating func explainAbsence() -> [Action] {
        guard let other = present.last(where: { $0.product != address.product }),
            present.allSatisfy({
                $0.product != address.product
            })
        else { return [] }
        let mode =
            other.interfaces.contains(where: \.isBootKeyboard)
            ? "a scanner in keyboard mode" : "another product, or the scanner in another mode"
        return refuse(
            "\(other.place) is \(mode), not \(address): switch it to HID POS, or name it in the link")
    }

    // MARK: opening

    /// Opens the next interface of `device` that may be the scanner's; `refusal` says what was wrong with the
    /// last one.
    private mutating func open(_ device: USBDevice, after refusal: String? = nil) -> [Action] {
        let usable = device.interfaces.first {
            $0.isHID && !$0.isBootKeyboard && $0.interruptIn != nil && !tried.contains($0.number)
        }
        guard let usable else { return reject(device, Self.reasonAgainst(device, refusal)) }
        number += 1
        phase = .opening(device, interface: usable, refusal: nil)
        let request = USBLineRequest(device: device, interface: usable, serial: address.serial)
        return [.open(request, number: number)]
    }

    private static func reasonAgainst(_ device: USBDevice, _ refusal: String?) -> String {
        if device.interfaces.contains(where: \.isBootKeyboard) {
            return "\(device.place) is a scanner in keyboard mode: switch it to HID POS"
        }
        if device.interfaces.contains(where: \.isSerial) {
            return "\(device.place) is a scanner in serial mode: use a serial: link, or switch it to HID POS"
        }
        guard let refusal else {
            return "\(device.place) has no HID POS interface: switch the scanner to HID POS"
        }
        return "\(device.place): \(refusal)"
    }

    /// Leaves `device` alone as long as it is plugged in.
    private mutating func reject(_ device: USBDevice, _ reason: String) -> [Action] {
        refused[device.id] = reason
        phase = .idle
        return refuse(reason) + (candidates.isEmpty ? [] : settle())
    }

    private mutating func refuse(_ reason: String) -> [Action] {
        guard reason != lastRefusal else { return [] }
        lastRefusal = reason
        return [.tell(.refused(reason: reason))]
    }

    // MARK: the line

    private mutating func line(_ event: USBLineEvent) -> [Action] {
        switch event {
        case .opened(let descriptor): return opened(descriptor)
        case .report(let bytes, let stamp): return report(bytes, stamp)
        case .ended(let end): return ended(end)
        }
    }

    private mutating func opened(_ descriptor: [UInt8]) -> [Action] {
        guard case .opening(let device, let interface, _) = phase else { return [] }
        do throws(HIDError) {
            let layout = try HIDPOSLayout(try HIDReportDescriptor(descriptor))
            phase = .reading(device, HIDPOSReader(layout), hasBegun: false)
        } catch {
            tried.insert(interface.number)
            phase = .opening(device, interface: interface, refusal: error.what)
            return [.close(number: number)]
        }
        backoff = USBBackoff()
        lastRefusal = nil
        return [.tell(.connected(place: device.place))]
    }

    private mutating func report(_ bytes: [UInt8], _ stamp: Stamp) -> [Action] {
        guard case .reading(let source, var reader, _) = phase, reader.layout.carriesScan(bytes) else {
            return []
        }
        var actions: [Action] = []
        do throws(HIDError) {
            if let scan = try reader.take(bytes, at: stamp.monotonicNanoseconds) {
                let read = ScanRead(
                    bytes: scan.bytes, symbology: scan.symbology, stamp: stamp, device: device)
                actions = [.tell(.read(read))]
            }
        } catch { actions = [.tell(.misread(reason: error.what))] }
        phase = .reading(source, reader, hasBegun: reader.hasBegun)
        return actions
    }

    private mutating func ended(_ end: USBLineEvent.End) -> [Action] {
        let before = phase
        phase = .idle
        switch (before, end) {
        case (.opening(let device, _, let refusal?), .closed):
            return open(device, after: refusal)
        case (.opening(let device, _, _), .otherSerial(let serial)):
            return reject(
                device,
                "\(device.place) has serial number \(serial ?? "none"), not \(address.serial ?? "any")")
        case (.opening(let device, _, _), .failed(let error)),
            (.reading(let device, _, _), .failed(let error)):
            return lost(before, "the line failed") + retry(device, error)
        case (.opening(let device, _, _), _), (.reading(let device, _, _), _):
            if end == .unplugged { present.removeAll { $0.id == device.id } }
            // Closed though nobody asked: the bus has stopped, and nothing is there any more.
            if end == .closed { present = [] }
            return lost(before, "the scanner was unplugged") + settle()
        default: return settle()
        }
    }

    private func lost(_ before: Phase, _ reason: String) -> [Action] {
        guard case .reading(_, _, let hasBegun) = before else { return [] }
        let suffix = hasBegun ? " in the middle of a scan: scan again" : ""
        return [.tell(.unplugged(reason: reason + suffix))]
    }

    private mutating func retry(_ device: USBDevice, _ error: TransportError) -> [Action] {
        guard present.contains(where: { $0.id == device.id }) else { return settle() }
        phase = .waiting
        return refuse(error.description) + [.wake(afterNanoseconds: backoff.next())]
    }
}

/// How long to wait before a device that would not open is tried again: 0.5 s, doubled up to 16 s.
struct USBBackoff: Sendable {
    private var nanoseconds: Int64 = 500_000_000

    mutating func next() -> Int64 {
        defer { nanoseconds = min(nanoseconds * 2, 16_000_000_000) }
        return nanoseconds
    }
}
