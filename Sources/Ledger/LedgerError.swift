/// What went wrong in the ledger: what, where, and what to do about it.
package struct LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What sort of failure this is; decides whether the ledger can go on.
    package enum Kind: String, Sendable {
        /// The disk or the database's size limit is full; nothing is acknowledged any more.
        case full
        /// The disk or the file system failed; nothing is acknowledged any more.
        case io
        /// The database is no database of ours, or is damaged.
        case corrupt
        /// Another process writes this ledger.
        case locked
        /// One id came with two contents: an alarm, never a repetition.
        case conflict
        /// What was to be written is not fit to be kept.
        case invalid
        /// The database is older than a checkpoint that it once signed.
        case rolledBack
        /// No signature covers some of what it holds, and nobody has accepted that.
        case unsigned
        /// A newer version of the program wrote this database.
        case newer
        /// The signing key is missing, damaged, or not the one that signed before.
        case key
        /// The ledger failed earlier and takes nothing more until the program is started again.
        case failed
        /// The ledger was closed.
        case closed
        /// More waits to be written than the ledger agrees to hold in memory.
        case overloaded
    }

    package let kind: Kind
    /// What happened, in words.
    package let what: String
    /// The file, or the part of the ledger, that it happened in.
    package let place: String
    /// What a person can do about it.
    package let remedy: String

    package init(_ kind: Kind, what: String, place: String, remedy: String) {
        (self.kind, self.what, self.place, self.remedy) = (kind, what, place, remedy)
    }

    package var description: String { "\(place): \(what): \(remedy)" }

    /// Whether the ledger can take nothing more: stop acknowledging, end with exit code 74.
    package var isFatal: Bool {
        switch kind {
        case .full, .io, .corrupt, .rolledBack, .key, .failed: true
        case .locked, .conflict, .invalid, .unsigned, .newer, .closed, .overloaded: false
        }
    }
}
