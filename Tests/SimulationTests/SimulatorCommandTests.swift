import Testing

@testable import Simulation

struct SimulatorCommandTests {
    @Test(arguments: [
        (0, "0.000000"), (999, "0.000000"), (1_000, "0.000001"), (12_345_678_901, "12.345678"),
        (3_600_000_500_000, "3600.000500"),
    ])
    func timesOfRemarksAreSecondsWithSixDecimals(nanoseconds: Int64, text: String) {
        #expect(SimulatorCommand.seconds(nanoseconds) == text)
    }

    @Test func remarksSayWhenOnlyWhereThatIsAskedFor() throws {
        #expect(try !SimulatorArguments(["run", "shop.yaml"]).logsTimes)
        #expect(try SimulatorArguments(["run", "--log-times", "shop.yaml"]).logsTimes)
    }
}
