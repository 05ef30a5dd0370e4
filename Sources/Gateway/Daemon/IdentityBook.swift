import Codecs
import Drivers
import Inspection
import Ledger
import Linux
import Metrology
import Profiles
import Transports

/// Keeps in the ledger who each device said it is, and makes it an event when another answers in its place,
/// also one that was put there while the gateway was off.
final class IdentityBook: Sendable {
    private struct Told: Sendable {
        let device: String
        let identity: DeviceIdentity
    }

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let log: EventLog
    /// Serial numbers that the configuration states, by device.
    private let stated: [String: String]
    private let current = Guarded<[String: DeviceIdentity]>([:])
    private let news: AsyncStream<Told>
    private let input: AsyncStream<Told>.Continuation

    /// What may wait to be written: each device tells once when it is set up, and there are at most as many.
    private static let newsLimit = 4_096

    init(
        _ devices: [DeviceConfiguration], ledger: LedgerWriter, time: any TimeSource, log: EventLog
    ) {
        (self.ledger, self.time, self.log) = (ledger, time, log)
        stated = Dictionary(
            devices.compactMap { device in device.serial.map { (device.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        (news, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.newsLimit))
    }

    /// Who answers in the place of `device` now.
    func identity(of device: String) -> DeviceIdentity { current.withLock { $0[device] ?? .unknown } }

    /// What people must know of `device`: that its serial number is not the stated one; nil where it is, or
    /// is not told.
    func doubt(of device: String) -> String? {
        guard let stated = stated[device], let told = identity(of: device)[.serial],
            !DeviceIdentity.isSame(told, stated)
        else { return nil }
        return "serial \(told) answers, \(stated) is configured: nothing that it measures passes"
    }

    /// Takes an event of `device`; all but its identity concern others.
    func note(_ event: DeviceEvent, of device: String) {
        guard case .identity(let identity) = event else { return }
        current.withLock { $0[device] = identity }
        if !identity.parts.isEmpty { input.yield(Told(device: device, identity: identity)) }
    }

    /// Writes what is told until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        for await told in news {
            let key = Self.key(told.device)
            let known = try ledger.reader.deviceState(key).map(DeviceIdentity.init(json:))
            let changes = known.map { told.identity.changes(since: $0) } ?? []
            let identity = told.identity.completed(by: known ?? .unknown)
            guard let event = Self.event(identity, since: known, changes) else {
                say(told, known, changes)
                continue
            }
            let now = time.now()
            let body = event.body(
                at: Moment(stamp: now, clock: ClockState.ofThisMachine()), station: nil,
                [
                    "device": .string(told.device), "old": known?.json ?? .null, "new": identity.json,
                    "changed": .array(changes.map { .string($0.rawValue) }),
                    "serial_stated": .optional(stated[told.device]),
                ])
            let id = RecordID.make(at: now.utc, using: &generator)
            try await ledger.append([
                EntryDraft(kind: .audit, id: id, body: body, deviceState: [key: identity.json])
            ])
            say(told, known, changes)
        }
    }

    /// What is new about `identity`; nil where nothing is but how often the device was used.
    private static func event(
        _ identity: DeviceIdentity, since known: DeviceIdentity?, _ changes: [DeviceIdentity.Part]
    ) -> AuditEvent? {
        guard let known else { return .deviceIdentified }
        if !changes.isEmpty { return .deviceIdentityChanged }
        // A part that was not told before is no change of device; it is kept all the same.
        if identity.parts != known.parts || known.facts.isEmpty != identity.facts.isEmpty {
            return .deviceIdentified
        }
        return identity.isServiced(since: known) ? .deviceServiced : nil
    }

    /// The state of a device beside that of its results; no asset id has a slash.
    private static func key(_ device: String) -> String { "\(device)/identity" }

    private func say(_ told: Told, _ known: DeviceIdentity?, _ changes: [DeviceIdentity.Part]) {
        let identity = told.identity
        if let known, !changes.isEmpty {
            let list = changes.map { "\($0.rawValue) \(known[$0] ?? "") became \(identity[$0] ?? "")" }
            log.say(.warning, "\(told.device): another device or firmware: \(list.joined(separator: ", "))")
        }
        if let doubt = doubt(of: told.device) { log.say(.error, "\(told.device): \(doubt)") }
    }
}
