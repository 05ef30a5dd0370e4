/// A group of values that is wider than one reply: several reads, and its guard read first and again last.
///
/// The device changes the guard (a sequence or heartbeat) before it changes anything else of the group. Where
/// the guard is the same before and after, nothing changed between: the reads are of one instant.
extension ReadRequest {
    /// The reads that make up this request, in their order: one, or the parts of a group and its guard again.
    package var reads: [Range<Int>] { parts.isEmpty ? [addresses] : parts }

    /// What the replies to a group's reads say together.
    package enum Assembly: Sendable, Equatable {
        /// The data of all registers, by address.
        case whole([UInt8])
        /// The guard changed while the group was read: its parts are of different instants.
        case torn
        /// A reply answers another function or is not of the right length.
        case malformed
    }

    /// Whether the replies to a group's reads are of different instants.
    package func isTorn(_ pdus: [UInt8]) -> Bool {
        !parts.isEmpty && assembly(ofReplies: pdus) == .torn
    }

    /// Puts the replies to `reads` together; `pdus` are all of them, in that order, one behind the other.
    package func assembly(ofReplies pdus: [UInt8]) -> Assembly {
        var data = [UInt8](repeating: 0, count: replyByteCount)
        var rest = pdus[...]
        for (index, part) in reads.enumerated() {
            let bytes = table.holdsBits ? (part.count + 7) / 8 : 2 * part.count
            guard rest.count >= 2 + bytes, rest.first == table.readFunction,
                Int(rest[rest.startIndex + 1]) == bytes
            else { return .malformed }
            let reply = rest.dropFirst(2).prefix(bytes)
            rest = rest.dropFirst(2 + bytes)
            let place = 2 * (part.lowerBound - address)..<2 * (part.lowerBound - address) + bytes
            if index > 0, index == reads.count - 1 {
                guard data[place].elementsEqual(reply) else { return .torn }
            } else if reads.count == 1 {
                data = Array(reply)
            } else {
                data.replaceSubrange(place, with: reply)
            }
        }
        return rest.isEmpty ? .whole(data) : .malformed
    }
}

/// Divides a group that is wider than one reply into reads.
struct GroupParts {
    let addresses: Range<Int>
    /// Most registers of one read.
    let cap: Int
    /// The points of the group; none is cut.
    let points: [DevicePoint]

    /// The part that holds the guard, then the others, then the guard alone.
    func reads(guardedBy guardPoint: DevicePoint) -> [Range<Int>] {
        var first: [Range<Int>] = []
        var others: [Range<Int>] = []
        var start = addresses.lowerBound
        while start < addresses.upperBound {
            let end = end(from: start)
            if (start..<end).contains(guardPoint.address) {
                first.append(start..<end)
            } else {
                others.append(start..<end)
            }
            start = end
        }
        return first + others + [guardPoint.addresses]
    }

    private func end(from start: Int) -> Int {
        let furthest = min(start + cap, addresses.upperBound)
        let cut = points.first { $0.address < furthest && $0.addresses.upperBound > furthest }
        // A point wider than one read is a fault of its own; then any end will do.
        guard let cut, cut.address > start else { return furthest }
        return cut.address
    }
}
