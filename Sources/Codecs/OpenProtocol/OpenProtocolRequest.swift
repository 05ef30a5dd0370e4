/// What an integrator sends: MID, revision and data, before station and sequence number are known.
package struct OpenProtocolRequest: Sendable, Equatable {
    /// What ends a request, where the controller does not refuse it with MID 0004.
    package enum Answer: Sendable, Equatable {
        /// MID 0005 with the request's MID.
        case accepted
        /// A message with this MID.
        case reply(Int)
        /// Nothing: acknowledgements are not answered.
        case none
    }

    package let mid: Int
    /// 1 to 999; in a subscription and in a request the revision that is wanted back.
    package let revision: Int
    package let data: [UInt8]
    package let answer: Answer

    package init(_ mid: Int, revision: Int = 1, data: [UInt8] = [], answer: Answer = .accepted) {
        (self.mid, self.revision, self.data, self.answer) = (mid, revision, data, answer)
    }

    /// The message to a station and spindle, nil for the first; `sequence` where messages are acknowledged at
    /// link level, `isUnacknowledged` in a subscription whose events are not to be acknowledged.
    ///
    /// Throws `OpenProtocolError` of kind `limit` where the header or the length has no room.
    package func message(
        station: Int? = nil, spindle: Int? = nil, sequence: Int? = nil, isUnacknowledged: Bool = false
    ) throws(OpenProtocolError) -> OpenProtocolMessage {
        try OpenProtocolMessage(
            OpenProtocolHeader(
                mid: mid, revision: revision, isUnacknowledged: isUnacknowledged, station: station,
                spindle: spindle, sequence: sequence), data: data)
    }

    /// `value` in `count` digits; throws `limit` outside `range`.
    static func digits(
        _ value: Int, _ count: Int, _ range: ClosedRange<Int>, mid: Int, _ what: String
    ) throws(OpenProtocolError) -> [UInt8] {
        guard range.contains(value) else {
            throw OpenProtocolError(
                .limit, mid: mid, "\(what) \(value) is outside \(range.lowerBound) to \(range.upperBound)")
        }
        return Array(OpenProtocolText.padded(value, count).utf8)
    }

    /// `text` in at most `most` bytes of printable ASCII (specification R2.16, table 3); throws `limit`.
    static func characters(
        _ text: String, most: Int, mid: Int, _ what: String
    ) throws(OpenProtocolError) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count <= most else {
            throw OpenProtocolError(
                .limit, mid: mid, "\(what) has \(bytes.count) characters, where \(most) have room")
        }
        if let place = bytes.firstIndex(where: { !(0x20...0x7E).contains($0) }) {
            throw OpenProtocolError(
                .limit, mid: mid, "character \(place + 1) of \(what) is not printable ASCII")
        }
        return bytes
    }
}
