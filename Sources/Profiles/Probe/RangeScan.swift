/// Finds out which addresses of one table a device answers, by reading ever smaller blocks where it refuses.
///
/// A decision without clock or line: `next` says what to read, `took` what came of it. A block that is
/// refused is looked into only around addresses that answer; where to look for those is sampled, at
/// multiples of 16 and of 100, because an empty table has 65,536 addresses and a slow line answers 20 a
/// second. `isThorough` looks into every address instead. It ends after `mostRequests` whatever comes.
package struct RangeScan: Sendable {
    /// What came of one read.
    package enum Outcome: Sendable, Equatable {
        case readable
        /// An exception with this code.
        case refused(code: UInt8)
        /// No answer in time.
        case silent
        /// The connection was closed or is gone.
        case lost
    }

    /// Why a scan ended before it had seen all.
    package enum Ending: Sendable, Equatable {
        /// The device has no function for this table.
        case noSuchTable
        /// It does not answer any more, or never did.
        case silent
        case lost
        case tooManyRequests
    }

    /// What is to be looked at and how much it may cost.
    package struct Limits: Sendable, Equatable {
        /// Addresses to look at.
        package var addresses: Range<Int>
        /// Most registers or bits of one read: `ModbusLimits.registersPerRead` or `bitsPerRead`.
        package var mostPerRead: Int
        /// Never read, alone or among others.
        package var excluded: RangeSet<Int> = RangeSet()
        package var isThorough = false
        package var mostRequests = 3_000

        package init(addresses: Range<Int>, mostPerRead: Int) {
            (self.addresses, self.mostPerRead) = (addresses, mostPerRead)
        }
    }

    /// Refusals with exception 1 before anything answered, until the table is taken not to be there.
    private static let refusalsToBelieve = 3
    /// Silences or losses in a row until the device is asked for something that it has answered before.
    private static let doubtsToProve = 4
    /// Silences in a row, nothing ever having been heard, until the device is taken to be dead.
    private static let silencesToGiveUp = 6

    /// Addresses that answer.
    package private(set) var readable = RangeSet<Int>()
    /// The most that one read brought.
    package private(set) var largestAnswered = 0
    /// The least that was refused although each part of it answers; nil where nothing was.
    package private(set) var smallestRefused: Int?
    package private(set) var requests = 0
    package private(set) var ending: Ending?

    private let limits: Limits
    /// What may be read: the limits' addresses, pages that are sampled, without what is excluded.
    private var allowed: RangeSet<Int>
    /// The last read that was answered, be it with an exception.
    private var answering: Range<Int>?
    /// Addresses between samples, and what is looked into around one that answers: maps are laid out in
    /// groups of 16 more often than not.
    private let grain = 16
    private var tasks: [Task] = []
    private var refused: Set<Range<Int>> = []
    /// Blocks that were looked into by samples, which is done once.
    private var sampled: Set<Range<Int>> = []
    private var asked: (task: Task, range: Range<Int>)?
    private var cap: Int
    /// Whether the most that one read brings has been sought.
    private var isMeasured = false
    private var doubts = 0
    private var unknownFunctions = 0

    private enum Task: Sendable {
        /// Read it; where it is refused, look into it.
        case explore(Range<Int>)
        /// Read these, then explore around those that answered.
        case sample([Range<Int>], of: Range<Int>)
        /// Explore on from here where the address before answers.
        case grow(Int)
        /// The most that is answered from `start` on is at least `low` and less than `high`.
        case measure(start: Int, low: Int, high: Int)
        /// Whether the device still answers what it has answered.
        case prove
    }

    package init(_ limits: Limits) {
        self.limits = limits
        cap = limits.mostPerRead
        allowed = RangeSet(limits.addresses)
        allowed.subtract(limits.excluded)
        for range in allowed.ranges.reversed() {
            let blocks = Self.pieces(range, limits.mostPerRead)
            tasks += blocks.reversed().map { .explore($0) }
        }
    }

    /// Adds, as the last thing to look at, the beginnings of pages of 256 addresses; where one answers, its
    /// page is explored as far as it answers.
    package mutating func alsoSample(pages: [Int]) {
        for address in pages.sorted() where (0...65_535).contains(address) {
            var page = RangeSet(address..<min(65_536, address + 256))
            page.subtract(limits.excluded)
            allowed.formUnion(page)
            let region = address..<min(65_536, address + 2 * grain)
            tasks.insert(.sample(points(at: address, in: region), of: region), at: 0)
        }
    }

    /// What to read next; nil at the end.
    package mutating func next() -> Range<Int>? {
        while ending == nil {
            if doubts >= Self.doubtsToProve, let answering { return ask(.prove, answering) }
            guard let task = tasks.popLast() ?? lastMeasure() else { return nil }
            guard let range = range(for: task) else { continue }
            guard requests < limits.mostRequests else {
                ending = .tooManyRequests
                return nil
            }
            return ask(task, range)
        }
        return nil
    }

    private mutating func ask(_ task: Task, _ range: Range<Int>) -> Range<Int> {
        asked = (task, range)
        return range
    }

    /// Takes in what came of the read that `next` asked for.
    package mutating func took(_ outcome: Outcome) {
        guard let (task, range) = asked else { return }
        asked = nil
        requests += 1
        note(outcome)
        let isAnswer = outcome != .silent && outcome != .lost
        if isAnswer { answering = range }
        if case .prove = task {
            if !isAnswer { ending = outcome == .lost ? .lost : .silent }
            return
        }
        guard ending == nil else { return }
        if outcome == .readable {
            readable.insert(contentsOf: range)
            largestAnswered = max(largestAnswered, range.count)
        } else {
            refused.insert(range)
        }
        goOn(task, range, isReadable: outcome == .readable)
        if outcome == .readable { measureWhereItWasTooMuch() }
    }

    private mutating func note(_ outcome: Outcome) {
        switch outcome {
        case .readable: (doubts, unknownFunctions) = (0, 0)
        case .refused(let code):
            doubts = 0
            unknownFunctions += code == 1 ? 1 : 0
            if readable.isEmpty, unknownFunctions >= Self.refusalsToBelieve { ending = .noSuchTable }
        case .silent, .lost:
            doubts += 1
            if answering == nil, doubts >= Self.silencesToGiveUp {
                ending = outcome == .lost ? .lost : .silent
            }
        }
    }
}

// MARK: - What each task asks for and leads to

extension RangeScan {
    /// What to read for `task`; nil where there is nothing to ask, or other tasks took its place.
    private mutating func range(for task: Task) -> Range<Int>? {
        switch task {
        case .explore(let range):
            if isReadable(range) { return nil }
            if range.count > cap {
                tasks += Self.pieces(range, cap).reversed().map { .explore($0) }
                return nil
            }
            if refused.contains(range) {
                lookInto(range)
                return nil
            }
            return range
        case .sample(let points, let region):
            guard let point = points.first else {
                exploreAround(region)
                return nil
            }
            let isKnown = isReadable(point) || refused.contains(point)
            if isKnown { tasks.append(.sample(Array(points.dropFirst()), of: region)) }
            return isKnown ? nil : point
        case .grow(let address):
            let range = address..<min(address + grain, limit(from: address))
            guard !range.isEmpty, readable.contains(address - 1), !isReadable(range), !refused.contains(range)
            else { return nil }
            tasks += [.grow(range.upperBound), .explore(range)]
            return nil
        case .measure(let start, let low, let high):
            guard high - low > 1 else {
                cap = max(low, largestAnswered)
                return nil
            }
            return start..<start + (low + high) / 2
        case .prove: return nil
        }
    }

    private mutating func goOn(_ task: Task, _ range: Range<Int>, isReadable: Bool) {
        switch task {
        case .explore: if !isReadable { lookInto(range) }
        case .sample(let points, let region):
            var rest = Array(points.dropFirst())
            // A device may give a two-register value only whole, or one register alone.
            if !isReadable, range.count == 2 { rest.insert(range.lowerBound..<range.lowerBound + 1, at: 0) }
            tasks.append(.sample(rest, of: region))
        case .measure(let start, let low, let high):
            if !isReadable { smallestRefused = range.count }
            tasks.append(
                isReadable
                    ? .measure(start: start, low: range.count, high: high)
                    : .measure(start: start, low: low, high: range.count))
        case .grow, .prove: return
        }
    }

    /// A refused block: its halves where something in it is known to answer, samples otherwise.
    private mutating func lookInto(_ range: Range<Int>) {
        guard range.count > 1 else { return }
        let isKnown = range.count <= grain || readable.ranges.contains { $0.overlaps(range) }
        if limits.isThorough || isKnown || !sampled.insert(range).inserted {
            let middle = range.lowerBound + range.count / 2
            tasks += [.explore(middle..<range.upperBound), .explore(range.lowerBound..<middle)]
        } else {
            let marks = range.filter { $0.isMultiple(of: grain) || $0.isMultiple(of: 100) }
            tasks.append(.sample(marks.flatMap { points(at: $0, in: range) }, of: range))
        }
    }

    /// After sampling: the cells of `region` in or beside which something answers are explored.
    private mutating func exploreAround(_ region: Range<Int>) {
        var open = RangeSet<Int>()
        let starts = region.filter { $0 == region.lowerBound || $0.isMultiple(of: grain) }
        for start in starts {
            let end = min(region.upperBound, (start / grain + 1) * grain)
            let beside = start - grain..<end + grain
            let isNear = readable.ranges.contains { $0.overlaps(beside) }
            if isNear { open.insert(contentsOf: start..<end) }
        }
        open.formIntersection(allowed)
        for range in open.ranges.reversed() {
            tasks += [.grow(range.upperBound), .explore(range)]
        }
    }

    /// Two registers or bits at `address`, one where two do not lie in `region`, none where it is excluded.
    private func points(at address: Int, in region: Range<Int>) -> [Range<Int>] {
        let wide = address..<address + 2
        guard allowed.contains(address) else { return [] }
        let isWhole = wide.upperBound <= region.upperBound && allowed.contains(address + 1)
        return [isWhole ? wide : address..<address + 1]
    }

    /// A refused read of which every part answers was too much for the device: how much is enough is sought.
    private mutating func measureWhereItWasTooMuch() {
        guard smallestRefused == nil,
            let tooMuch = refused.filter({ $0.count > largestAnswered && isReadable($0) })
                .min(by: { ($0.count, $0.lowerBound) < ($1.count, $1.lowerBound) })
        else { return }
        (smallestRefused, isMeasured) = (tooMuch.count, true)
        tasks.append(.measure(start: tooMuch.lowerBound, low: 1, high: tooMuch.count))
    }

    /// At the end: how much of the longest run comes in one reply, where that is not known yet.
    private mutating func lastMeasure() -> Task? {
        guard !isMeasured, let run = readable.ranges.max(by: { $0.count < $1.count }) else { return nil }
        isMeasured = true
        let most = min(run.count, limits.mostPerRead)
        return most > largestAnswered ? .measure(start: run.lowerBound, low: 1, high: most + 1) : nil
    }

    private func isReadable(_ range: Range<Int>) -> Bool {
        readable.ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    /// The first address from `address` on that may not be read.
    private func limit(from address: Int) -> Int {
        allowed.ranges.first { $0.contains(address) }?.upperBound ?? address
    }

    private static func pieces(_ range: Range<Int>, _ size: Int) -> [Range<Int>] {
        stride(from: range.lowerBound, to: range.upperBound, by: max(1, size)).map {
            $0..<min($0 + max(1, size), range.upperBound)
        }
    }
}
