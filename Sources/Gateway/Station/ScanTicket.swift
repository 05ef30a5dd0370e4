import Inspection
import Metrology
import Profiles
import Transports

/// What goes with a scan on its way to the station: how it is to be taken, and who waits for its outcome.
struct ScanTicket: Sendable {
    /// How long after a part's inspection the same part counts as scanned twice.
    let doubleScanNanoseconds: Int64
    /// Called once what became of the scan is on the disk: whether it was accepted.
    let answer: @Sendable (_ isAccepted: Bool) -> Void

    init(rules: ScanRules = ScanRules(), answer: @escaping @Sendable (Bool) -> Void = { _ in }) {
        doubleScanNanoseconds = Int64(rules.doubleScanMilliseconds) * 1_000_000
        self.answer = answer
    }

    func timing(of read: ScanRead) -> ScanTiming {
        ScanTiming(
            readAtNanoseconds: read.stamp.monotonicNanoseconds, doubleScanNanoseconds: doubleScanNanoseconds)
    }
}
