/// All that reads bytes from outside, fed with damaged ones.
///
/// Inputs depend on seed and number alone: the same seed finds the same again.
package enum Fuzzing {
    /// Feeds `frames` damaged frames to the decoders of lines, as many replies to the judgement of replies,
    /// and a share of that to the other readers; a reader that traps ends the process.
    ///
    /// - Parameters:
    ///   - profiles: device profiles as people write them, to be damaged.
    ///   - report: gets what each subject came to, as it is done.
    package static func run(
        frames: Int, seed: UInt64, profiles: [[UInt8]], report: (FuzzTally) -> Void
    ) {
        report(WireFuzzer.tcp(frames * 4 / 10, seed: seed))
        report(WireFuzzer.rtu(frames * 4 / 10, seed: seed &+ 1))
        report(WireFuzzer.ascii(frames * 2 / 10, seed: seed &+ 2))
        report(WireFuzzer.replies(frames / 10, seed: seed &+ 3))
        report(TextFuzzer.lines(frames / 10, seed: seed &+ 4))
        report(MarkFuzzer.messages(frames / 10, seed: seed &+ 5))
        report(MarkFuzzer.elementStrings(frames / 10, seed: seed &+ 9))
        report(MarkFuzzer.words(frames / 10, seed: seed &+ 10))
        report(LineFormFuzzer.forms(frames / 10, seed: seed &+ 11, profiles: profiles))
        report(TextFuzzer.json(frames / 20, seed: seed &+ 6))
        report(TextFuzzer.reports(frames / 10, seed: seed &+ 7))
        report(USBFuzzer.descriptors(frames / 10, seed: seed &+ 12))
        report(USBFuzzer.keys(frames / 10, seed: seed &+ 13))
        report(USBFuzzer.packets(frames / 10, seed: seed &+ 14))
        report(OpenProtocolFuzzer.messages(frames, seed: seed &+ 15))
        // A file is a thousand times as long to read as a frame.
        report(TextFuzzer.profiles(frames / 2_000, seed: seed &+ 8, samples: profiles))
    }
}
