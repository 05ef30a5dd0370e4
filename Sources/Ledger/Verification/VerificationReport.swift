/// What verifying a ledger found: how much was looked at, and everything that does not agree.
package struct VerificationReport: Sendable, Equatable {
    package internal(set) var entries = 0
    package internal(set) var records = 0
    package internal(set) var nodes = 0
    package internal(set) var checkpoints = 0
    package internal(set) var evidence = 0
    /// Entries behind the newest signed checkpoint: nothing but the database's own hashes holds them.
    ///
    /// While the gateway runs those of the last second. Otherwise what a run that was cut short has left, or
    /// what somebody has left who cut checkpoints off and wrote the end anew.
    package internal(set) var unsigned = 0
    /// Entries that the quick comparison was not sure of, and left to the one that has words; few in a ledger
    /// that is sound.
    var judged = 0
    /// The ledger's name, as its public key's file has it; nil where that cannot be told.
    package internal(set) var origin: String?
    /// SHA-256 of the public key that everything was checked with, hexadecimal; nil where there is none.
    package internal(set) var keySHA256: String?
    /// Whether that is the key that was given, from elsewhere.
    package internal(set) var isTrusted = false
    /// The earlier states kept elsewhere that this ledger was found to begin with.
    package internal(set) var extended: [Extended] = []
    /// The root over all entries, 32 bytes.
    package internal(set) var root: [UInt8] = []
    /// The segment that this ledger is, where it goes on from a damaged one that was set aside.
    package internal(set) var earlier: LedgerSegment?
    /// Each disagreement in plain words; empty where everything agrees. At most `mostMismatches`.
    package private(set) var mismatches: [String] = []
    /// How many disagreements there were altogether.
    package private(set) var mismatchCount = 0

    /// A damaged ledger may disagree everywhere; nobody reads more than this.
    package static let mostMismatches = 1_000

    package var isSound: Bool { mismatchCount == 0 }

    /// A state that this ledger begins with: where it was kept, and how many entries it had.
    package struct Extended: Sendable, Equatable {
        package let place: String
        package let size: Int64
    }

    /// Characters of one of them: names in a database that somebody else wrote may have any length.
    private static let longestMismatch = 1_000

    /// Adds what SQLite says of the file.
    mutating func add(findings: [String]) { for finding in findings { add("database: \(finding)") } }

    mutating func add(_ mismatch: String) {
        mismatchCount += 1
        guard mismatches.count < Self.mostMismatches else { return }
        mismatches.append(VisibleText.of(String(mismatch.prefix(Self.longestMismatch))))
    }
}
