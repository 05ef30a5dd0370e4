internal import Linux

extension LedgerReader {
    /// What the gateway's promise of a second allows, three times over.
    private static let longestWait: Int64 = 3_000_000_000
    /// How often it is looked without being told: where no watch is to be had, and for who wants to stop.
    private static let millisecondsBetweenLooks: Int32 = 100

    /// What `look` finds, asked anew whenever a checkpoint is put in place; nil where it finds nothing within
    /// three seconds, or `isStopped` says so.
    ///
    /// Blocks the calling thread.
    package func awaitingCheckpoint<Found>(
        isStopped: () -> Bool = { false }, _ look: () throws(LedgerError) -> Found?
    ) throws(LedgerError) -> Found? {
        // Before the first look: what is put there meanwhile is told of.
        let watch = FolderWatch(directory.path)
        let end = Condition.monotonicNanoseconds() + Self.longestWait
        while true {
            if let found = try look() { return found }
            guard Condition.monotonicNanoseconds() < end, !isStopped() else { return nil }
            watch.wait(milliseconds: Self.millisecondsBetweenLooks)
        }
    }
}
