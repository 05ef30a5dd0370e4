/// An AcraDyne Gen IV torque controller: says one line after each rundown, and hears nothing.
package struct TorqueController: Sendable {
    package let target: KolverTool.Target
    private var rundowns = 0

    package init(target: KolverTool.Target) { self.target = target }

    /// The line of a rundown to `torque` (N.m) and `angle` (degrees), with its end.
    package mutating func tighten(torque: Double, angle: Double) -> [UInt8] {
        rundowns = rundowns % 99 + 1
        let tenths = Self.count(torque * 10, upTo: 9_999)
        let degrees = Self.count(angle, upTo: 9_999)
        let columns = [
            "#", "1", "1", Self.padded(rundowns, 2), "\(Self.padded(tenths / 10, 3)).\(tenths % 10)",
            Self.padded(degrees, 4), "0000", "0000", judgement(tenths * 10, degrees),
        ]
        return Array((columns.joined(separator: " ") + "\r\n").utf8)
    }

    private func judgement(_ torque: Int, _ angle: Int) -> String {
        if torque < target.torqueRange.lowerBound { return "H" }
        if torque > target.torqueRange.upperBound { return "I" }
        if angle < target.angleRange.lowerBound { return "J" }
        return angle > target.angleRange.upperBound ? "K" : "@"
    }

    private static func count(_ value: Double, upTo most: Int) -> Int {
        Int(min(max(value.rounded(), 0), Double(most)))
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
