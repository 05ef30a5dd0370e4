internal import Metrology

/// What a scanner sent last, and may wait for an answer to.
///
/// An answer to anything else would be taken for the answer to what came last, so it is left out.
enum AwaitedAnswer: Sendable, Equatable {
    case nothing
    /// Something that was no mark.
    case misread
    /// The mark whose last byte came then.
    case read(Stamp)

    /// The one for the mark that was read at `stamp`, or for what was no mark for nil.
    init(to stamp: Stamp?) { self = stamp.map { .read($0) } ?? .misread }

    /// Takes note of what the scanner's line tells.
    mutating func note(_ event: ScannerEvent) {
        switch event {
        case .read(let read): self = .read(read.stamp)
        case .misread: self = .misread
        case .connected, .unplugged: self = .nothing
        case .leftOut, .unanswered, .noticed, .refused: break
        }
    }
}

extension Stamp {
    /// The stamps of marks that came at once, the last one at this moment: a nanosecond apart, because an
    /// answer is for one of them.
    func ofEach(of count: Int) -> [Stamp] {
        (0..<count).map {
            Stamp(utc: utc, monotonicNanoseconds: monotonicNanoseconds - Int64(count - 1 - $0))
        }
    }
}
