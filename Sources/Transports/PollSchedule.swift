/// The polls of one line and when each is due. Times are nanoseconds of the monotonic clock.
///
/// Due times lie on multiples of the period, so they do not drift, and polls with one period on different
/// lines fall due together. What could not be asked in time is left out and counted, never caught up in a
/// bunch.
struct PollSchedule: Sendable {
    /// More polls than one line can serve at any useful rate; looking through them stays cheap.
    static let capacity = 1_024

    struct Entry: Sendable {
        let group: Int
        var poll: ModbusPoll
        let pdu: [UInt8]
        var due: Int64
        /// How often it has been asked since it fell due.
        var tries = 0
    }

    private(set) var entries: [Entry] = []

    mutating func append(_ poll: ModbusPoll, pdu: [UInt8], group: Int, due: Int64) {
        entries.append(Entry(group: group, poll: poll, pdu: pdu, due: due))
    }

    mutating func remove(group: Int) { entries.removeAll { $0.group == group } }

    mutating func removeAll() { entries.removeAll() }

    mutating func setPeriod(
        _ period: Int64, ofPoll id: Int, group: Int, now: Int64, units: [UInt8: UnitHealth]
    ) {
        for index in entries.indices where entries[index].group == group && entries[index].poll.id == id {
            entries[index].poll.periodNanoseconds = period
            guard units[entries[index].poll.unit]?.health != .demoted else { continue }
            entries[index].due = min(entries[index].due, Self.gridTime(after: now, period: period))
        }
    }

    /// When the next poll is due; nil where there is none.
    var nextDue: Int64? {
        var earliest: Int64?
        // By place: an entry that is looked at whole would be copied.
        for index in entries.indices where entries[index].due < earliest ?? .max {
            earliest = entries[index].due
        }
        return earliest
    }

    /// Which poll has been due longest; those of a unit that has to be waited for are passed over. Nil where
    /// none is due.
    func firstDue(at now: Int64, pacing: UnitPacing) -> Int? {
        var chosen: Int?
        var earliest = Int64.max
        for index in entries.indices {
            let due = entries[index].due
            guard due <= now, due < earliest, pacing.allows(entries[index].poll.unit, at: now) else {
                continue
            }
            (chosen, earliest) = (index, due)
        }
        return chosen
    }

    /// Moves a poll that is due on to its next due time.
    ///
    /// - Returns: the entry, and how many of its due times have passed by unasked.
    mutating func take(_ index: Int, at now: Int64) -> (entry: Entry, skipped: Int) {
        let entry = entries[index]
        let period = entry.poll.periodNanoseconds
        let following = Self.gridTime(after: now, period: period)
        entries[index].due = following
        entries[index].tries = 0
        // Due times strictly between the one that is answered now and the next.
        let skipped = period > 0 ? max(0, (following - entry.due) / period - 1) : 0
        return (entry, Int(skipped))
    }

    /// Makes a poll that brought no answer due again at `now`, behind those that have waited longer.
    ///
    /// - Returns: whether it is still polled.
    mutating func askAgain(pollID id: Int, group: Int, tries: Int, at now: Int64) -> Bool {
        guard let index = entries.firstIndex(where: { $0.group == group && $0.poll.id == id }) else {
            return false
        }
        entries[index].due = min(entries[index].due, now)
        entries[index].tries = tries
        return true
    }

    /// Makes all polls of a unit due at `time`: at once after it came back, at its next probe while it is
    /// silent.
    mutating func setDue(_ time: Int64, unit: UInt8) {
        for index in entries.indices where entries[index].poll.unit == unit { setDue(time, at: index) }
    }

    mutating func setAllDue(_ time: Int64) {
        for index in entries.indices { setDue(time, at: index) }
    }

    private mutating func setDue(_ time: Int64, at index: Int) {
        entries[index].due = time
        entries[index].tries = 0
    }

    /// Whether no other unit is polled on this line.
    func isAlone(_ unit: UInt8) -> Bool { entries.allSatisfy { $0.poll.unit == unit } }

    /// The first multiple of `period` after `now`; `now` itself for period 0.
    static func gridTime(after now: Int64, period: Int64) -> Int64 {
        guard period > 0 else { return now }
        let (next, overflow) = (now - now % period).addingReportingOverflow(period)
        return overflow ? .max : next
    }
}
