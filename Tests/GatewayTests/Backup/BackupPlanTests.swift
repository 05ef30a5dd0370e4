import Gateway
import Metrology
import Testing

/// When a backup is due, and which go: decided from names and the time alone.
struct BackupPlanTests {
    private static let day: Int64 = 86_400_000_000_000
    private static let now = Timestamp(nanoseconds: 1_795_252_872_000_000_001)
    private let plan = BackupPlan(everyMilliseconds: 86_400_000, keep: 3)

    private static func name(_ daysAgo: Int64) -> String {
        BackupPlan.name(at: Timestamp(nanoseconds: now.nanoseconds - daysAgo * day))
    }

    @Test func aNameSaysWhenItBeganToTheSecond() {
        #expect(BackupPlan.name(at: Self.now) == "ledger-2026-11-21T09-21-12Z.backup")
        let moment = BackupPlan.moment(of: "ledger-2026-11-21T09-21-12Z.backup")
        #expect(moment?.nanoseconds == 1_795_252_872_000_000_000)
    }

    @Test(arguments: [
        "", "ledger.db", "ledger-2026-11-21T09-21-12Z.backup.partial", "ledger-2026-11-31T09-21-12Z.backup",
        "ledger-2026-11-21T09:21:12Z.backup", "ledger-2026-11-21 09-21-12Z.backup",
        "Ledger-2026-11-21T09-21-12Z.backup", "ledger-2026-11-21T09-61-12Z.backup",
        "ledger-äääääääääääääZ.backup",
    ])
    func whatIsNoneOfOursIsLeftAlone(name: String) {
        #expect(BackupPlan.moment(of: name) == nil)
        #expect(plan.surplus([name, name, name, name, Self.name(0)], made: Self.name(0)) == [])
        #expect(plan.isDue([name], now: Self.now))
    }

    @Test func oneIsDueWhereThereIsNoneOrTheNewestIsOldEnough() {
        #expect(plan.isDue([], now: Self.now))
        #expect(!plan.isDue([Self.name(3), Self.name(0)], now: Self.now))
        #expect(plan.isDue([Self.name(3), Self.name(1)], now: Self.now))
        let almost = Timestamp(nanoseconds: Self.now.nanoseconds - Self.day / 2)
        #expect(!plan.isDue([BackupPlan.name(at: almost)], now: Self.now))
    }

    /// The clock was set back: backups of the future would otherwise keep any from being made.
    @Test func backupsOfTheFutureDoNotCount() {
        #expect(plan.isDue([Self.name(-400), Self.name(1)], now: Self.now))
        #expect(!plan.isDue([Self.name(-400), Self.name(0)], now: Self.now))
    }

    @Test func theOldestGoAndNeverTheOneJustMade() {
        let names = (0...5).map { Self.name(Int64($0)) }
        #expect(plan.surplus(names, made: names[0]) == [names[5], names[4], names[3]])
        // After the clock was set back, the one just made is not the newest by name.
        let future = (1...4).map { Self.name(-Int64($0)) }
        #expect(plan.surplus(future + [names[0]], made: names[0]) == [future[0], future[1]])
        // They go one by one, and what is made from now on stays: seen keeping those of the future for ever.
        let (now, before) = (names[0], [names[1], names[2]])
        #expect(plan.surplus(future + before + [now], made: now) == future)
        #expect(BackupPlan(everyMilliseconds: 1, keep: 0).surplus([names[0]], made: names[0]) == [])
    }

    @Test func onlyOurOwnAttemptsAreLeftovers() {
        let name = Self.name(0)
        #expect(
            plan.attempts([name, name + ".partial", name + ".check", "x.partial", name + ".partial.check"])
                == [name, name])
    }

    @Test func afterAFailureItIsTriedAgainSoonButNotAtOnce() {
        #expect(!plan.mayRetry(after: 0))
        #expect(!plan.mayRetry(after: 599_000_000_000))
        #expect(plan.mayRetry(after: 600_000_000_000))
        #expect(BackupPlan(everyMilliseconds: 60_000, keep: 3).mayRetry(after: 60_000_000_000))
    }
}
