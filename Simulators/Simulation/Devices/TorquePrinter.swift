/// A torque tester that says one line for each test and hears nothing, in the form of its make.
package struct TorquePrinter: Sendable {
    /// How a line looks.
    package enum Form: String, Sendable, CaseIterable {
        /// Limit status, value, unit; a carriage return and no line feed, as it is delivered.
        case norbar = "norbar-ttt"
        /// Date, time, unit, value and kind of test between underscores; pounds-force inch alone.
        case vibrac = "vibrac-2100"
        /// Number, time, torque, unit, angle and verdict between semicolons: nobody's, and like many.
        case csv = "csv-torque-tool"
    }

    package let form: Form
    package let target: KolverTool.Target
    private var tests = 0

    /// Newton metres of a pound-force inch.
    private static let poundInch = 0.112_984_829

    package init(form: Form, target: KolverTool.Target) { (self.form, self.target) = (form, target) }

    /// The line of a test to `torque` (N.m) and `angle` (degrees), with its end.
    package mutating func tighten(torque: Double, angle: Double) -> [UInt8] {
        tests += 1
        let hundredths = Self.hundredths(torque)
        let range = target.torqueRange
        switch form {
        case .norbar:
            let limit = hundredths < range.lowerBound ? "LO" : hundredths > range.upperBound ? "HI" : "OK"
            return Array("\(limit) \(Self.decimal(hundredths)) N.m\r".utf8)
        case .vibrac:
            let pounds = Self.decimal(Self.hundredths(torque / Self.poundInch))
            return Array("01/01/00_09:00_lb-in_\(pounds)_removal_\r\n".utf8)
        case .csv:
            let degrees = Int(min(max(angle.rounded(), 0), 9_999))
            let isGood =
                range.contains(UInt16(clamping: hundredths)) && target.angleRange.contains(UInt16(degrees))
            let columns = [
                "\(tests)", "2026-11-21 12:00:00", Self.decimal(hundredths), "Nm", "\(degrees)",
                isGood ? "OK" : "NOK",
            ]
            return Array((columns.joined(separator: ";") + "\r\n").utf8)
        }
    }

    private static func hundredths(_ value: Double) -> Int {
        Int(min(max((value * 100).rounded(), 0), 999_999))
    }

    private static func decimal(_ hundredths: Int) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
