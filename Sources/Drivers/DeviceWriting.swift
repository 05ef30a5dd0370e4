package import Metrology

/// For whom something is written to a device.
package struct WriteAuthor: Sendable, Equatable {
    package let station: String
    package let cycle: String
    package let step: String
    /// Operator id; nil where nobody signed in.
    package let inspector: String?

    package init(station: String, cycle: String, step: String, inspector: String?) {
        (self.station, self.cycle) = (station, cycle)
        (self.step, self.inspector) = (step, inspector)
    }
}

/// One write to a device and what came of it, for the ledger.
package struct DeviceWriting: Sendable, Equatable {
    /// What it was for.
    package enum Purpose: String, Sendable {
        case start, stop, acknowledge, setup
    }

    /// What came of it.
    package enum Outcome: String, Sendable {
        /// The device answered as to a write that it took; nothing shows the value.
        case written
        /// Taken, and read back as it was written.
        case verified
        /// Taken, and something else was read back.
        case differs
        /// Taken, and could not be read back.
        case unverified
        /// The device answered with an exception.
        case refused
        /// No answer: it may have been taken or not.
        case unanswered
        /// It was never sent, because the profile does not allow it.
        case declined
    }

    /// One point of the frame.
    package struct Value: Sendable, Equatable {
        package let point: String
        package let value: String
        /// UCUM code; nil for texts and words.
        package let unit: String?
        /// Bytes as they went on the wire; empty where nothing was sent.
        package let raw: [UInt8]
        /// What the point said before, where that is known.
        package let old: String?
    }

    package let device: String
    package let purpose: Purpose
    /// Nil for what the gateway writes for no cycle.
    package let author: WriteAuthor?
    package let values: [Value]
    package let outcome: Outcome
    /// Why it failed, in words; nil where it did not.
    package let detail: String?
    /// When the answer came, or when it was given up.
    package let stamp: Stamp
}

/// Why a device did not begin.
package struct StartFailure: Sendable, Equatable {
    package let text: String
    /// Whether it may be started again: not where it took something else than it was told.
    package let mayTryAgain: Bool

    package init(_ text: String, mayTryAgain: Bool = true) {
        (self.text, self.mayTryAgain) = (text, mayTryAgain)
    }
}
