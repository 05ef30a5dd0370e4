internal import Linux
internal import Transports

/// What lines have shown and nobody has looked at yet: bounded, so that a slow disk or reader costs pieces
/// of the capture, which are counted, and never a poll.
final class TrafficQueue: Sendable {
    /// All that was waiting, and how many pieces of each line found no place.
    struct Batch: Equatable {
        var pieces: [LinkTraffic] = []
        var dropped: [String: UInt64] = [:]
    }

    private struct Contents {
        var batch = Batch()
        var bytes = 0
        var isEnding = false
    }

    /// Some seconds of a thousand lines.
    static let mostPieces = 65_536
    static let mostBytes = 16 << 20

    private let condition = Condition()
    private let contents = Guarded(Contents())

    /// Keeps a piece, or counts it. Called on lines' threads.
    func put(_ piece: LinkTraffic) {
        condition.lock.withLock {
            contents.withLock { contents in
                let fits =
                    contents.batch.pieces.count < Self.mostPieces
                    && contents.bytes + piece.bytes.count <= Self.mostBytes
                if fits {
                    contents.batch.pieces.append(piece)
                    contents.bytes += piece.bytes.count
                } else {
                    contents.batch.dropped[piece.link, default: 0] += 1
                }
            }
            condition.signal()
        }
    }

    /// What has come, waiting at most `milliseconds` for it; nil once the queue has ended and is empty.
    func take(withinMilliseconds milliseconds: Int64) -> Batch? {
        condition.lock.withLock {
            let isWaiting = contents.withLock { $0.batch.pieces.isEmpty && !$0.isEnding }
            if isWaiting {
                condition.wait(
                    untilMonotonicNanoseconds: Condition.monotonicNanoseconds() + milliseconds * 1_000_000)
            }
            return contents.withLock { contents in
                guard !contents.batch.pieces.isEmpty || !contents.isEnding else { return nil }
                defer { (contents.batch, contents.bytes) = (Batch(), 0) }
                return contents.batch
            }
        }
    }

    /// Ends the queue: its reader gets what is left, then nil.
    func end() {
        condition.lock.withLock {
            contents.withLock { $0.isEnding = true }
            condition.signal()
        }
    }
}
