internal import Linux

/// Which transactions share a commit.
package struct CommitGrouping: Sendable, Equatable {
    /// Milliseconds between commits where many follow each other: what comes in between shares the next one.
    /// With 0 none waits. A slow flash medium lives longer with more.
    package let intervalMilliseconds: Int
    /// The most transactions in one commit, at least 1: bounds how long the first waits for the last.
    package let batch: Int

    package init(intervalMilliseconds: Int = 0, batch: Int = 1_000) {
        (self.intervalMilliseconds, self.batch) = (intervalMilliseconds, batch)
    }
}

/// A ledger open for writing: the one place where what happened becomes durable.
///
/// What is appended while a commit is under way shares the next one. After any failure of the disk it takes
/// nothing more, so that nothing is acknowledged that might not be there after a restart.
package final class LedgerWriter: Sendable {
    package let directory: DataDirectory
    /// Reads the same ledger, this writer's own commits included.
    package let reader: LedgerReader
    private let thread: WriterThread

    /// Opens the ledger in the directory at `path`, which is made where it is missing.
    ///
    /// `origin` names this ledger in its checkpoints: `plumbline/SITE/GATEWAY`, no blanks, no plus sign.
    /// `mostBytes` bounds the database file; nil leaves the bound to the disk. `vfs` names another file layer
    /// of SQLite for tests that make it fail, and `logPages` has the log moved earlier there.
    ///
    /// Throws `.locked` where another process writes it, `.rolledBack` where the database is older than what
    /// was signed or is gone, `.key`, `.newer`, `.corrupt` and `.io` as they say.
    package init(
        path: String, origin: String, grouping: CommitGrouping = CommitGrouping(),
        mostBytes: Int64? = nil, vfs: String? = nil, logPages: Int32? = nil
    ) throws(LedgerError) {
        directory = DataDirectory(path)
        let store = try LedgerStore(
            directory, origin: origin, mostBytes: mostBytes, vfs: vfs,
            mostLogPages: logPages ?? LedgerStore.logPagesBeforeCheckpoint)
        reader = try LedgerReader(path: path)
        thread = try WriterThread(store, grouping)
    }

    deinit { thread.requestStop() }

    /// Appends `drafts`, all in one transaction, and returns their entries once they are on the disk.
    ///
    /// A draft that is there already, same id and same body, gives the entry that is there. Throws
    /// `.conflict` for an id with another body (nothing of `drafts` is then written), `.invalid` for a draft
    /// that could not be proved later, and a fatal error (`isFatal`) where the disk failed or is full: then
    /// stop acknowledging and end the program.
    @discardableResult
    package func append(_ drafts: [EntryDraft]) async throws(LedgerError) -> [Entry] {
        try await commit(LedgerTransaction(drafts: drafts))
    }

    /// Commits entries and changes of the outboxes together; returns and throws as `append` does.
    @discardableResult
    package func commit(_ transaction: LedgerTransaction) async throws(LedgerError) -> [Entry] {
        let prepared = try PreparedTransaction(transaction)
        return try await withCheckedContinuation { continuation in
            thread.take(prepared, for: continuation)
        }.get()
    }

    /// The sequence number of the newest entry after each commit that changed an outbox, the latest only: a
    /// wake-up, not a log.
    ///
    /// Ends when the ledger is closed, and at once where it has failed.
    package func outboxChanges() -> AsyncStream<Int64> { thread.outboxChanges() }

    /// The failure after which this ledger takes nothing more; nil while it works.
    package var failure: LedgerError? { thread.failure }

    /// Writes what still waits, signs the last checkpoint, empties the write-ahead log and lets go of the
    /// directory. Every later append throws `.closed`.
    package func close() async throws(LedgerError) {
        try await withCheckedContinuation { thread.stop($0) }.get()
    }
}
