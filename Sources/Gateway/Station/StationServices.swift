import Codecs
import Inspection
import Ledger
import Metrology
import Profiles

/// What a station needs from the gateway around it.
struct StationServices: Sendable {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let time: any TimeSource
    let clock: @Sendable () -> ClockState
    /// Who may work here; nil where the configuration names no operators.
    let roster: OperatorRoster?
    /// Which printed codes count here; nil where none does.
    let codes: CodeSet?
    /// Nanoseconds that a scan may wait for the station with this id before it is too old to count.
    let patience: @Sendable (String) -> Int64
    /// Which station has which part.
    let partsInWork: PartsInWork
    /// The sinks that a record is meant for, by name.
    let sinks: @Sendable (InspectionRecord) -> [String]
    let counters: InspectionCounters
    /// How many deliveries wait, and how many were refused and are kept aside.
    let queue: @Sendable () -> (waiting: Int, quarantined: Int)
    /// Where scanners say how they are.
    let scannerBoard: ScannerBoard
    /// The scanners of the station with this id, as they are now.
    let scanners: @Sendable (String) -> [StationView.Device]
    let log: EventLog
    /// Shows a station's new state.
    let publish: @Sendable (StationView) -> Void
    /// Shows the curves of a station's last result.
    var showCurve: @Sendable (StationCurve) -> Void = { _ in }
    /// What people must know of the gateway itself.
    var notices: @Sendable () -> [String] = { [] }
}
