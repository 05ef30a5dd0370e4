internal import Linux

extension DataDirectory {
    /// How often it is looked without being told: where no watch is to be had, and for who wants to stop.
    private static let millisecondsBetweenLooks: Int32 = 100

    /// What `look` finds, asked anew whenever a checkpoint is put in place; nil where it finds nothing within
    /// `seconds` (by default what the gateway promises, three times over), or `isStopped` says so.
    ///
    /// Blocks the calling thread.
    package func awaitingCheckpoint<Found>(
        seconds: Int64 = 3, isStopped: () -> Bool = { false },
        _ look: () throws(LedgerError) -> Found?
    ) throws(LedgerError) -> Found? {
        // Before the first look: what is put there meanwhile is told of.
        let watch = FolderWatch(path)
        let end = Condition.monotonicNanoseconds() + seconds * 1_000_000_000
        while true {
            if let found = try look() { return found }
            guard Condition.monotonicNanoseconds() < end, !isStopped() else { return nil }
            watch.wait(milliseconds: Self.millisecondsBetweenLooks)
        }
    }
}
