import Drivers
import Ledger
import Metrology
import Transports

extension StatusReporter {
    typealias DeviceFigures = (id: String, status: DeviceStatus, link: LinkStatus)

    /// Everything that `/metrics` shows of this gateway, in base units.
    func families(
        _ devices: [DeviceFigures], _ outbox: [String: [OutboxState: Int]], _ entries: Int64
    ) -> [MetricFamily] {
        deviceFamilies(devices) + linkFamilies(devices) + [
            MetricFamily(
                "plumbline_records_total", .counter, help: "Inspection records since the start.",
                samples: counters.recordCounts.map { key, count in
                    .init(
                        Double(count), labels: [.init("station", key.station), .init("result", key.verdict)])
                }),
            MetricFamily(
                "plumbline_scans_total", .counter, help: "Marks read by scanners since the start.",
                samples: counters.scanCounts.map { .init(Double($1), labels: [.init("device", $0)]) }),
            MetricFamily(
                "plumbline_outbox_entries", .gauge, help: "Records in front of a sink, by state.",
                samples: outbox.flatMap { sink, counts in
                    counts.map {
                        .init(Double($1), labels: [.init("sink", sink), .init("state", $0.rawValue)])
                    }
                }),
            MetricFamily(
                "plumbline_ledger_entries", .gauge, help: "Entries of the ledger.", Double(entries)),
            MetricFamily(
                "plumbline_ledger_failed", .gauge, help: "1 where the ledger takes nothing more.",
                ledger.failure == nil ? 0 : 1),
            MetricFamily(
                "plumbline_start_time_seconds", .gauge, help: "When the gateway started, since the epoch.",
                Double(started.utc.nanoseconds) / 1e9),
        ]
    }

    private func deviceFamilies(_ devices: [DeviceFigures]) -> [MetricFamily] {
        func family(
            _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: (DeviceStatus) -> Double
        ) -> MetricFamily {
            MetricFamily(
                name, kind, help: help,
                samples: devices.map { .init(value($0.status), labels: [.init("device", $0.id)]) })
        }
        return [
            family("plumbline_device_online", .gauge, "1 where the device answers.") {
                $0.state == .online ? 1 : 0
            },
            family("plumbline_device_alarms", .gauge, "Alarms that the device shows.") {
                Double($0.alarms.count)
            },
            family("plumbline_device_reads_total", .counter, "Replies used.") { Double($0.reads) },
            family("plumbline_device_errors_total", .counter, "Requests without a usable answer.") {
                Double($0.errors)
            },
            family("plumbline_device_results_total", .counter, "Completed device cycles reported.") {
                Double($0.results)
            },
            family("plumbline_device_torn_reads_total", .counter, "Result blocks read while being written.") {
                Double($0.tornReads)
            },
        ]
    }

    private func linkFamilies(_ devices: [DeviceFigures]) -> [MetricFamily] {
        func family(_ name: String, _ help: String, _ value: (LinkStatus) -> Int) -> MetricFamily {
            MetricFamily(
                name, .counter, help: help,
                samples: devices.map { .init(Double(value($0.link)), labels: [.init("device", $0.id)]) })
        }
        return [
            family("plumbline_link_dials_total", "Attempts to open the device's line.", \.dials),
            family("plumbline_link_timeouts_total", "Requests on the line without an answer.", \.timeouts),
            family("plumbline_link_retries_total", "Reads on the line that were asked again.", \.retries),
            family("plumbline_link_exceptions_total", "Modbus exceptions on the line.", \.exceptions),
            family(
                "plumbline_link_discarded_total", "Replies that came late, foreign or malformed.", \.discarded
            ),
            family(
                "plumbline_link_skipped_polls_total", "Polls left out because the line was busy.",
                \.skippedPolls),
        ]
    }
}
