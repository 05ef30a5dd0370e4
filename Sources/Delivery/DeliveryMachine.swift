package import Codecs
package import Ledger

/// Decides what happens to the records in front of one sink: a value, without a clock and without I/O.
///
/// A sink that cannot be reached pauses as a whole. A record whose fate is unknown waits by itself and is
/// looked up before anything else is done with it, while others go on. Times are monotonic nanoseconds.
package struct DeliveryMachine: Sendable {
    /// What to do now.
    package enum Step: Sendable, Equatable {
        /// Read this record and ask `handling(of:record:)`.
        case take(OutboxItem)
        /// Nothing until then, or until something new waits; nil: until something new waits.
        case rest(until: Int64?)
    }

    /// What to do with a record whose turn it is.
    package enum Handling: Sendable, Equatable {
        case send
        /// It may be there already: ask before sending.
        case lookUp
        /// The gate is closed for it.
        case withhold(reason: String)
    }

    /// What an answer means for the record.
    package enum Resolution: Sendable, Equatable {
        case delivered(receipt: JSONValue, wasDuplicate: Bool)
        case quarantine(reason: String, isAlarm: Bool)
        /// Try again `pause` nanoseconds from now.
        case postpone(reason: String, pause: Int64)
        /// The sink does not have it: send it now.
        case sendAgain
    }

    /// A record that waits for a moment of its own.
    private struct Delay {
        var until: Int64
        var ambiguous: Int
        var mustLookUp: Bool
    }

    /// Records of unknown fate at one time; beyond it nothing new is sent until some are settled.
    private static let mostDelayed = 64
    /// How many waiting records `next` wants to see: one more than can be delayed.
    package static let window = mostDelayed + 1

    private let sink: SinkDescription
    private let confirmsDuplicates: Bool
    private let policy: RetryPolicy
    /// Entries up to this one may have been sent by an earlier run of the program.
    private let sentBefore: Int64
    private var failures = 0
    private var pausedUntil: Int64?
    private var delayed: [Int64: Delay] = [:]
    private var lookedUp: Set<Int64> = []

    /// `sentBefore`: the newest entry when the program started; what waited then may have been sent already.
    package init(
        sink: SinkDescription, confirmsDuplicates: Bool, policy: RetryPolicy, sentBefore: Int64
    ) {
        (self.sink, self.confirmsDuplicates) = (sink, confirmsDuplicates)
        (self.policy, self.sentBefore) = (policy, sentBefore)
    }

    /// What to do now, given what waits, oldest first, at least `window` of it where so much waits.
    package mutating func next(_ waiting: [OutboxItem], now: Int64) -> Step {
        let present = Set(waiting.map(\.seq))
        delayed = delayed.filter { present.contains($0.key) }
        lookedUp.formIntersection(present)
        if let pausedUntil, now < pausedUntil { return .rest(until: pausedUntil) }
        for item in waiting {
            if let delay = delayed[item.seq] {
                if now >= delay.until { return .take(item) }
            } else if delayed.count < Self.mostDelayed {
                return .take(item)
            }
        }
        return .rest(until: delayed.values.map(\.until).min())
    }

    /// What to do with `item`, whose canonical content is `record`.
    package func handling(of item: OutboxItem, record: JSONValue) -> Handling {
        if let reason = ProvenanceGate.refusal(of: record, for: sink) { return .withhold(reason: reason) }
        if let delay = delayed[item.seq] { return delay.mustLookUp ? .lookUp : .send }
        let mayBeThere = !confirmsDuplicates && item.seq <= sentBefore && !lookedUp.contains(item.seq)
        return mayBeThere ? .lookUp : .send
    }

    /// What the sink's answer to an attempt means.
    package mutating func replied(
        to item: OutboxItem, _ outcome: DeliveryOutcome, now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Resolution {
        switch outcome {
        case .delivered(let receipt): return settled(item, .delivered(receipt: receipt, wasDuplicate: false))
        case .duplicate(let receipt): return settled(item, .delivered(receipt: receipt, wasDuplicate: true))
        case .refused(let reason, let isAlarm):
            return settled(item, .quarantine(reason: reason, isAlarm: isAlarm))
        case .unreachable(let reason): return pause(reason, now, &generator)
        case .ambiguous(let reason): return doubt(item, reason, now, &generator)
        }
    }

    /// What the sink's answer to a look-up means.
    package mutating func lookedUp(
        _ item: OutboxItem, _ outcome: LookUpOutcome, now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Resolution {
        switch outcome {
        case .found(let receipt): return settled(item, .delivered(receipt: receipt, wasDuplicate: true))
        case .conflict(let reason): return settled(item, .quarantine(reason: reason, isAlarm: true))
        case .unreachable(let reason): return pause(reason, now, &generator)
        case .absent:
            (failures, pausedUntil) = (0, nil)
            lookedUp.insert(item.seq)
            delayed[item.seq]?.mustLookUp = false
            return .sendAgain
        }
    }

    /// The ledger could not note down what the sink answered: the record may be there, ask before sending.
    package mutating func unsettled(_ item: OutboxItem, now: Int64) {
        lookedUp.remove(item.seq)
        let ambiguous = delayed[item.seq]?.ambiguous ?? 0
        delayed[item.seq] = Delay(until: now + policy.first, ambiguous: ambiguous, mustLookUp: true)
    }

    private mutating func settled(_ item: OutboxItem, _ resolution: Resolution) -> Resolution {
        (failures, pausedUntil) = (0, nil)
        delayed[item.seq] = nil
        lookedUp.remove(item.seq)
        return resolution
    }

    private mutating func pause(
        _ reason: String, _ now: Int64, _ generator: inout some RandomNumberGenerator
    ) -> Resolution {
        failures += 1
        let pause = policy.pause(afterFailures: failures, using: &generator)
        pausedUntil = now + pause
        return .postpone(reason: reason, pause: pause)
    }

    private mutating func doubt(
        _ item: OutboxItem, _ reason: String, _ now: Int64, _ generator: inout some RandomNumberGenerator
    ) -> Resolution {
        let times = (delayed[item.seq]?.ambiguous ?? 0) + 1
        guard times < policy.mostAmbiguous else {
            return settled(
                item, .quarantine(reason: "unknown outcome, \(times) times: \(reason)", isAlarm: false))
        }
        lookedUp.remove(item.seq)
        let pause = policy.pause(afterFailures: times, using: &generator)
        delayed[item.seq] = Delay(until: now + pause, ambiguous: times, mustLookUp: true)
        return .postpone(reason: reason, pause: pause)
    }
}
