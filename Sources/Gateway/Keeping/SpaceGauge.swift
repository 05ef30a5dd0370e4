/// How full the room for the ledger is, and whether that is news. A value without clock or disk.
package struct SpaceGauge: Sendable {
    /// How full it is.
    package enum Level: Int, Sendable, Comparable {
        case fine = 0
        case low = 75
        case short = 90
        /// Nothing is recorded any more.
        case full = 100

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// What a look at the disk found, in bytes.
    package struct Look: Sendable, Equatable {
        /// What the file system can hold for whom the gateway runs as.
        package let total: Int64
        /// What is still free there, the reserve not counted.
        package let free: Int64
        /// What the ledger takes, and the most that it may; nil where only the disk bounds it.
        package let ledger: Int64
        package let mostLedger: Int64?

        package init(total: Int64, free: Int64, ledger: Int64 = 0, mostLedger: Int64? = nil) {
            (self.total, self.free, self.ledger, self.mostLedger) = (total, free, ledger, mostLedger)
        }

        /// The part that is taken, in percent: of the disk or of the ledger's bound, whichever is more.
        package var percent: Int {
            func share(_ part: Int64, _ whole: Int64) -> Int {
                whole <= 0 ? 100 : Int(min(100, max(0, Double(part) / Double(whole) * 100)))
            }
            return max(share(total - free, total), mostLedger.map { share(ledger, $0) } ?? 0)
        }

        /// Bytes until nothing more fits.
        package var left: Int64 { min(free, mostLedger.map { $0 - ledger } ?? free) }
    }

    /// Bytes below which nothing is recorded any more: a write-ahead log of 1,000 pages and as much in the
    /// database once it is moved there are 8 MiB.
    package static let leastLeft: Int64 = 8 << 20
    /// Bytes that are kept back and given free when the disk is full: what is under way ends in them.
    package static let reserve: Int64 = 8 << 20
    /// Percent that a level must be left by before it is: at its edge it would be news all the time.
    private static let play = 2

    package private(set) var level = Level.fine

    package init() {}

    /// Takes what was found; the level where it is another one than before.
    package mutating func take(_ look: Look) -> Level? {
        let now = level(of: look)
        defer { level = now }
        return now == level ? nil : now
    }

    private func level(of look: Look) -> Level {
        if look.left < Self.leastLeft { return .full }
        // The reserve must fit again, and something beside it.
        if level == .full, look.left < Self.leastLeft + Self.reserve + Self.leastLeft / 2 { return .full }
        let percent = look.percent
        for next in [Level.short, .low] {
            let edge = level >= next && level != .full ? next.rawValue - Self.play : next.rawValue
            if percent >= edge { return next }
        }
        return .fine
    }
}
