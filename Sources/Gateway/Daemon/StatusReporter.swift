import Codecs
import Drivers
import Inspection
import Ledger
import Metrology
import Profiles
import Transports

/// Collects what status, devices and metrics show, from the parts that know it.
struct StatusReporter: Sendable {
    let parts: GatewayParts
    let ledger: LedgerWriter
    let counters: InspectionCounters
    let board: StatusBoard
    let time: any TimeSource
    let started: Stamp
    let site: String
    let gateway: String

    /// Renews the board. Throws where the ledger cannot be read.
    func renew() async throws {
        var devices: [JSONValue] = []
        var states: [(id: String, status: DeviceStatus, link: LinkStatus)] = []
        for running in parts.devices {
            let status = await running.device.status
            let link = running.linkStatus()
            devices.append(json(running, status, link))
            states.append((running.configuration.id, status, link))
        }
        let scanners = parts.scanners.map(\.state)
        devices += scanners.map(\.json)
        let outbox = try ledger.reader.outboxCounts(includingDelivered: false)
        let waiting = outbox.values.reduce(0) { $0 + ($1[.pending] ?? 0) }
        let quarantined = outbox.values.reduce(0) { $0 + ($1[.quarantined] ?? 0) }
        let entries = try ledger.reader.size()
        let total = states.count + scanners.count
        let online = states.count { $0.status.state == .online } + scanners.count { $0.isOnline }
        board.note(
            devices: .array(devices), usb: usb, areOnline: online == total,
            status: status(
                outbox: outbox, entries: entries, online: online, total: total,
                alarms: states.flatMap { id, status, _ in
                    status.alarms.map { ["device": .string(id), "text": .string($0.description)] }
                }
                    + [parts.backups?.failure].compactMap { $0 }.map {
                        ["device": "backup", "text": .string($0)]
                    }
                    + parts.keeper.notices.map { ["device": "ledger", "text": .string($0)] }),
            families: families(states, outbox, entries) + (parts.backups?.families ?? [])
                + parts.keeper.families,
            queue: (waiting, quarantined),
            failure: ledger.failure?.description, concerns: parts.keeper.concerns)
    }

    private var usb: JSONValue {
        let opened = parts.scanners.compactMap { scanner in
            scanner.place.map { (scanner.configuration.id, $0) }
        }
        return parts.usb?.json(opened: Dictionary(opened, uniquingKeysWith: { $1 })) ?? []
    }

    private func json(_ running: RunningDevice, _ status: DeviceStatus, _ link: LinkStatus) -> JSONValue {
        let identity = parts.identities.identity(of: running.configuration.id)
        let stated = running.configuration.serial
        return [
            "id": .string(running.configuration.id), "profile": .string(running.configuration.profile),
            "link": .string(running.configuration.link),
            "provenance": .string(running.configuration.provenance.rawValue),
            "state": .string(status.state.rawValue),
            "detail": .string(parts.identities.doubt(of: running.configuration.id) ?? status.summary),
            "alarms": status.alarmsJSON,
            "serial": .optional(identity[.serial] ?? stated), "serial_stated": .optional(stated),
            "identity": identity.json,
            "link_state": .string(link.state.rawValue),
            "demoted": .bool(running.unit.map { link.health[$0] == .demoted } ?? false),
            "last_good": .optional(status.lastGood?.utc.description),
            "holes": .array(status.holes.map(JSONValue.string)),
            "reads": .number(Int64(clamping: status.reads)),
            "errors": .number(Int64(clamping: status.errors)),
            "results": .number(Int64(clamping: status.results)),
            "reads_per_s": .string(rate(status.reads)),
        ]
    }

    /// Mean reads a second since the start, with one decimal.
    private func rate(_ reads: UInt64) -> String {
        let milliseconds = max(
            1, (time.now().monotonicNanoseconds - started.monotonicNanoseconds) / 1_000_000)
        let tenths = reads.multipliedReportingOverflow(by: 10_000).partialValue / UInt64(milliseconds)
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func status(
        outbox: [String: [OutboxState: Int]], entries: Int64, online: Int, total: Int, alarms: [JSONValue]
    ) -> JSONValue {
        let now = time.now()
        let queues = outbox.mapValues { counts in
            JSONValue.object(
                Dictionary(
                    uniqueKeysWithValues: OutboxState.allCases.filter { $0 != .delivered }.map {
                        ($0.rawValue, .number(Int64(counts[$0] ?? 0)))
                    }))
        }
        return [
            "version": .string(BuildVersion.text), "site": .string(site), "gateway": .string(gateway),
            "started_at": .string(started.utc.description),
            "uptime_s": .number((now.monotonicNanoseconds - started.monotonicNanoseconds) / 1_000_000_000),
            "ledger": parts.keeper.json([
                "entries": .number(entries), "failure": .optional(ledger.failure?.description),
            ]),
            "backup": parts.backups?.json ?? .null, "outbox": .object(queues),
            "queue": .number(Int64(outbox.values.reduce(0) { $0 + ($1[.pending] ?? 0) })),
            "devices": ["online": .number(Int64(online)), "total": .number(Int64(total))],
            "alarms": .array(alarms),
        ]
    }
}

extension DeviceStatus {
    /// Its alarms, as `/api/v1/devices` and a station's page have them.
    var alarmsJSON: JSONValue {
        .array(alarms.map { ["code": .string($0.code), "text": .optional($0.text)] })
    }
}
