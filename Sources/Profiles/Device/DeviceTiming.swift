/// What a Modbus device needs of its line beside a time-out: the `timing:` of a profile.
///
/// ```yaml
/// timing: {retries: 1, pause: 20 ms, switch_delay: 5 ms, close_after_poll: true}
/// ```
package struct DeviceTiming: Sendable, Equatable {
    /// How often a read without a usable answer is asked again; writes never are.
    package var retries = 0
    /// Quiet between two requests to the device.
    package var pauseMilliseconds = 0
    /// Quiet on the line where another unit had its turn before, or has it next.
    package var switchDelayMilliseconds = 0
    /// The connection is closed after each round of reads, so that others can get in.
    package var closesAfterPoll = false

    package init() {}

    /// More tries than this hide a line that has to be repaired.
    private static let retries = 0...5
    /// Nothing that is measured needs more quiet.
    private static let pauses = 0...60_000
    /// A poll at least as often keeps a connection open: none may be dialed again within a second.
    private static let oftenMilliseconds = 1_000

    /// Reads `timing:`, which may be missing; what is wrong is noted.
    static func read(_ top: YAMLMapping, plan: ReadPlan) -> DeviceTiming {
        var timing = DeviceTiming()
        guard let mapping = top.mapping("timing", "timing") else { return timing }
        timing.retries = mapping.optional("retries", .integer(Self.retries)) ?? 0
        timing.pauseMilliseconds = mapping.optional("pause", .duration(Self.pauses)) ?? 0
        timing.switchDelayMilliseconds = mapping.optional("switch_delay", .duration(Self.pauses)) ?? 0
        timing.closesAfterPoll = mapping.optional("close_after_poll", .flag) ?? false
        mapping.finish()
        let often = plan.requests.first { request in
            guard case .every(let milliseconds) = request.moment else { return false }
            return milliseconds <= oftenMilliseconds
        }
        if timing.closesAfterPoll, let often {
            mapping.fault(
                "close_after_poll",
                "\(Wording.quoted(often.id)) is read once a second or more often: "
                    + "that keeps the connection open",
                "read everything less often, or leave this out")
        }
        return timing
    }
}
