package import Metrology

/// What a device on a stream of bytes decides: a value without clock or I/O, whose shell is `ByteLine`.
package protocol ByteLineUser: Sendable {
    associatedtype Event: Sendable
    associatedtype Order: Sendable
    associatedtype Shown: Sendable

    /// What others may see of it at any time.
    var shown: Shown { get }

    /// When `wake` has to come even if nothing else does; nil where only bytes and orders matter.
    var wakeAt: Int64? { get }

    /// Takes what happened at `stamp`, and says what to send and what to tell, both in order.
    mutating func take(_ input: ByteLineInput<Order>, at stamp: Stamp) -> ByteLineOutput<Event>
}

/// What happens on a line of bytes.
package enum ByteLineInput<Order: Sendable>: Sendable {
    case opened
    /// It could not be opened; it is tried again by itself.
    case failed(TransportError)
    /// It is gone, and why; it is taken back by itself.
    case lost(String)
    /// These came in one read, the last of them now.
    case bytes([UInt8])
    /// Somebody dialled in and was turned away: who, why, and what to do.
    case turnedAway(String)
    case wake
    case order(Order)
    /// The line is being stopped: what is to be said before comes now, and `hangUp` once it was said. It is
    /// not waited for longer than a moment.
    case closing
}

/// What follows from it.
package struct ByteLineOutput<Event: Sendable>: Sendable {
    package var events: [Event] = []
    package var send: [UInt8] = []
    /// Why the stream is of no use any more: it is closed after `send`, and taken back by itself.
    package var hangUp: String?

    package init() {}
}
