import Testing

@testable import Simulation

struct TorqueControllerTests {
    private let target = KolverTool.Target(torque: 2_750, torqueRange: 2_500...3_000, angleRange: 30...60)

    @Test(arguments: [
        (27.5, 45.0, "# 1 1 01 027.5 0045 0000 0000 @"), (24.9, 45, "# 1 1 01 024.9 0045 0000 0000 H"),
        (30.1, 45, "# 1 1 01 030.1 0045 0000 0000 I"), (27.5, 29, "# 1 1 01 027.5 0029 0000 0000 J"),
        (27.5, 61, "# 1 1 01 027.5 0061 0000 0000 K"), (1e9, 1e9, "# 1 1 01 999.9 9999 0000 0000 I"),
    ])
    func aControllerSaysALineInTheColumnsOfItsManual(_ torque: Double, _ angle: Double, _ line: String) {
        var controller = TorqueController(target: target)
        #expect(
            String(decoding: controller.tighten(torque: torque, angle: angle), as: UTF8.self) == line + "\r\n"
        )
    }

    @Test func aControllerCountsItsRundowns() {
        var controller = TorqueController(target: target)
        let counts = (0..<100).map { _ in
            String(decoding: controller.tighten(torque: 27.5, angle: 45)[6..<8], as: UTF8.self)
        }
        #expect(counts.first == "01" && counts[98] == "99" && counts[99] == "01")
    }
}
