package import Metrology

/// How a device is told to begin and tells that a result is ready: the `cycle:` of a profile.
///
/// ```yaml
/// cycle:
///   complete: {sequence: result_seq, guard: result_seq_end, acknowledge: ack_seq}
///   bind: {write: cycle_id, echo: cycle_echo, with: cycle}
///   start: {point: command, value: "1"}
///   abort: {point: command, value: "2"}
///   good: {point: result_status, is: ok}
/// ```
/// Only `complete` with `sequence` must be there. A result is complete when the sequence has changed since
/// the step began (0 means that there was none since power-on) and the guard, read in the same reply, equals
/// it. Everything of that reply is the result.
package struct DeviceCycle: Sendable, Equatable {
    /// Id of the request that holds the sequence, and with it the result.
    package let request: String
    package let sequence: String
    /// A copy of the sequence at the other end of the block, written after everything else.
    package let guardPoint: String?
    package let acknowledge: Acknowledgement?
    package let binding: Binding?
    /// Written in one frame together with the set points and the binding.
    package let start: Command?
    package let abort: Command?
    /// Without it every complete result counts; with it the values of any other result are flagged.
    package let good: Condition?

    /// How the device learns that its result is stored; never before it is.
    package enum Acknowledgement: Sendable, Equatable {
        /// The sequence is written to this point.
        case write(String)
        /// This point, which clears itself, is read.
        case read(String)
    }

    /// What ties a result to the cycle that asked for it.
    package struct Binding: Sendable, Equatable {
        package let write: String
        /// Where the result repeats it, in the same reply.
        package let echo: String?
        package let with: Token
    }

    /// What is written to bind a result.
    package enum Token: String, Sendable, CaseIterable {
        /// A short token of this one cycle: two attempts on one part differ.
        case cycle
        /// The part's serial.
        case serial
    }

    /// A value that makes the device do something.
    package struct Command: Sendable, Equatable {
        package let point: String
        package let value: ExactDecimal
    }

    /// A word that a point must say.
    package struct Condition: Sendable, Equatable {
        package let point: String
        package let word: String
    }
}
