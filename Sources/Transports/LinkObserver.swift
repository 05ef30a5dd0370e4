package import Metrology

/// Bytes that passed a link, exactly as they were on the wire.
package struct LinkTraffic: Sendable, Equatable {
    /// Which way bytes went, seen from this machine.
    package enum Direction: String, Sendable {
        case sent
        case received
    }

    /// The line's name.
    package let link: String
    package let direction: Direction
    package let bytes: [UInt8]
    package let stamp: Stamp

    package init(link: String, direction: Direction, bytes: [UInt8], stamp: Stamp) {
        (self.link, self.direction, self.bytes, self.stamp) = (link, direction, bytes, stamp)
    }
}

/// Sees all traffic of a link, on the link's thread: it must be quick and must not block.
package typealias LinkObserver = @Sendable (LinkTraffic) -> Void
