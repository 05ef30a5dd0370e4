import Glibc
import Ledger
import Linux
import Testing

/// A daemon goes on writing while its ledger is verified, and that is no finding.
struct VerifyWhileWritingTests {
    /// The checkpoint's file is a pipe here, so that it is known when it is read: what is signed from then on
    /// the verification must either see whole or not hold against the ledger.
    ///
    /// Seen failing while the file was read after the state of the database that is verified.
    @Test(.timeLimit(.minutes(10)))
    func aCheckpointThatIsSignedMeanwhileIsNoLoss() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1")])
        let ledger = scratch.ledger
        try #require(mkfifo(ledger + "/pipe", 0o600) == 0)
        // The first checkpoint must be there, or its file would take the pipe's place.
        try #require(try scratch.isSigned(1))
        try #require(rename(ledger + "/pipe", ledger + "/checkpoint") == 0)
        let found = Guarded<[String]>(["not verified"])
        async let verified: Void = SystemThread.run(name: "verify", stop: {}) {
            let report = try? LedgerReader(path: ledger).verify()
            found.withLock { $0 = report?.mismatches ?? ["it cannot be read"] }
        }
        let pipe = Guarded<Int32>(-1)
        try await SystemThread.run(name: "pipe", stop: {}) {
            // Returns once somebody opens the other end.
            let end = open(ledger + "/checkpoint", O_WRONLY)
            pipe.withLock { $0 = end }
        }
        try await writer.append([Scratch.draft("r2")])
        try await writer.close()
        let newest = try #require(try DataDirectory.read(ledger + "/checkpoint"))
        let end = pipe.withLock { $0 }
        #expect(write(end, newest, newest.count) == newest.count)
        close(end)
        try await verified
        #expect(found.withLock { $0 } == [])
    }
}
