/// What a printed code asks a station to do.
package enum ActionCode: String, Sendable, CaseIterable {
    /// Begin with the part that was scanned, where the plan waits for it.
    case start = "START"
    /// End the running cycle; what was not measured is INDETERMINATE.
    case abort = "ABORT"
    /// Inspect the last part once more, within the plan's limit.
    case retest = "RETEST"
    /// Say that a verdict other than PASS was seen.
    case acknowledge = "ACK"
}

/// An action code as it was scanned.
package struct ActionScan: Sendable, Equatable {
    package let action: ActionCode
    /// What was read, for the entry that tells of it; empty where it was not scanned.
    package let bytes: [UInt8]
    package let timing: ScanTiming
    /// SHA-256 of the code set that the code is of, lower-case hex; nil where it was not scanned.
    package let codeSetSHA256: String?

    package init(_ action: ActionCode, bytes: [UInt8], timing: ScanTiming, codeSetSHA256: String?) {
        (self.action, self.bytes, self.timing) = (action, bytes, timing)
        self.codeSetSHA256 = codeSetSHA256
    }
}
