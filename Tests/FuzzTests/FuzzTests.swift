import Foundation
import Fuzzing
import Testing

/// The short share of `make fuzz`. PLUMBLINE_FUZZ=N feeds N frames, PLUMBLINE_FUZZ_SEED=S repeats a run.
@Suite struct FuzzTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every profile that is shipped.
    private static var profiles: [[UInt8]] {
        get throws {
            let folder = root.appending(path: "DeviceProfiles")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted().map {
                Array(try Data(contentsOf: folder.appending(path: $0)))
            }
        }
    }

    @Test func noDamagedInputIsCreditedWronglyOrStopsAReader() throws {
        let environment = ProcessInfo.processInfo.environment
        let frames = environment["PLUMBLINE_FUZZ"].flatMap { Int($0) } ?? 40_000
        let seed = environment["PLUMBLINE_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        // A reader that traps ends this process: then this line is all there is.
        print("fuzz: seed \(seed), \(frames) frames")
        var subjects: Set<String> = []
        Fuzzing.run(frames: frames, seed: seed, profiles: try Self.profiles) { tally in
            subjects.insert(tally.subject)
            #expect(tally.inputs > 0, "\(tally.subject)")
            #expect(tally.findings.isEmpty, "seed \(seed): \(tally.findings.joined(separator: "\n"))")
            // Some damage leaves the true answer whole: a run that credits nothing has tested nothing.
            #expect(tally.intact > 0, "\(tally.subject): seed \(seed)")
        }
        #expect(
            subjects == [
                "tcp", "rtu", "ascii", "reply", "line", "form", "iso15434", "gs1", "mark", "json", "hid",
                "descriptor", "keyboard", "cdc", "open-protocol", "profile",
            ])
    }
}
