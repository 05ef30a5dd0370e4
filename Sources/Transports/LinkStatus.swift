package import Metrology

/// How a link is doing: counted since it was made.
package struct LinkStatus: Sendable, Equatable {
    /// Where a link is between never used and stopped.
    package enum State: String, Sendable {
        /// Nothing has been asked of it yet.
        case idle
        case connecting
        case up
        /// Closed until something is due, so that others can reach the device.
        case resting
        /// Lost or refused; it is tried again by itself.
        case down
        case stopped
    }

    /// How one unit on the line answers.
    package enum Health: String, Sendable {
        case good
        /// It has missed an answer.
        case suspect
        /// It has missed several and is only probed, so that the others keep their time.
        case demoted
    }

    package internal(set) var state = State.idle
    package internal(set) var health: [UInt8: Health] = [:]
    /// Attempts to open the link.
    package internal(set) var dials = 0
    package internal(set) var requests = 0
    /// Replies that answered their request, exceptions not counted.
    package internal(set) var replies = 0
    package internal(set) var timeouts = 0
    /// Reads that were asked again because no usable answer came.
    package internal(set) var retries = 0
    package internal(set) var exceptions = 0
    /// Answers to requests that had been given up.
    package internal(set) var late = 0
    /// Well-formed frames that answer nothing that was asked.
    package internal(set) var foreign = 0
    /// Replies to the right request with the wrong content, and bytes that are no frame.
    package internal(set) var malformed = 0
    /// Polls left out because the one before was still under way when they were due.
    package internal(set) var skippedPolls = 0
    package internal(set) var lastGood: Stamp?
    package internal(set) var lastError: String?

    package init() {}

    /// Replies that came and were not used.
    package var discarded: Int { late + foreign + malformed }
}
