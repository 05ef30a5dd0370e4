/// A function given by points, straight between them and beyond the last.
package struct PiecewiseLine: Sendable {
    private let points: [(x: Double, y: Double)]

    /// `points` in any order, at least two, no x twice; where that is not so the line is flat at zero.
    package init(_ points: [(x: Double, y: Double)]) {
        let sorted = points.sorted { $0.x < $1.x }
        let usable = sorted.count >= 2 && zip(sorted, sorted.dropFirst()).allSatisfy { $0.x < $1.x }
        self.points = usable ? sorted : [(0, 0), (1, 0)]
    }

    /// The value at `x`; below the first point and beyond the last the nearest piece goes on.
    package func value(at x: Double) -> Double {
        let upper = min(max(points.firstIndex { $0.x >= x } ?? points.count - 1, 1), points.count - 1)
        let (from, to) = (points[upper - 1], points[upper])
        return from.y + (x - from.x) / (to.x - from.x) * (to.y - from.y)
    }
}
