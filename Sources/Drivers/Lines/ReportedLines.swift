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
        /// The last result once more.
        case again(UInt64)
    }

    private let recognition: LineProfile.Recognition
    /// The last line that counted; nil where none ever did.
    private var last: HandshakeMachine.Taken?
    /// When it came last, monotonic; nil where that was before this run.
    private var lastCame: Int64?

    /// `taken` is the last result that is durable; nil where none ever was.
    init(_ recognition: LineProfile.Recognition, taken: HandshakeMachine.Taken?) {
        (self.recognition, last) = (recognition, taken)
    }

    /// Judges `line`, which came at `instant`; `number` is what the device counts it by, where that could be
    /// read.
    mutating func judge(_ line: [UInt8], number: UInt64?, at instant: Int64) -> Finding {
        defer { lastCame = instant }
        switch recognition {
        case .number:
            if let last, last.raw == line { return .again(last.sequence) }
            return take(line, as: number ?? last?.sequence ?? 0, number.flatMap(irregularity))
        case .sameLine(let milliseconds):
            if let last, last.raw == line, let lastCame,
                instant - lastCame < Int64(milliseconds) * 1_000_000
            {
                return .again(last.sequence)
            }
            return take(line, as: (last?.sequence ?? 0) &+ 1, nil)
        }
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
