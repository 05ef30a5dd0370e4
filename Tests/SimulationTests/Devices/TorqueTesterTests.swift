import Testing

@testable import Simulation

struct TorqueTesterTests {
    @Test func aTesterAnswersWhatItsDisplayShowsAndRefusesOtherCommands() {
        var tester = TorqueTester(saysUnit: true)
        func answer(_ text: String) -> String {
            String(decoding: tester.answer(Array(text.utf8)), as: UTF8.self)
        }
        tester.show(torque: -4.25)
        #expect(answer("?\r") == "-4.25 Nm\r\n")
        #expect(answer("?\r\n?") == "-4.25 Nm\r\n")
        #expect(answer("\r") == "-4.25 Nm\r\n")
        #expect(answer("HELLO\r") == "*10\r\n")
        tester = TorqueTester(saysUnit: false)
        tester.show(torque: 12.05)
        #expect(answer("?\r") == "12.05\r\n")
    }
}
