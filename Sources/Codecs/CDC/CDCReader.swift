/// Cuts what a USB serial device sends into lines, and refuses a line during which bytes were lost.
package struct CDCReader: Sendable {
    private var framer: LineFramer
    /// What the device lost since the last line ended, and when it said so; nil while all is well.
    private var damage: (what: String, at: Int64)?

    /// How long damage that was told between two lines counts against the next one: the endpoints are
    /// milliseconds out of step, not more.
    private static let longestLagNanoseconds: Int64 = 500_000_000

    package init(_ framing: LineFraming) { framer = LineFramer(framing) }

    /// What came: a line, or why bytes are none.
    package enum Line: Sendable, Equatable {
        case whole([UInt8])
        case refused(reason: String)
    }

    /// Whether a line has begun of which more is to come.
    package var hasBegun: Bool { framer.hasBegun }
    /// When `take` has to be called again even if nothing comes; nil where only bytes matter.
    package var deadline: Int64? { framer.deadline }

    /// Takes bytes of the data endpoint; none where only time has passed.
    package mutating func take(_ bytes: [UInt8], at monotonicNanoseconds: Int64) -> [Line] {
        if let told = damage, !hasBegun,
            monotonicNanoseconds.subtractingReportingOverflow(told.at).partialValue
                > Self.longestLagNanoseconds
        {
            damage = nil
        }
        return framer.take(bytes, at: monotonicNanoseconds).map { line in
            defer { damage = nil }
            switch line {
            case .refused(let refusal, let count):
                return .refused(reason: "\(refusal.rawValue) (\(count) bytes)")
            case .whole(let mark):
                guard let damage else { return .whole(mark) }
                return .refused(reason: "bytes were lost on the line (\(damage.what)): scan again")
            }
        }
    }

    /// Takes a notification of the control endpoint; others than of the line's state change nothing. Returns
    /// why it was left out, where it is none.
    ///
    /// The two endpoints are not in step: damage counts against the line that is under way, or the next one.
    package mutating func note(_ notification: [UInt8], at monotonicNanoseconds: Int64) -> String? {
        switch CDCNotification(notification) {
        case .state(let state):
            if damage == nil, let what = state.damage { damage = (what, monotonicNanoseconds) }
            return nil
        case .other: return nil
        case .malformed(let reason): return reason
        }
    }
}
