import Drivers
import Inspection
import Testing

@testable import Gateway

/// Which notices of a device become entries in the ledger.
@Suite struct NoticeGateTests {
    private static let second: Int64 = 1_000_000_000

    private static func alarm(_ number: Int) -> DeviceNotice { DeviceNotice(.alarmRaised, "alarm \(number)") }

    @Test func aFloodIsEightEntriesThenOneAWindowWithACount() {
        var gate = NoticeGate()
        var entered: [NoticeGate.Entry] = []
        for number in 1...1_000 { entered += gate.take(Self.alarm(number), at: Int64(number)) }
        #expect(entered.map(\.notice.text) == (1...8).map { "alarm \($0)" })
        #expect(entered.allSatisfy { $0.folded == 0 })
        #expect(gate.due(at: 10 * Self.second).isEmpty, "its window began at 1 ns")
        let first = gate.due(at: 10 * Self.second + 1)
        #expect(first == [.init(notice: Self.alarm(1_000), folded: 991)])
        // It goes on.
        for number in 1...100 { #expect(gate.take(Self.alarm(number), at: 11 * Self.second).isEmpty) }
        #expect(gate.due(at: 21 * Self.second) == [.init(notice: Self.alarm(100), folded: 99)])
        // A window without any, and all is as before.
        #expect(gate.due(at: 32 * Self.second).isEmpty)
        #expect(gate.take(Self.alarm(7), at: 33 * Self.second).map(\.notice) == [Self.alarm(7)])
    }

    @Test func kindsDoNotCountForEachOther() {
        var gate = NoticeGate()
        for number in 1...20 { _ = gate.take(Self.alarm(number), at: 0) }
        let refused = DeviceNotice(.deviceRefused, "MID 0043")
        #expect(gate.take(refused, at: 1) == [.init(notice: refused, folded: 0)])
    }

    /// What is entered last says how it is. Seen failing with a window for each event.
    @Test func ofAFloodThatComesAndGoesTheNewestIsEntered() {
        var gate = NoticeGate()
        let cleared = DeviceNotice(.alarmCleared, "over")
        var entered: [DeviceNotice] = []
        for number in 1...50 {
            entered += gate.take(Self.alarm(number), at: Int64(number)).map(\.notice)
            entered += gate.take(cleared, at: Int64(number)).map(\.notice)
        }
        entered += gate.due(at: 11 * Self.second).map(\.notice)
        #expect(entered.count == 9 && entered.last == cleared)
    }

    @Test func whatWasLeftOutComesBeforeWhatComesLater() {
        var gate = NoticeGate()
        for number in 1...9 { _ = gate.take(Self.alarm(number), at: 0) }
        let entered = gate.take(Self.alarm(10), at: 10 * Self.second)
        #expect(entered == [.init(notice: Self.alarm(9), folded: 0)])
        #expect(gate.due(at: 20 * Self.second) == [.init(notice: Self.alarm(10), folded: 0)])
    }
}
