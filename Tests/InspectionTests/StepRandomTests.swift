import Codecs
import Inspection
import Judging
import Metrology
import Testing

/// A tool, a station and a ledger that are played by chance, with crashes at every point: what the tool did
/// is in the ledger once, and the verdict is what a reader of that list would say.
@Suite struct StepRandomTests {
    /// One thing that the tool did for the part.
    private struct Deed: Equatable {
        let sequence: String
        let loosens: Bool
        let isGood: Bool
    }

    private struct World {
        let station: InspectionStation
        var machine: CycleMachine
        var random: SeededRandom
        var second: Int64 = 0
        /// What survives a crash: entries, results that they consumed, the record.
        var journal: [JSONValue] = []
        var durable: Set<String> = []
        var orphaned: Set<String> = []
        var record: InspectionRecord?
        /// Results that the tool keeps until they are acknowledged, with what they are.
        var kept: [SampleGroup] = []
        var deeds: [Deed] = []
        /// What the tool was told last; nil while it is locked.
        var unlocked: String?
        var told: String?
        var sequence = 0
        var crashes = 0

        var moment: Moment { Fixture.moment(second) }

        /// Feeds the machine and carries out what it asks; a crash may come before and after each thing.
        mutating func feed(_ input: CycleMachine.Input) throws {
            var inputs = [input]
            while !inputs.isEmpty {
                second += 1
                for action in machine.handle(inputs.removeFirst(), at: moment) {
                    if chance(40) { return try crash() }
                    let next = perform(action)
                    if chance(40) { return try crash() }
                    inputs += next
                }
            }
        }

        private mutating func perform(_ action: CycleMachine.Action) -> [CycleMachine.Input] {
            switch action {
            case .open(let body):
                journal.append(body)
                return [.opened]
            case .start(_, let step, let token, _):
                (unlocked, told) = (token, token)
                return [.started(cycle: Fixture.cycleID, step: step, failure: nil)]
            case .store(let body, let group):
                journal.append(body)
                if let group { durable.insert(group.sequence) }
                return [.stored]
            case .keep(let body, let group):
                journal.append(body)
                durable.insert(group.sequence)
                acknowledge(group)
            case .commit(let record, let group):
                self.record = record
                if let group { durable.insert(group.sequence) }
                return [.committed]
            case .orphan(_, let group):
                orphaned.insert(group.sequence)
                durable.insert(group.sequence)
                acknowledge(group)
            case .acknowledge(let group): acknowledge(group)
            case .stop: unlocked = nil
            case .audit, .gauge: break
            }
            return []
        }

        private mutating func acknowledge(_ group: SampleGroup) {
            kept.removeAll { $0.sequence == group.sequence }
        }

        /// Another run takes up what is durable; the tool tells again what nobody acknowledged.
        mutating func crash() throws {
            crashes += 1
            machine = CycleMachine(station: station)
            let isOpen = record == nil && !journal.isEmpty
            if isOpen {
                let reread = try journal.map { try JSONParser.parse(CanonicalJSON.bytes($0)) }
                let cycle = try Fixture.required(OpenCycle(journal: reread, at: station))
                try feed(.resume(cycle))
            }
            try feed(.device(role: "tool", isOnline: true))
            kept.removeAll { durable.contains($0.sequence) }
            // The technician scans the part again, before or after the tool has told what it has.
            let scan = CycleMachine.Input.part(Fixture.part, cycle: "again", priorAttempts: 0)
            let isScannedFirst = chance(2)
            if isOpen, isScannedFirst { try feed(scan) }
            for group in kept { try tell(group) }
            if isOpen, !isScannedFirst { try feed(scan) }
        }

        mutating func tell(_ group: SampleGroup) throws {
            guard !durable.contains(group.sequence) else { return }
            try feed(.completed(role: "tool", group, evidence: "e\(group.sequence)"))
        }

        mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

        /// The tool does something, if it may.
        mutating func act() throws {
            guard let token = unlocked else { return }
            sequence += 1
            let loosens = chance(4)
            let isGood = Bool.random(using: &random)
            let group = try ToolFixture.group(
                sequence, isGood ? "27.5" : "31.2", echo: token, at: moment)
            deeds.append(Deed(sequence: group.sequence, loosens: loosens, isGood: isGood))
            if !loosens { unlocked = nil }
            kept.append(loosens ? group.undoing() : group)
            if let last = kept.last { try tell(last) }
        }
    }

    /// The verdict on `deeds` by the plan, told in other words than the machine's: nil while more is to come.
    private static func verdict(_ deeds: [Deed], count: Int, retries: Int) -> (Verdict, samples: Int)? {
        var (done, bad, tries, undone, lastGood) = (0, 0, 0, false, false)
        for deed in deeds {
            if deed.loosens {
                undone = undone || lastGood
                continue
            }
            lastGood = deed.isGood
            tries += 1
            guard deed.isGood || tries > retries else { continue }
            (done, tries) = (done + 1, 0)
            if !deed.isGood { bad += 1 }
        }
        guard done == count else { return nil }
        return (bad > 0 ? .fail : undone ? .indeterminate : .pass, done)
    }

    @Test(arguments: 0..<12)
    func whateverHappensEachResultCountsOnceAndTheVerdictIsTheirs(run: Int) throws {
        let base = SeededRandom.seed()
        for offset in 0..<25 {
            let seed = base &+ UInt64(offset)
            var random = SeededRandom(seed: seed)
            let count = Int.random(in: 1...4, using: &random)
            let retries = Int.random(in: 0...2, using: &random)
            let rule = FailureRule(retries: retries, approvalSeconds: nil)
            let station = try ToolFixture.station([ToolFixture.step(count: count, rule)])
            var world = World(station: station, machine: CycleMachine(station: station), random: random)
            try world.feed(.device(role: "tool", isOnline: true))
            try world.feed(.badge(inspector: "1042"))
            // A crash may come before the badge counted, or before the opening is durable.
            while world.journal.isEmpty {
                try world.feed(.badge(inspector: "1042"))
                try world.feed(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
            }
            for _ in 0..<200 where world.record == nil {
                if world.unlocked == nil { try world.feed(.tick) } else { try world.act() }
            }
            check(world, count: count, retries: retries, seed: seed)
        }
    }

    private func check(_ world: World, count: Int, retries: Int, seed: UInt64) {
        let name = "seed \(seed), \(world.crashes) crashes, \(count) samples, \(retries) retries"
        let deeds = world.deeds.filter { !world.orphaned.contains($0.sequence) }
        guard let record = world.record,
            let (verdict, _) = Self.verdict(deeds, count: count, retries: retries)
        else {
            Issue.record("\(name): no record of \(deeds)")
            return
        }
        #expect(record.verdict == verdict, "\(name): \(deeds)")
        let evidence = (record.body["evidence"]?.elements ?? []).compactMap(\.text)
        #expect(Set(evidence) == Set(deeds.map { "e\($0.sequence)" }), "\(name)")
        #expect(evidence.count == deeds.count, "\(name)")
        #expect(world.orphaned.isEmpty, "\(name): \(world.orphaned)")
        let decided = record.body["results"]?.elements.map { $0["sample"]?.integer ?? 0 }
        #expect(decided == (1...count).map(Int64.init), "\(name)")
    }
}
