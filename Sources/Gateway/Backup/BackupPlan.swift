internal import Ledger
package import Metrology

/// When the next backup is due and which old ones go, decided from the names of those that are there.
///
/// What stands in the folder is the only memory: a restart neither makes a backup too many nor forgets one.
package struct BackupPlan: Sendable, Equatable {
    /// Nanoseconds between the beginnings of two backups.
    private let every: Int64
    /// How many are kept.
    private let keep: Int

    /// After one that failed, the next is tried after this many nanoseconds, or `every` where that is less.
    private static let retry: Int64 = 600_000_000_000

    package init(everyMilliseconds: Int, keep: Int) {
        (every, self.keep) = (Int64(everyMilliseconds) * 1_000_000, max(1, keep))
    }

    /// The file name of a backup that begins at `moment`: `ledger-2026-11-21T09-21-12Z.backup`.
    package static func name(at moment: Timestamp) -> String {
        let text = moment.description.prefix(19).map { $0 == ":" ? "-" : $0 }
        return "ledger-" + String(text) + "Z.backup"
    }

    /// When the backup of this name began; nil for any other file.
    package static func moment(of name: String) -> Timestamp? {
        guard name.hasPrefix("ledger-"), name.hasSuffix("Z.backup"), name.utf8.count == 34 else { return nil }
        let text = name.dropFirst(7).prefix(19)
        let (date, clock) = (text.prefix(11), text.dropFirst(11).map { $0 == "-" ? ":" : $0 })
        guard let moment = Timestamp("\(date)\(String(clock)).000000000Z"), Self.name(at: moment) == name
        else { return nil }
        return moment
    }

    /// Whether one is due now, by civil time.
    ///
    /// A backup of the future was made before the clock was set back: it says nothing about when.
    package func isDue(_ names: [String], now: Timestamp) -> Bool {
        let past = names.compactMap(Self.moment).filter { $0 <= now }
        guard let newest = past.max() else { return true }
        return now.nanoseconds - newest.nanoseconds >= every
    }

    /// Whether one may be tried that many nanoseconds after another failed.
    package func mayRetry(after nanoseconds: Int64) -> Bool { nanoseconds >= min(every, Self.retry) }

    /// The names of backups of which only an attempt is there.
    package func attempts(_ names: [String]) -> [String] {
        names.compactMap { name in
            let ending = LedgerBackup.leftovers.first { name.hasSuffix($0) }
            let stem = ending.map { String(name.dropLast($0.count)) }
            return stem.flatMap { Self.moment(of: $0) != nil ? $0 : nil }
        }
    }

    /// The backups that are to be removed after `made` was; never that one.
    ///
    /// Those of a later moment go first: they were made before the clock was set back, and what was made
    /// since holds all that they hold.
    package func surplus(_ names: [String], made: String) -> [String] {
        let others = names.filter { Self.moment(of: $0) != nil && $0 != made }.sorted()
        let later = others.drop { $0 < made }
        return Array((later + others.prefix { $0 < made }).dropLast(keep - 1))
    }
}
