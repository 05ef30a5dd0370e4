/// An instant of a simulated shop, or a span of it: nanoseconds since the simulation began.
///
/// Shop time runs `speed` times as fast as real time; whoever owns the real clock converts.
package struct ShopTime: Sendable, Hashable, Comparable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The beginning of the simulation.
    package static let zero = ShopTime(nanoseconds: 0)

    /// A span of `count` seconds, cut to ±31 years so that nothing overflows.
    package static func seconds(_ count: Double) -> ShopTime {
        guard count.isFinite else { return zero }
        return ShopTime(nanoseconds: Int64(min(max(count, -1e9), 1e9) * 1e9))
    }

    package var seconds: Double { Double(nanoseconds) / 1e9 }

    package static func < (left: ShopTime, right: ShopTime) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (left: ShopTime, right: ShopTime) -> ShopTime {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return ShopTime(nanoseconds: overflow ? (right.nanoseconds > 0 ? .max : .min) : sum)
    }

    package static func - (left: ShopTime, right: ShopTime) -> ShopTime {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return ShopTime(nanoseconds: overflow ? (right.nanoseconds < 0 ? .max : .min) : difference)
    }
}
