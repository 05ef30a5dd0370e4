package import Codecs
internal import Linux

/// What is known of the daemon now, for the web server's thread, which must never wait for anything.
package final class StatusBoard: Sendable {
    private struct Content: Sendable {
        var stations: [String: StationView] = [:]
        var curves: [String: StationCurve] = [:]
        var devices: JSONValue = []
        var usb: JSONValue = []
        var status: JSONValue = [:]
        var families: [MetricFamily] = []
        var waiting = 0
        var quarantined = 0
        var areDevicesOnline = false
        var failure: String?
        var concerns: [HealthCheck] = []
    }

    private let content = Guarded(Content())

    package init() {}

    func note(station view: StationView) { content.withLock { $0.stations[view.station] = view } }

    func note(curve: StationCurve) { content.withLock { $0.curves[curve.station] = curve } }

    /// The curves of the last result of this station; nil where it has none.
    func curve(of station: String) -> StationCurve? { content.withLock { $0.curves[station] } }

    /// Replaces everything but the stations; `status` is an object.
    func note(
        devices: JSONValue, usb: JSONValue = [], areOnline: Bool, status: JSONValue, families: [MetricFamily],
        queue: (waiting: Int, quarantined: Int), failure: String?, concerns: [HealthCheck] = []
    ) {
        content.withLock { content in
            (content.devices, content.areDevicesOnline, content.status) = (devices, areOnline, status)
            content.usb = usb
            (content.families, content.failure, content.concerns) = (families, failure, concerns)
            (content.waiting, content.quarantined) = queue
        }
    }

    var queue: (waiting: Int, quarantined: Int) { content.withLock { ($0.waiting, $0.quarantined) } }

    package var stations: JSONValue {
        let stations = content.withLock { $0.stations }
        return .array(stations.keys.sorted().compactMap { stations[$0]?.json })
    }

    package var devices: JSONValue { content.withLock { $0.devices } }
    package var usb: JSONValue { content.withLock { $0.usb } }
    /// What was noted last, and each station's id and present state.
    package var status: JSONValue {
        let (status, stations) = content.withLock { ($0.status, $0.stations) }
        guard case .object(var members) = status else { return status }
        members["stations"] = .array(
            stations.keys.sorted().compactMap { id in
                stations[id].map { ["station": .string(id), "state": .string($0.state)] }
            })
        return .object(members)
    }

    package var families: [MetricFamily] { content.withLock { $0.families } }

    package var health: [HealthCheck] {
        let (failure, concerns) = content.withLock { ($0.failure, $0.concerns) }
        return [
            HealthCheck("ledger", isGood: failure == nil, detail: failure ?? "every write so far is durable")
        ] + concerns
    }

    package var readiness: [HealthCheck] {
        let areOnline = content.withLock { $0.areDevicesOnline }
        return health + [
            HealthCheck(
                "devices", isGood: areOnline,
                detail: areOnline
                    ? "all devices answer" : "a device is out of reach; /api/v1/devices says which")
        ]
    }
}
