package import Codecs

/// What a tool really did, for whoever compares it with what arrived elsewhere.
package struct TighteningTruth: Sendable {
    /// One tightening as it was.
    struct Entry: Sendable, Equatable {
        let id: UInt32
        /// The id that 0061 says; another one where the make is known for that.
        let sentID: UInt32
        let identifier: [UInt8]
        /// The part that was really there; nil where nobody knows.
        let part: String?
        let parameterSet: Int
        let type: ResultType
        let isGood: Bool
        let spindles: [SpindleResult]
        let time: String
        let rundown: Rundown
        let samples: Int
    }

    /// Most entries kept; the oldest go beyond it, and are counted.
    static let mostEntries = 20_000
    /// Most entries in one answer.
    static let page = 100

    private var entries: [Entry] = []
    /// Entries let go.
    private var dropped = 0

    /// Tightenings so far.
    var count: Int { dropped + entries.count }

    mutating func append(
        _ result: Tightening, sent: UInt32, part: String? = nil, samples: Int
    ) {
        if entries.count >= Self.mostEntries {
            entries.removeFirst(Self.mostEntries / 2)
            dropped += Self.mostEntries / 2
        }
        entries.append(
            Entry(
                id: result.id, sentID: sent, identifier: result.identifier, part: part,
                parameterSet: result.pset, type: result.type, isGood: result.isGood,
                spindles: result.spindles, time: result.time,
                rundown: result.rundown, samples: samples))
    }

    /// The entries after the first `after` ones, a page at most: `{"count":…,"next":…,"tightenings":[…]}`.
    package func json(after: Int) -> JSONValue {
        let first = min(max(after - dropped, 0), entries.count)
        let shown = entries[first..<min(first + Self.page, entries.count)]
        return [
            "count": .number(Int64(count)), "next": .number(Int64(dropped + first + shown.count)),
            "tightenings": .array(shown.map(Self.json)),
        ]
    }

    private static func json(_ entry: Entry) -> JSONValue {
        let spindle = { (result: SpindleResult) -> JSONValue in
            [
                "torque_cNm": .number(Int64(result.torque)), "angle": .number(Int64(result.angle)),
                "torque_status": .number(Int64(result.torqueStatus.rawValue)),
                "angle_status": .number(Int64(result.angleStatus.rawValue)), "ok": .bool(result.isGood),
            ]
        }
        let hash = CurveTelegram.hash(of: entry.rundown, samples: entry.samples)
        return [
            "id": .number(Int64(entry.id)), "sent_id": .number(Int64(entry.sentID)),
            "identifier": .string(String(decoding: entry.identifier, as: UTF8.self)),
            "part": .optional(entry.part), "parameter_set": .number(Int64(entry.parameterSet)),
            "type": .number(Int64(entry.type.rawValue)), "ok": .bool(entry.isGood),
            "spindles": .array(entry.spindles.map(spindle)), "time": .string(entry.time),
            "curve_fnv1a": .string(hash),
        ]
    }
}
