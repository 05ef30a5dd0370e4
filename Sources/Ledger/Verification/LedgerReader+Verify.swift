extension LedgerReader {
    /// Verifies the whole ledger: every hash from the bodies up, every signature, every projection.
    ///
    /// `trusted` is the public key as it was kept elsewhere: whoever makes a ledger anew makes a key as well.
    /// `kept` are earlier states that this ledger must begin with.
    ///
    /// Takes as long as reading the ledger through; the daemon goes on writing meanwhile. Throws only where
    /// the ledger cannot be read at all; whatever does not agree is in the report. Ends early, with
    /// `.closed`, once `isStopped` says so.
    package func verify(
        trusted: SigningKey? = nil, against kept: [KeptState] = [], isStopped: () -> Bool = { false }
    ) throws(LedgerError) -> VerificationReport {
        // A second connection, so that other reading does not wait for this.
        let reader = try LedgerReader(path: directory.path)
        let outside = OutsideEvidence(
            handedOut: try DataDirectory.read(directory.checkpoint), trusted: trusted, kept: kept)
        return try reader.snapshot { database throws(LedgerError) in
            try LedgerVerifier.report(
                on: database, in: reader.directory, outside: outside, isStopped: isStopped)
        }
    }
}
