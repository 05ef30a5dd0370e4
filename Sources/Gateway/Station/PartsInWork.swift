import Codecs
import Inspection
import Ledger
import Linux

/// Which part each station of this gateway works on, so that no serial is at two of them unseen.
final class PartsInWork: Sendable {
    private let parts = Guarded<[String: PartIdentity]>([:])

    init() {}

    /// What an earlier run left open at `stations` stays with them, whichever station starts first.
    ///
    /// A cycle of a station that is configured no more is nowhere. Throws what reading the ledger throws.
    convenience init(leftOpenIn ledger: LedgerReader, at stations: [String]) throws(LedgerError) {
        self.init()
        for journal in try ledger.openCycles() {
            guard let station = journal.station, stations.contains(station) else { continue }
            note(journal.events.first?["part"].flatMap(PartIdentity.init(json:)), at: station)
        }
    }

    /// Other stations that have what may be `part`, sorted. Where there is none, the part is `station`'s from
    /// this moment, so that of two scans at once one sees the other.
    func claim(_ part: PartIdentity, at station: String) -> [String] {
        parts.withLock { parts in
            let others = parts.filter { $0.key != station && $0.value.mayBeSame(as: part) }.keys.sorted()
            if others.isEmpty, parts[station] == nil { parts[station] = part }
            return others
        }
    }

    /// Every station that has what may be `part`, sorted.
    func stations(with part: PartIdentity) -> [String] {
        parts.withLock { $0.filter { $0.value.mayBeSame(as: part) }.keys.sorted() }
    }

    /// `station` works on `part` from now on; on none where it is nil.
    func note(_ part: PartIdentity?, at station: String) {
        parts.withLock { $0[station] = part }
    }
}
