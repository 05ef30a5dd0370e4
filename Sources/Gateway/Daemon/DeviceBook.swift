import Codecs
import Drivers
import Inspection
import Ledger
import Metrology
import Profiles
import Transports

/// Enters into the ledger what is written to devices, one audit entry a frame.
struct DeviceBook: Sendable {
    private let ledger: LedgerWriter
    private let log: EventLog
    /// The station that a device belongs to, by device.
    private let stations: [String: String]

    init(_ stations: [String: String], ledger: LedgerWriter, log: EventLog) {
        (self.stations, self.ledger, self.log) = (stations, ledger, log)
    }

    /// Returns once the entry is durable; false where the ledger takes nothing more.
    func enter(_ writing: DeviceWriting) async -> Bool {
        if let detail = writing.detail {
            log.say(.warning, "\(writing.purpose.rawValue): \(writing.outcome.rawValue): \(detail)")
        }
        var generator = SystemRandomNumberGenerator()
        let id = RecordID.make(at: writing.stamp.utc, using: &generator)
        do throws(LedgerError) {
            try await ledger.append([EntryDraft(kind: .audit, id: id, body: body(of: writing))])
            return true
        } catch {
            log.say(.error, "\(writing.device): what was written could not be recorded: \(error)")
            return false
        }
    }

    func body(of writing: DeviceWriting) -> JSONValue {
        let moment = Moment(stamp: writing.stamp, clock: ClockState.ofThisMachine())
        return AuditEvent.deviceWritten.body(
            at: moment, station: writing.author?.station ?? stations[writing.device],
            [
                "device": .string(writing.device), "purpose": .string(writing.purpose.rawValue),
                "cycle": .optional(writing.author?.cycle), "step": .optional(writing.author?.step),
                "operator": .optional(writing.author?.inspector),
                "outcome": .string(writing.outcome.rawValue), "detail": .optional(writing.detail),
                "values": .array(
                    writing.values.map { value in
                        [
                            "point": .string(value.point), "value": .string(value.value),
                            "unit": .optional(value.unit), "raw": .string(Hex.text(value.raw)),
                            "old": .optional(value.old),
                        ]
                    }),
            ])
    }
}

extension GatewayConfiguration {
    /// The station that a device belongs to, by device.
    var stationOfDevice: [String: String] {
        var found: [String: String] = [:]
        for station in stations {
            for device in station.bindings.values { found[device] = station.id }
        }
        return found
    }
}
