import Linux

/// How each scanner is doing, for the pages of the stations that it serves.
final class ScannerBoard: Sendable {
    private let shown = Guarded<[String: StationView.Device]>([:])

    func note(_ id: String, isConnected: Bool, detail: String) {
        let device = StationView.Device(id: id, state: isConnected ? "online" : "offline", detail: detail)
        shown.withLock { $0[id] = device }
    }

    /// The scanners `ids`, in that order; one that was never heard of is still being looked for.
    func devices(_ ids: [String]) -> [StationView.Device] {
        shown.withLock { shown in
            ids.map { shown[$0] ?? StationView.Device(id: $0, state: "connecting", detail: "not found yet") }
        }
    }
}
