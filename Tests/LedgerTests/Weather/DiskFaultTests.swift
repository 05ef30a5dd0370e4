import Glibc
import Judging
import Ledger
import Testing

/// A disk that fails at its k-th call: the ledger stops, says so, and keeps what it acknowledged.
///
/// `PLUMBLINE_WEATHER=all` takes every k of `calls`; without it, a share of them, spread by a seed.
@Suite(.timeLimit(.minutes(240))) struct DiskFaultTests {
    private static let calls = 2_000
    /// Places tried of each sort of fault where nothing else is asked for.
    private static let share = 24

    private struct Failure: Error, CustomStringConvertible { let description: String }

    /// Seen failing with `synchronous = NORMAL` and `OFF` (acknowledged entries were gone), and with the
    /// failure not latched.
    @Test(arguments: DiskFault.Kind.allCases, [512, 4_096])
    func nothingAcknowledgedIsLost(kind: DiskFault.Kind, sector: Int) async throws {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        for call in Self.places(&numbers) {
            let fault = DiskFault(
                kind: kind, call: call, isSticky: kind != .powerCut && call % 2 == 0, sector: sector)
            let found = try await Self.trouble(fault, seed: numbers.next())
            #expect(found.isEmpty, "\(fault) (SEED=\(seed)): \(found.prefix(5))")
        }
    }

    /// What is wrong after a storm, both as the process left the files and as a power cut after it would.
    private static func trouble(_ fault: DiskFault, seed: UInt64) async throws -> [String] {
        let scratch = try ScratchFolder("weather")
        let (data, wreck) = ("\(scratch.path)/data", "\(scratch.path)/wreck")
        let promises: StormyWork.Promises
        do {
            let disk = UnreliableDisk(fault, folder: data, wreck: wreck, seed: seed)
            guard let registered = RegisteredDisk(disk) else { throw Failure(description: "no SQLite") }
            let work = StormyWork(path: data, disk: registered)
            await work.run()
            promises = work.result
            guard disk.hasStruck else { throw Failure(description: "\(fault) never struck") }
            if fault.kind != .powerCut { disk.cutPower() }
        }
        var out: [String] = []
        if let failure = promises.failure, ![.io, .full, .failed].contains(failure.kind) {
            out.append("it failed as \(failure.kind): \(failure)")
        }
        if fault.kind == .powerCut, promises.failure == nil { out.append("nobody noticed the power cut") }
        out += await promises.broken(at: wreck).map { "after a power cut: \($0)" }
        if fault.kind != .powerCut {
            out += await promises.broken(at: data).map { "after a restart: \($0)" }
        }
        return out
    }

    /// The calls that fail: all of them, or one from each of equal stretches.
    private static func places(_ numbers: inout SeededRandom) -> [Int] {
        if getenv("PLUMBLINE_WEATHER") != nil { return Array(1...calls) }
        let stretch = calls / share
        return (0..<share).map { $0 * stretch + Int.random(in: 1...stretch, using: &numbers) }
    }

    private static func given(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
