import Codecs
import Metrology
import Profiles

/// Knows which curves belong to which results of a torque controller, and how long a result waits for them.
///
/// A curve belongs to the result with its id and time. A result waits for the kinds that the profile names,
/// at most as long as it says; then it goes without, and what comes later is told for itself. What does not
/// come is asked for (MID 0006), as are the curves of results that had to be asked for.
struct TorqueCurves: Sendable {
    /// What becomes of a curve.
    enum Fate: Equatable {
        /// It is with its result now.
        case credited
        /// Its result is not here yet.
        case early
        /// These bytes came before.
        case again
        /// It is in no result, and this is why.
        case late(String)
    }

    /// A curve as it came, and the result that it says it belongs to.
    struct Drawing: Sendable, Equatable {
        let id: UInt64
        let time: OpenProtocolTime?
        let curve: ResultCurve
        /// Which request it answers, 0008 or 0006; nil where it does not say.
        var requestMID: Int?

        fileprivate var mark: Int { curve.raw.hashValue }
    }

    /// A result that waits for its curves.
    private struct Open {
        let id: UInt64
        let time: OpenProtocolTime?
        let deadline: Int64
        var missing: Set<ResultCurve.Kind>
        var curves: [ResultCurve] = []
        var marks: Set<Int> = []
    }

    /// A curve that is wanted and has to be asked for.
    fileprivate struct Wish {
        let id: UInt64
        let time: OpenProtocolTime?
        let kind: OpenProtocolRequest.CurveKind
        var askAt: Int64
        var tries = 0
    }

    /// Results that were told lately, by whose curves one that comes again or late is known.
    private static let mostKnown = 128
    /// Curves that may wait for their results: a controller sends one after the other.
    private static let mostEarly = 8
    /// Curves of one result; a tool draws six kinds at most (specification R2.16, table 210).
    private static let mostCurves = 16
    /// Curves that are wanted at most; those of the oldest results are given up beyond.
    private static let mostWishes = 128
    /// How often one is asked for in vain: four minutes, in which a controller that is stuck was restarted.
    private static let mostTries = 12
    /// Pauses before one is asked for again, doubled from the first to the last.
    private static let shortestPause: Int64 = 2_000_000_000
    private static let longestPause: Int64 = 30_000_000_000
    /// Seconds by which the times of a result and of its curves may differ, both rounded for themselves.
    private static let nearness: Int64 = 2

    private let rule: TorqueProfile.CurveRule?
    /// How long an answer may take.
    private let timeout: Int64
    /// Whether the controller sends curves by itself; nil while that is not known.
    private(set) var isPushed: Bool?
    /// Whether it sends limits with them.
    private var hasLimits = false
    /// Whether it can be asked for curves.
    private var isAskable = true
    private var open: [Open] = []
    private var known: [Open] = []
    /// `isAwaited` where the controller waits for it to be acknowledged: not where it was asked for, nor on
    /// another connection than the one that it came on.
    private var early: [(drawing: Drawing, stamp: Stamp, deadline: Int64, isAwaited: Bool)] = []
    private var wishes: [Wish] = []
    /// When the answer to the first wish is overdue; nil while nothing is asked.
    private var askedUntil: Int64?

    init(_ rule: TorqueProfile.CurveRule?, timeout: Int64) { (self.rule, self.timeout) = (rule, timeout) }

    private var wait: Int64 { Int64(rule?.waitMilliseconds ?? 0) * 1_000_000 }

    // MARK: The session

    /// A connection begins.
    mutating func begin() {
        (isPushed, hasLimits, isAskable, askedUntil) = (nil, false, true, nil)
        for place in early.indices { early[place].isAwaited = false }
    }

    mutating func subscribed(_ isTaken: Bool) { isPushed = isTaken }

    mutating func subscribedLimits() { hasLimits = true }

    /// The connection is gone: what was asked is asked again on the next one, a little later each time.
    mutating func gone(at now: Int64) -> [String] { askedUntil == nil ? [] : putOff(at: now, "no answer") }

    // MARK: Results

    /// A result came: its curves are awaited from now on, and asked for at once where the result had to be.
    /// Returns the kinds that were here before it and wait to be acknowledged.
    mutating func expect(
        _ id: UInt64, _ time: OpenProtocolTime?, isAskedFor: Bool, at now: Int64
    ) -> [ResultCurve.Kind] {
        guard let rule, isPushed != false || isAskable else { return [] }
        var missing = Set(rule.kinds.map { ResultCurve.Kind($0) })
        if hasLimits { missing.insert(.limits) }
        open.append(Open(id: id, time: time, deadline: now + wait, missing: missing))
        let mayCome = isPushed != false && !isAskedFor
        for kind in rule.kinds where isAskable {
            wishes.append(Wish(id: id, time: time, kind: kind, askAt: mayCome ? now + wait / 2 : now))
        }
        if wishes.count > Self.mostWishes {
            // The one that is asked just now is answered for itself.
            let asked = askedUntil == nil ? 0 : 1
            wishes.removeSubrange(asked..<asked + wishes.count - Self.mostWishes)
        }
        let fitting = early.filter { Self.belongs($0.drawing, id, time) }
        early.removeAll { Self.belongs($0.drawing, id, time) }
        return fitting.filter { credit($0.drawing) == .credited && $0.isAwaited }.map(\.drawing.curve.kind)
    }

    /// A result that an earlier run took without all its curves: they are asked for once the controller can
    /// be. Which of them came is not known.
    mutating func want(_ id: UInt64, _ time: OpenProtocolTime?) {
        known.append(Open(id: id, time: time, deadline: 0, missing: []))
        for kind in rule?.kinds ?? [] { wishes.append(Wish(id: id, time: time, kind: kind, askAt: 0)) }
    }

    /// Whether a result need not wait any more.
    func isDone(_ id: UInt64, _ time: OpenProtocolTime?, at now: Int64) -> Bool {
        guard let result = open.first(where: { $0.id == id && $0.time == time }) else { return true }
        return result.missing.isEmpty || now >= result.deadline
    }

    /// The result is told: its curves, in the order of their kinds.
    mutating func release(_ id: UInt64, _ time: OpenProtocolTime?) -> [ResultCurve] {
        guard let place = open.firstIndex(where: { $0.id == id && $0.time == time }) else { return [] }
        var result = open.remove(at: place)
        let curves = result.curves.sorted { $0.kind.rawValue < $1.kind.rawValue }
        result.curves = []
        known = known.suffix(Self.mostKnown - 1) + [result]
        return curves
    }

    // MARK: Curves

    /// Judges a curve that came at `stamp`. `isAnswer` where it was asked for: nobody acknowledges it then.
    mutating func take(_ drawing: Drawing, at stamp: Stamp) -> (fate: Fate, isAnswer: Bool) {
        let isAnswer = askedUntil != nil && drawing.requestMID != 8 && wishes.first?.names(drawing) == true
        if isAnswer {
            askedUntil = nil
            wishes.removeFirst()
        }
        let fate = fate(of: drawing, isAwaited: !isAnswer, at: stamp)
        // What is asked just now is answered for itself.
        let asked = askedUntil == nil ? 0 : 1
        wishes =
            wishes.prefix(asked)
            + wishes.dropFirst(asked).filter {
                !$0.names(drawing) || !Self.belongs(drawing, $0.id, $0.time)
            }
        return (fate, isAnswer)
    }

    private mutating func fate(of drawing: Drawing, isAwaited: Bool, at stamp: Stamp) -> Fate {
        if let fate = credit(drawing) { return fate }
        if let place = known.lastIndex(where: { Self.belongs(drawing, $0.id, $0.time) }) {
            guard known[place].marks.insert(drawing.mark).inserted else { return .again }
            return .late("it came after result \(drawing.id) was told")
        }
        if let place = early.firstIndex(where: { $0.drawing == drawing }) {
            if isAwaited { early[place].isAwaited = true }
            return .early
        }
        early.append((drawing, stamp, stamp.monotonicNanoseconds + wait, isAwaited))
        return .early
    }

    /// Puts a curve to the result that waits for it; nil where none does.
    private mutating func credit(_ drawing: Drawing) -> Fate? {
        guard let place = open.firstIndex(where: { Self.belongs(drawing, $0.id, $0.time) }) else {
            return nil
        }
        guard open[place].marks.insert(drawing.mark).inserted else { return .again }
        let kind = drawing.curve.kind
        guard !open[place].curves.contains(where: { $0.kind == kind && kind != .unknown }),
            open[place].curves.count < Self.mostCurves
        else { return .late("result \(drawing.id) has another \(kind.rawValue) curve already") }
        open[place].curves.append(drawing.curve)
        open[place].missing.remove(kind)
        return .credited
    }

    /// Curves whose results did not come in time, and those for which there is no room.
    mutating func expired(at now: Int64) -> [(drawing: Drawing, stamp: Stamp, isAwaited: Bool)] {
        let surplus = max(0, early.count - Self.mostEarly)
        let gone = early.enumerated().filter { $0.offset < surplus || $0.element.deadline <= now }
        guard !gone.isEmpty else { return [] }
        early = early.enumerated().filter { $0.offset >= surplus && $0.element.deadline > now }.map(\.element)
        return gone.map { ($0.element.drawing, $0.element.stamp, $0.element.isAwaited) }
    }

    private static func belongs(_ drawing: Drawing, _ id: UInt64, _ time: OpenProtocolTime?) -> Bool {
        guard drawing.id == id else { return false }
        guard let first = drawing.time.flatMap(ControllerClock.seconds),
            let second = time.flatMap(ControllerClock.seconds)
        else { return drawing.time == nil || time == nil || drawing.time == time }
        return abs(first - second) <= nearness
    }

    // MARK: Asking

    /// What is to be asked now; nil where nothing is, or something is asked already.
    mutating func next(at now: Int64) -> OpenProtocolRequest? {
        guard isAskable, askedUntil == nil, let place = wishes.firstIndex(where: { $0.askAt <= now }) else {
            return nil
        }
        let wish = wishes.remove(at: place)
        // Only an id that no controller has cannot be written.
        guard let id = Int(exactly: wish.id),
            let request = try? OpenProtocolRequest.curve(wish.kind, ofResult: id)
        else { return nil }
        wishes.insert(wish, at: 0)
        askedUntil = now + timeout
        return request
    }

    /// The controller refuses what was asked last; what people should know of it, nil where nothing was.
    mutating func refused(_ refusal: OpenProtocolRefusal, at now: Int64) -> [String]? {
        guard askedUntil != nil, [6, 900].contains(refusal.mid), let wish = wishes.first else { return nil }
        if refusal.isUnknownRequest { return noMore("\(refusal)") }
        if refusal.isPassing { return putOff(at: now, "\(refusal)") }
        askedUntil = nil
        wishes.removeFirst()
        return [wish.neverCame("\(refusal)")]
    }

    /// An answer may be overdue; what people should know of it.
    mutating func overdue(at now: Int64) -> [String] {
        guard let askedUntil, askedUntil <= now else { return [] }
        return putOff(at: now, "no answer")
    }

    /// Asks for the same again later, or gives it up.
    private mutating func putOff(at now: Int64, _ reason: String) -> [String] {
        askedUntil = nil
        guard !wishes.isEmpty else { return [] }
        var wish = wishes.removeFirst()
        wish.tries += 1
        guard wish.tries < Self.mostTries else { return [wish.neverCame(reason)] }
        wish.askAt = now + min(Self.shortestPause << min(Int64(wish.tries - 1), 8), Self.longestPause)
        wishes.append(wish)
        return []
    }

    /// This controller cannot be asked: what did not come by itself will not come.
    private mutating func noMore(_ reason: String) -> [String] {
        (isAskable, askedUntil, wishes) = (false, nil, [])
        if isPushed == false { for place in open.indices { open[place].missing = [] } }
        return ["curves cannot be asked for: \(reason)"]
    }

    /// When something has to be done even if nothing is heard: the deadline of the result that is told next,
    /// and of curves; where `canAsk`, when one is asked for.
    func wakeAt(next id: UInt64?, _ time: OpenProtocolTime?, canAsk: Bool) -> Int64? {
        let first = open.first { $0.id == id && $0.time == time }?.deadline
        let asks = canAsk && isAskable && askedUntil == nil ? wishes.map(\.askAt).min() : askedUntil
        return [first, asks, early.map(\.deadline).min()].compactMap(\.self).min()
    }
}

extension TorqueCurves.Wish {
    /// Whether the curve is of this result's id and of this kind.
    fileprivate func names(_ drawing: TorqueCurves.Drawing) -> Bool {
        drawing.id == id && drawing.curve.kind == ResultCurve.Kind(kind)
    }

    fileprivate func neverCame(_ reason: String) -> String {
        "the \(kind) curve of result \(id) never reached this gateway: \(reason)"
    }
}

extension ResultCurve.Kind {
    init(_ kind: OpenProtocolRequest.CurveKind) { self = ResultCurve.Kind(rawValue: "\(kind)") ?? .unknown }
}
