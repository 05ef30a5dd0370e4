/// A Mark-10 torque tester: answers `?` with what its display shows.
package struct TorqueTester: Sendable {
    /// Whether the unit is switched on at the tester.
    package let saysUnit: Bool
    /// Torque on the display, cN.m.
    private var torque = 0
    private var received: [UInt8] = []

    /// Longest command that is kept; what is longer is none.
    private static let longestCommand = 64

    package init(saysUnit: Bool) { self.saysUnit = saysUnit }

    /// Lets the display show `torque` in N.m.
    package mutating func show(torque: Double) {
        self.torque = Int(min(max(torque * 100, -1e6), 1e6).rounded())
    }

    /// What it answers to `bytes`; a line feed means nothing to it.
    package mutating func answer(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes where byte != UInt8(ascii: "\n") {
            guard byte == UInt8(ascii: "\r") else {
                if received.count < Self.longestCommand { received.append(byte) }
                continue
            }
            out += Array((received == [UInt8(ascii: "?")] ? reading : "*10").utf8) + [13, 10]
            received = []
        }
        return out
    }

    private var reading: String {
        let (whole, rest) = (abs(torque) / 100, abs(torque) % 100)
        let value = "\(torque < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
        return saysUnit ? value + " Nm" : value
    }
}
