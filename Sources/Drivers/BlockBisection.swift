package import Profiles

/// Finds out which values of a refused block the device gives after all.
///
/// A device that has no register in the middle of a block refuses the whole block. The block is read once
/// more, then by halves, quarters and so on down to single values; no value is cut. What answered is joined
/// again to as few reads as the device takes. Each hole costs about twice the logarithm of the block's values
/// in reads.
///
/// Only for blocks that were put together from loose points: an atomic group comes whole or not at all.
///
/// ```
/// while case .read(let addresses) = search.next { search.heard(…) }
/// ```
package struct BlockBisection: Sendable {
    /// What came of the read that `next` asked for.
    package enum Answer: Sendable { case values, refused, unclear }

    /// What the caller does next.
    package enum Step: Sendable, Equatable {
        /// Read these addresses and say what came of it.
        case read(Range<Int>)
        case settled(Finding)
        /// The block answers now: nothing is to be changed.
        case passing
        /// Neither values nor refusals come: begin anew another time.
        case abandoned
    }

    /// What the device gives of the block.
    package struct Finding: Sendable, Equatable {
        /// The reads that take the block's place; the block itself where nothing of it answered.
        package let parts: [ReadRequest]
        /// What was refused, in the order of the addresses.
        package let holes: [AddressHole]
        /// Ids of the points that lie in holes.
        package let lost: [String]
        /// The widest read that was answered, where neighbours without a hole between them could not be read
        /// at once: the device's cap is lower than the profile says.
        package let widest: Int?
    }

    /// Points that share addresses, and so come and go together.
    private struct Value {
        var addresses: Range<Int>
        var points: [DevicePoint]
    }

    /// Neighbours without a refused value between them, that answered each by itself and may answer at once.
    private struct Run {
        var pieces: [Range<Int>]
        /// How many of them the next read tries together: all, and where that is refused the first two.
        var reach: Int

        init(_ pieces: [Range<Int>]) { (self.pieces, reach) = (pieces, pieces.count) }

        var tried: Range<Int> { pieces[0].lowerBound..<pieces[reach - 1].upperBound }
    }

    /// Answers without meaning in a row after which the search is given up.
    private static let patience = 3

    private let block: ReadRequest
    private let values: [Value]
    private var isPassing = false
    private var unclear = 0
    /// Ranges of `values` to be tried, the next one last.
    private var pending: [Range<Int>]
    private var answered: [Range<Int>] = []
    private var refused: Set<Range<Int>> = []
    /// What may be joined, the next one last.
    private var runs: [Run] = []
    private var settled: [Range<Int>] = []

    package init(_ block: ReadRequest) {
        self.block = block
        var values: [Value] = []
        for point in block.points.sorted(by: { $0.address < $1.address }) {
            if let last = values.last, point.address < last.addresses.upperBound {
                let end = max(last.addresses.upperBound, point.addresses.upperBound)
                values[values.count - 1].addresses = last.addresses.lowerBound..<end
                values[values.count - 1].points.append(point)
            } else {
                values.append(Value(addresses: point.addresses, points: [point]))
            }
        }
        self.values = values
        pending = values.isEmpty ? [] : [values.indices]
    }

    /// What is to be done now.
    package var next: Step {
        if isPassing { return .passing }
        if unclear >= Self.patience { return .abandoned }
        if let range = pending.last { return .read(addresses(range)) }
        if let run = runs.last { return .read(addresses(run.tried)) }
        return .settled(finding)
    }

    /// Takes what came of the read that `next` asks for; without one, nothing.
    package mutating func heard(_ answer: Answer) {
        guard case .read = next else { return }
        guard answer != .unclear else {
            unclear += 1
            return
        }
        unclear = 0
        if let range = pending.popLast() {
            search(range, answer == .values)
        } else {
            join(answer == .values)
            skipKnown()
        }
    }

    private mutating func search(_ range: Range<Int>, _ isAnswered: Bool) {
        if isAnswered {
            isPassing = range == values.indices
            answered.append(range)
        } else {
            refused.insert(range)
            if range.count > 1 {
                let middle = range.lowerBound + range.count / 2
                pending += [middle..<range.upperBound, range.lowerBound..<middle]
            }
        }
        guard pending.isEmpty, !isPassing else { return }
        var pieces: [[Range<Int>]] = []
        for piece in answered {
            if pieces.last?.last?.upperBound == piece.lowerBound {
                pieces[pieces.count - 1].append(piece)
            } else {
                pieces.append([piece])
            }
        }
        runs = pieces.reversed().map(Run.init)
        skipKnown()
    }

    /// Takes what came of the last try to join.
    private mutating func join(_ isAnswered: Bool) {
        guard var run = runs.popLast() else { return }
        if isAnswered {
            run.pieces.replaceSubrange(0..<run.reach, with: [run.tried])
            run.reach = min(2, run.pieces.count)
        } else if run.reach > 2 {
            run.reach = 2
        } else {
            settled.append(run.pieces.removeFirst())
            run = Run(run.pieces)
        }
        runs.append(run)
    }

    /// Settles what is joined as far as it goes, and tries nothing that was refused before.
    private mutating func skipKnown() {
        while let run = runs.last {
            if run.pieces.count == 1 {
                settled.append(run.pieces[0])
                runs.removeLast()
            } else if refused.contains(run.tried) {
                join(false)
            } else {
                return
            }
        }
    }

    private func addresses(_ range: Range<Int>) -> Range<Int> {
        values[range.lowerBound].addresses.lowerBound..<values[range.upperBound - 1].addresses.upperBound
    }
}

extension BlockBisection {
    private var finding: Finding {
        let lost = values.indices.filter { refused.contains($0..<$0 + 1) }
        var holes = lost.map { values[$0].addresses }
        var widest: Int?
        for (left, right) in zip(settled, settled.dropFirst()) where left.upperBound == right.lowerBound {
            let between = addresses(left).upperBound..<addresses(right).lowerBound
            if between.isEmpty {
                widest = settled.map { addresses($0).count }.max()
            } else {
                holes.append(between)
            }
        }
        return Finding(
            parts: settled.isEmpty ? [block] : settled.map(part), holes: merged(holes),
            lost: lost.flatMap { values[$0].points.map(\.id) }, widest: widest)
    }

    private func part(_ range: Range<Int>) -> ReadRequest {
        let addresses = addresses(range)
        return ReadRequest(
            id: "\(block.id)/\(addresses.lowerBound)", table: block.table, address: addresses.lowerBound,
            count: addresses.count, moment: block.moment, points: values[range].flatMap(\.points))
    }

    private func merged(_ ranges: [Range<Int>]) -> [AddressHole] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound == range.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<range.upperBound
            } else {
                merged.append(range)
            }
        }
        return merged.map { AddressHole(table: block.table, addresses: $0) }
    }
}

extension BlockBisection.Finding {
    /// What people are told: what is refused, and what to write into the profile.
    func sentence(_ device: String, _ block: ReadRequest) -> String {
        var remedies: [String] = []
        if !holes.isEmpty {
            remedies.append("holes: [\(holes.map(\.description).joined(separator: ", "))]")
        }
        if let widest {
            let key = block.table.holdsBits ? "bits_per_read" : "registers_per_read"
            remedies.append("limits: {\(key): \(widest)}")
        }
        let removed = lost.isEmpty ? "" : " and remove \(lost.joined(separator: ", "))"
        return "\(device) refuses \(parts == [block] ? "all" : "a part") of \(block.id): write "
            + "`\(remedies.joined(separator: "` and `"))` into its profile\(removed)"
    }
}
