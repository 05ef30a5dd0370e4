import Profiles

/// Tells a result that a device says by itself from a line that came twice.
///
/// Nothing is acknowledged to such a device, so it never repeats a line of its own accord: a line comes twice
/// by a cable that bounces, or because a person prints it again.
struct ReportedLines: Sendable {
    /// What a line means.
    enum Finding: Equatable {
        /// A result to take, by this number; `irregularity` says what is odd about it.
        case new(UInt64, irregularity: String?)
        /// A result by a number that was taken with other values: no step may be credited with it.
        case doubtful(UInt64, because: String)
        /// A result that was taken before, once more.
        case again(UInt64)
    }

    /// A line, the number that it got, and when it came last, monotonic.
    private struct Heard {
        let line: [UInt8]
        let number: UInt64
        let instant: Int64
    }

    /// Numbered results that are remembered: more than a person prints again of one shift's work.
    private static let memory = 64

    private let recognition: LineProfile.Recognition
    /// The last line that counted; nil where none ever did.
    private var last: HandshakeMachine.Taken?
    /// The last lines of this run that could be read and that could not, where none has a number of its own:
    /// neither hides that the other comes again.
    private var readable: Heard?
    private var unreadable: Heard?
    /// Results whose number could be read, oldest first.
    private var known: [HandshakeMachine.Taken] = []
    /// The line that came last, where its number could not be read.
    private var unnumbered: [UInt8]?

    /// `taken` is the last result that is durable; nil where none ever was.
    init(_ recognition: LineProfile.Recognition, taken: HandshakeMachine.Taken?) {
        (self.recognition, last) = (recognition, taken)
        known = [taken].compactMap(\.self)
    }

    /// Judges `line`, which came at `instant`; `number` is what the device counts it by, where that could be
    /// read.
    mutating func judge(
        _ line: [UInt8], number: UInt64?, isReadable: Bool, at instant: Int64
    ) -> Finding {
        switch recognition {
        case .number: return judge(line, counted: number)
        case .sameLine(let milliseconds):
            let before = isReadable ? readable : unreadable
            let isBounce =
                before.map {
                    $0.line == line && instant - $0.instant < Int64(milliseconds) * 1_000_000
                } ?? false
            let number = isBounce ? before?.number ?? 0 : (last?.sequence ?? 0) &+ 1
            let heard = Heard(line: line, number: number, instant: instant)
            if isReadable { readable = heard } else { unreadable = heard }
            return isBounce ? .again(number) : take(line, as: number, nil)
        }
    }

    /// A line without a number is a result of its own and says nothing about those that have one.
    private mutating func judge(_ line: [UInt8], counted number: UInt64?) -> Finding {
        if let same = known.first(where: { $0.raw == line }) { return .again(same.sequence) }
        guard let number else {
            defer { unnumbered = line }
            let count = last?.sequence ?? 0
            return unnumbered == line ? .again(count) : .new(count, irregularity: nil)
        }
        unnumbered = nil
        let isTaken = known.contains { $0.sequence == number }
        known = known.suffix(Self.memory - 1) + [HandshakeMachine.Taken(sequence: number, raw: line)]
        guard isTaken else { return take(line, as: number, irregularity(number)) }
        return .doubtful(number, because: "result number \(number) came again with other values")
    }

    private mutating func take(_ line: [UInt8], as number: UInt64, _ irregularity: String?) -> Finding {
        last = HandshakeMachine.Taken(sequence: number, raw: line)
        return .new(number, irregularity: irregularity)
    }

    private func irregularity(_ number: UInt64) -> String? {
        guard let last else { return nil }
        if number == last.sequence { return "result number \(number) came again with other values" }
        if number < last.sequence { return "result number went back from \(last.sequence) to \(number)" }
        let left = number - last.sequence - 1
        return left == 0 ? nil : "\(left) result(s) before number \(number) never reached this gateway"
    }
}
