/// What verifying a ledger found: how much was looked at, and everything that does not agree.
package struct VerificationReport: Sendable, Equatable {
    package internal(set) var entries = 0
    package internal(set) var records = 0
    package internal(set) var nodes = 0
    package internal(set) var checkpoints = 0
    package internal(set) var evidence = 0
    /// Entries that no signed checkpoint covers yet: those of the last second of a run that was cut short.
    package internal(set) var unsigned = 0
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

    mutating func add(_ mismatch: String) {
        mismatchCount += 1
        if mismatches.count < Self.mostMismatches { mismatches.append(mismatch) }
    }
}
