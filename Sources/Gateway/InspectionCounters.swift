internal import Codecs
package import Inspection
internal import Linux
internal import Metrology

/// Counts since the start of what stations did, for the metrics.
package final class InspectionCounters: Sendable {
    /// A record's station and verdict.
    struct Key: Hashable {
        let station: String
        let verdict: String
    }

    private let records = Guarded<[Key: UInt64]>([:])
    private let scans = Guarded<[String: UInt64]>([:])

    package init() {}

    package func count(_ record: InspectionRecord) {
        let key = Key(station: record.body["station"]?.text ?? "", verdict: record.verdict.rawValue)
        records.withLock { $0[key, default: 0] += 1 }
    }

    /// Counts a scan of `scanner`.
    func countScan(of scanner: String) { scans.withLock { $0[scanner, default: 0] += 1 } }

    var recordCounts: [Key: UInt64] { records.withLock { $0 } }
    var scanCounts: [String: UInt64] { scans.withLock { $0 } }
}
