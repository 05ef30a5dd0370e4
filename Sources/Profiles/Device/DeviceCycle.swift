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
/// Only `complete` must be there, with `sequence` or with `waiting`. A result is complete when the sequence
/// has changed since the step began (0 means that there was none since power-on) and the guard, read in the
/// same reply, equals it; or when results wait at the device. Everything of that reply is the result.
package struct DeviceCycle: Sendable, Equatable {
    /// Id of the request whose reply is a result.
    package let request: String
    package let recognition: Recognition
    /// A copy of the sequence at the other end of the block, written after everything else.
    package let guardPoint: String?
    package let acknowledge: Acknowledgement?
    package let verdict: CountedVerdict?
    package let heartbeat: Heartbeat?
    package let binding: Binding?
    /// Written in one frame together with the set points and the binding.
    package let start: Command?
    package let abort: Command?
    /// Without it every complete result counts; with it the values of any other result are flagged.
    package let good: Condition?

    /// How a result is told from the last one.
    package enum Recognition: Sendable, Equatable {
        /// This point, of the result's own reply, counts results.
        case sequence(String)
        case queue(Queue)
    }

    /// Results that wait at the device, oldest first, until each is removed.
    package struct Queue: Sendable, Equatable {
        /// Says how many wait; a bit for a device that holds one.
        package let waiting: String
        /// Id of the request that holds `waiting`.
        package let request: String
        /// How many the device can hold; nil where that is not known.
        package let capacity: Int?
    }

    /// How the device learns that its result is stored; never before it is.
    package enum Acknowledgement: Sendable, Equatable {
        /// The sequence is written to this point.
        case write(String)
        /// This point, which clears itself, is read.
        case read(String)
        /// This is written, whatever the result.
        case command(Command)
    }

    /// Counters of outcomes. Whatever the status bits say, or have said between two polls: the one that
    /// moved names the outcome.
    package struct CountedVerdict: Sendable, Equatable {
        /// The point that says the outcome, by its words; of the result's reply.
        package let point: String
        /// The counter of each word, of the same reply.
        package let counters: [String: String]
    }

    /// A register that counts while the device's own program runs.
    package struct Heartbeat: Sendable, Equatable {
        package let point: String
        /// Time from one count to the next.
        package let everyMilliseconds: Int
        /// The number after which it begins again; nil where that is not known, and then going back tells
        /// nothing.
        package let highest: UInt64?
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
        /// How long it stands before 0 is written; nil where the device takes it back by itself.
        package let pulseMilliseconds: Int?
    }

    /// A word that a point must say.
    package struct Condition: Sendable, Equatable {
        package let point: String
        package let word: String
    }

    /// The point that counts results; nil where they wait in a queue.
    package var sequence: String? {
        guard case .sequence(let point) = recognition else { return nil }
        return point
    }

    /// The queue that results wait in; nil where they are counted.
    package var queue: Queue? {
        guard case .queue(let queue) = recognition else { return nil }
        return queue
    }
}
