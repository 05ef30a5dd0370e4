import Testing

@testable import Simulation

struct TorquePrinterTests {
    private static let target = KolverTool.Target(
        torque: 2_750, torqueRange: 2_500...3_000, angleRange: 30...60)

    /// 27.5 N·m are 243.40 lbf·in (1 lbf·in = 0.112 984 829 N·m, NIST SP 811).
    @Test(arguments: [
        (TorquePrinter.Form.norbar, 27.5, 45.0, "OK 27.50 N.m\r"), (.norbar, 24.99, 45, "LO 24.99 N.m\r"),
        (.norbar, 30.01, 45, "HI 30.01 N.m\r"),
        (.vibrac, 27.5, 45, "01/01/00_09:00_lb-in_243.40_removal_\r\n"),
        (.csv, 27.5, 45, "1;2026-11-21 12:00:00;27.50;Nm;45;OK\r\n"),
        (.csv, 27.5, 61, "1;2026-11-21 12:00:00;27.50;Nm;61;NOK\r\n"),
        (.csv, 1e9, 1e9, "1;2026-11-21 12:00:00;9999.99;Nm;9999;NOK\r\n"),
    ])
    func aTesterSaysALineOfItsForm(_ form: TorquePrinter.Form, torque: Double, angle: Double, line: String) {
        var printer = TorquePrinter(form: form, target: Self.target)
        #expect(String(decoding: printer.tighten(torque: torque, angle: angle), as: UTF8.self) == line)
    }

    @Test func columnsBeginWithANumberThatCounts() {
        var printer = TorquePrinter(form: .csv, target: Self.target)
        let numbers = (1...3).map { _ in printer.tighten(torque: 27, angle: 45).first }
        #expect(numbers == Array("123".utf8))
    }
}
