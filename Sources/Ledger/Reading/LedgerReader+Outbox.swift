/// Where an entry stands on its way to a sink.
package enum OutboxState: String, Sendable, CaseIterable {
    /// To be sent, or to be sent again.
    case pending
    /// The sink's receipt is in the ledger.
    case delivered
    /// The sink refused it; a person must look.
    case quarantined
    /// It must not go to this sink.
    case withheld
}

/// One entry in front of one sink.
package struct OutboxItem: Sendable, Equatable {
    package let sink: String
    /// Sequence number and id of the entry.
    package let seq: Int64
    package let id: String
    package let state: OutboxState
    /// Attempts that were answered or failed so far: 0 to `mostAttempts`.
    package let attempts: Int
    /// UTC nanoseconds of the next attempt, for people to read; nil where none is planned.
    package let nextAttemptAt: Int64?
    package let lastError: String?

    /// Attempts are counted no further, so that the next one's number can be written into an entry
    /// (`JSONValue.largestNumber`): only a damaged or forged database has more.
    package static let mostAttempts: Int64 = 9_007_199_254_740_990
}

extension LedgerReader {
    /// How many entries stand in each state in front of each sink; states without entries are left out.
    ///
    /// What is delivered grows for ever: without it the answer costs what is open, and can be asked often.
    package func outboxCounts(
        includingDelivered: Bool = true
    ) throws(LedgerError) -> [String: [OutboxState: Int]] {
        let rows = try reading { database throws(LedgerError) in
            try database.rows(
                "SELECT sink, state, count(*) FROM outbox "
                    + (includingDelivered ? "" : "WHERE state <> 'delivered' ") + "GROUP BY sink, state"
            ) {
                ($0.text(0), $0.text(1), $0.integer(2))
            }
        }
        var counts: [String: [OutboxState: Int]] = [:]
        for (sink, state, count) in rows {
            guard let state = OutboxState(rawValue: state) else { continue }
            counts[sink, default: [:]][state] = Int(count)
        }
        return counts
    }

    /// What stands in `state` in front of `sink`, oldest first, at most `limit`.
    package func outbox(
        sink: String, state: OutboxState, limit: Int = 100
    ) throws(LedgerError) -> [OutboxItem] {
        try reading { database throws(LedgerError) in
            try database.rows(
                "SELECT o.seq, e.id, o.attempts, o.next_attempt_at, o.last_error FROM outbox o "
                    + "JOIN entry e ON e.seq = o.seq WHERE o.sink = ?1 AND o.state = ?2 "
                    + "ORDER BY o.seq LIMIT ?3",
                [.text(sink), .text(state.rawValue), .integer(Int64(limit))]
            ) { row in
                OutboxItem(
                    sink: sink, seq: row.integer(0), id: row.text(1), state: state,
                    attempts: Int(min(max(row.integer(2), 0), OutboxItem.mostAttempts)),
                    nextAttemptAt: row.isNull(3) ? nil : row.integer(3), lastError: row.optionalText(4))
            }
        }
    }
}
