internal import Codecs
package import Metrology

/// Decides which USB device is the scanner that a link means, and what its reports say.
///
/// It opens nothing but devices that its rule lists, takes the one interface that speaks as the scanner's
/// mode does, and takes none at all while two devices fit: nobody could say whose scans they are.
package struct USBScannerMachine: Sendable {
    /// What the machine is told.
    package enum Input: Sendable {
        case bus(USBBusEvent)
        /// From the line that was asked for with this number.
        case line(USBLineEvent, number: Int)
        /// A wake-up that was asked for is due.
        case tick(Stamp)
        /// Nothing more is read.
        case stopped
        /// What the scanner is to be told of the mark that was read then, or of what was no mark for nil.
        case answer([UInt8], to: Stamp?)
    }

    /// What it asks for.
    package enum Action: Sendable, Equatable {
        case open(USBLineRequest, number: Int)
        /// Closes the line with this number.
        case close(number: Int)
        /// Sends these bytes over the line with this number.
        case send([UInt8], number: Int)
        case tell(ScannerEvent)
        /// Send a tick when so many nanoseconds have passed from now.
        case wake(afterNanoseconds: Int64)
    }

    /// Devices of the link's vendor that are remembered: as many as the bus keeps track of, so that none
    /// crowds the scanner out.
    private static let mostDevices = 1_024

    private enum Phase {
        /// No device that could be the scanner, or too many.
        case idle
        /// Waits for the line to say `opened`, or to end after it was refused.
        case opening(USBDevice, interface: USBInterface, refusal: String?)
        case reading(USBDevice, USBScanReader)
        /// Waits for the line's last word after `close`.
        case closing
        /// Opening failed; it is tried again at the next tick.
        case waiting
    }

    private let device: String
    private let rule: USBScannerRule
    private var address: USBDeviceAddress { rule.address }
    private var phase = Phase.idle
    /// Number of the line that counts; what others say comes too late.
    private var number = 0
    private var present: [USBDevice] = []
    /// Why a device that is plugged in is not used, by its id; forgotten when it leaves.
    private var refused: [UInt64: String] = [:]
    /// The scanner that was read last; whether another one is in its place is told by it.
    private var lastRead: USBIdentity?
    /// Interfaces of the present candidate that turned out not to speak in the scanner's mode.
    private var tried: Set<UInt8> = []
    /// What the scanner sent last on this line, and may wait for an answer to.
    private var awaited = AwaitedAnswer.nothing
    private var backoff = USBBackoff()
    private var lastRefusal: String?

    /// A machine for the scanner with asset id `device`, which `rule` lists; `known` is the one that was read
    /// last, before the gateway was stopped.
    package init(device: String, rule: USBScannerRule, known: USBIdentity? = nil) {
        (self.device, self.rule, lastRead) = (device, rule, known)
    }

    /// What to do after `input`.
    package mutating func take(_ input: Input) -> [Action] {
        switch input {
        case .bus(.arrived(let device)): return arrived(device)
        case .bus(.left(let device)): return left(device)
        case .bus(.failed(let error)): return refuse(error.description)
        case .line(let event, let number): return number == self.number ? line(event) : []
        case .tick(let stamp):
            if case .reading(let source, let reader) = phase { return silence(source, reader, stamp) }
            guard case .waiting = phase else { return [] }
            phase = .idle
            return settle()
        case .stopped:
            guard case .reading(_, let reader) = phase, reader.hasBegun else { return [] }
            return [.tell(.misread(reason: ScannerEvent.stoppedMidScan))]
        case .answer(let bytes, let stamp):
            // A HID has no way to be told.
            guard case .serial = rule.mode, case .reading = phase, awaited == AwaitedAnswer(to: stamp)
            else { return [] }
            return [.send(bytes, number: number)]
        }
    }

    // MARK: what is plugged in

    private mutating func arrived(_ device: USBDevice) -> [Action] {
        guard device.vendor == address.vendor, present.count < Self.mostDevices,
            !present.contains(where: { $0.id == device.id })
        else { return [] }
        present.append(device)
        return settle() + noticeRefused(device)
    }

    /// A device that is refused beside a scanner that is read goes unused, but not unsaid.
    private func noticeRefused(_ device: USBDevice) -> [Action] {
        guard case .reading = phase, case .refused(let reason) = rule.verdict(on: device),
            address.serial == nil || address.serial == device.serial
        else { return [] }
        return [.tell(.noticed(reason: reason, who: device.identity))]
    }

    private mutating func left(_ device: USBDevice) -> [Action] {
        present.removeAll { $0.id == device.id }
        refused[device.id] = nil
        lastRefusal = nil
        // A line that is open ends by itself, and says so.
        return settle()
    }

    private var candidates: [USBDevice] {
        present.filter { refused[$0.id] == nil && rule.verdict(on: $0) == .listed }
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

    /// Says why a device that could be the scanner is not used: its product id changes with its mode.
    private mutating func explainAbsence() -> [Action] {
        let verdicts = present.map { ($0, rule.verdict(on: $0)) }
        for case (let device, .refused(let reason)) in verdicts { return refuse(reason, device) }
        let isThere = present.contains { refused[$0.id] != nil }
        guard !isThere, let other = verdicts.last(where: { $0.1 == .otherProduct })?.0 else { return [] }
        if let lastRead, other.product != lastRead.product,
            other.port == lastRead.port || other.identity.isPerhaps(lastRead)
        {
            return refuse(
                "\(other.place) came in the place of \(lastRead.place): the scanner was re-programmed, or it "
                    + "is another one. It is a new device: switch it to \(rule.mode.title), or name it in "
                    + "the link", other)
        }
        let isKeyboard = other.interfaces.contains { $0.kind == .keyboard }
        let mode =
            isKeyboard ? "a scanner in keyboard mode" : "another product, or the scanner in another mode"
        return refuse(
            "\(other.place) is \(mode), not \(address): switch it to \(rule.mode.title), or name it in the "
                + "link", other)
    }

    // MARK: opening

    /// Opens the next interface of `device` that may be the scanner's; `refusal` says what was wrong with the
    /// last one.
    private mutating func open(_ device: USBDevice, after refusal: String? = nil) -> [Action] {
        let usable = device.interfaces.first { rule.mode.mayUse($0) && !tried.contains($0.number) }
        guard let usable else {
            return reject(device, "\(device.place): \(refusal ?? "it has no interface that can be used")")
        }
        let line: USBLineRequest.SerialPart?
        switch part(of: device, usable) {
        case .failure(let refusal): return reject(device, "\(device.place): \(refusal.what)")
        case .success(let part): line = part
        }
        number += 1
        phase = .opening(device, interface: usable, refusal: nil)
        let request = USBLineRequest(device: device, interface: usable, serial: address.serial, line: line)
        return [.open(request, number: number)]
    }

    /// The data interface that belongs to the control interface of a serial line; nil for a HID.
    private func part(
        of device: USBDevice, _ control: USBInterface
    ) -> Result<USBLineRequest.SerialPart?, HIDError> {
        guard case .serial(_, let coding) = rule.mode else { return .success(nil) }
        // USB CDC 1.2, section 5.2.3.2: the union descriptor names it; without one it is the next.
        let number = control.dataInterface ?? control.number &+ 1
        let data = device.interfaces.first {
            $0.number == number && $0.kind == .cdcData && $0.bulkIn != nil && !$0.isAlternate
        }
        guard let data else {
            return .failure(HIDError("its serial line has no data interface: update the scanner", at: 0))
        }
        return .success(USBLineRequest.SerialPart(data: data, coding: coding))
    }

    /// Leaves `device` alone as long as it is plugged in.
    private mutating func reject(_ device: USBDevice, _ reason: String) -> [Action] {
        refused[device.id] = reason
        phase = .idle
        return refuse(reason, device) + (candidates.isEmpty ? [] : settle())
    }

    private mutating func refuse(_ reason: String, _ device: USBDevice? = nil) -> [Action] {
        guard reason != lastRefusal else { return [] }
        lastRefusal = reason
        return [.tell(.refused(reason: reason, who: device?.identity))]
    }

    // MARK: the line

    private mutating func line(_ event: USBLineEvent) -> [Action] {
        switch event {
        case .opened(let descriptor): return opened(descriptor)
        case .report(let bytes, let stamp): return report(bytes, stamp)
        case .notification(let bytes, let stamp):
            guard case .reading(let source, var reader) = phase else { return [] }
            let fault = reader.note(bytes, at: stamp)
            phase = .reading(source, reader)
            return fault.map { [.tell(.leftOut(reason: $0))] } ?? []
        case .unsent(let reason): return [.tell(.unanswered(reason: reason))]
        case .ended(let end): return ended(end)
        }
    }

    private mutating func opened(_ descriptor: [UInt8]) -> [Action] {
        guard case .opening(let device, let interface, _) = phase else { return [] }
        do throws(HIDError) {
            phase = .reading(device, try USBScanReader(rule.mode, interface, descriptor: descriptor))
        } catch {
            tried.insert(interface.number)
            phase = .opening(device, interface: interface, refusal: error.what)
            return [.close(number: number)]
        }
        backoff = USBBackoff()
        (lastRefusal, awaited) = (nil, .nothing)
        let (who, before) = (device.identity, lastRead)
        lastRead = who
        let change = before.flatMap { who.change(since: $0) }
        return (change.map { [.tell(.noticed(reason: $0, who: who, before: before))] } ?? [])
            + [.tell(.connected(place: device.place, who: who))]
    }

    private mutating func report(_ bytes: [UInt8], _ stamp: Stamp) -> [Action] {
        guard case .reading(let source, var reader) = phase else { return [] }
        let before = reader.deadline
        let events = reader.take(bytes, at: stamp, from: device)
        phase = .reading(source, reader)
        // Bytes that come later move the deadline: the tick looks at it again.
        let wake = before == nil ? wake(reader, stamp) : []
        return told(events) + wake
    }

    /// A line that only silence ends, or breaks off, may be at its end.
    private mutating func silence(
        _ source: USBDevice, _ reader: USBScanReader, _ stamp: Stamp
    ) -> [Action] {
        guard reader.deadline != nil else { return [] }
        var reader = reader
        let events = reader.take([], at: stamp, from: device)
        phase = .reading(source, reader)
        return told(events) + wake(reader, stamp)
    }

    private mutating func told(_ events: [ScannerEvent]) -> [Action] {
        events.map { event in
            let event = bounded(event)
            awaited.note(event)
            return .tell(event)
        }
    }

    private func bounded(_ event: ScannerEvent) -> ScannerEvent {
        guard case .read(let read) = event, read.bytes.count > rule.longestMark else { return event }
        return .misread(
            reason: "a mark of \(read.bytes.count) bytes; the profile allows \(rule.longestMark)",
            bytes: read.bytes)
    }

    private func wake(_ reader: USBScanReader, _ stamp: Stamp) -> [Action] {
        guard let deadline = reader.deadline else { return [] }
        let pause = deadline.subtractingReportingOverflow(stamp.monotonicNanoseconds).partialValue
        return [.wake(afterNanoseconds: max(1, pause))]
    }

    private mutating func ended(_ end: USBLineEvent.End) -> [Action] {
        let before = phase
        phase = .idle
        switch (before, end) {
        case (.opening(let device, _, let refusal?), .closed):
            return open(device, after: refusal)
        case (.opening(let device, _, _), .otherSerial(let serial)):
            return reject(
                device, rule.otherSerial(device, serial))
        case (.opening(let device, _, _), .failed(let error)),
            (.reading(let device, _), .failed(let error)):
            return lost(before, "the line failed") + retry(device, error)
        case (.opening(let device, _, _), _), (.reading(let device, _), _):
            if end == .unplugged { present.removeAll { $0.id == device.id } }
            // Closed though nobody asked: the bus has stopped, and nothing is there any more.
            if end == .closed { present = [] }
            return lost(before, "the scanner was unplugged") + settle()
        default: return settle()
        }
    }

    private func lost(_ before: Phase, _ reason: String) -> [Action] {
        guard case .reading(_, let reader) = before else { return [] }
        let suffix = reader.hasBegun ? " in the middle of a scan: scan again" : ""
        return [.tell(.unplugged(reason: reason + suffix))]
    }

    private mutating func retry(_ device: USBDevice, _ error: TransportError) -> [Action] {
        guard present.contains(where: { $0.id == device.id }) else { return settle() }
        phase = .waiting
        return refuse(error.description, device) + [.wake(afterNanoseconds: backoff.next())]
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
