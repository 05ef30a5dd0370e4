import Codecs
import Drivers
import Inspection
import Ledger
import Metrology

extension StationRunner {
    /// Shows the station as it is now.
    func show() async {
        var shown: [StationView.Device] = []
        var live: [StationView.Live] = []
        for role in devices.keys.sorted() {
            guard let device = devices[role] else { continue }
            let status = await device.status
            shown.append(
                .init(
                    id: device.id, state: status.state.rawValue, detail: status.summary,
                    isRefusing: !status.refused.isEmpty, alarms: status.alarmsJSON))
            let newest = await device.latest
            for point in device.livePoints {
                if let sample = newest[point.id] {
                    live.append(.init(sample: sample, staleAfterNanoseconds: point.staleAfterNanoseconds))
                }
            }
        }
        shown += services.scanners(station.id)
        let queue = services.queue()
        let view = StationView(
            machine: machine, devices: shown, live: live, past: past, queue: queue.waiting,
            quarantined: queue.quarantined, curve: lastCurve?.brief ?? .null, notices: services.notices(),
            showsVerdict: machine.verdictStands, at: services.time.now())
        services.publish(view)
    }
}
