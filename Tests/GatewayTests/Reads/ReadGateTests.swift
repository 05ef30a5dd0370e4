import Testing

@testable import Gateway

/// Which readings by pages are entered.
@Suite struct ReadGateTests {
    private static let minute: Int64 = 60_000_000_000
    private var gate = ReadGate()

    private mutating func admits(_ what: String, by reader: String, after minutes: Int64) -> Bool {
        gate.admits(what, by: reader, at: minutes * Self.minute)
    }

    @Test mutating func aPageThatComesBackWithinTenMinutesHasNotReadAnew() {
        let admitted = [
            admits("page", by: "10.0.0.5", after: 0), admits("page", by: "10.0.0.5", after: 9),
            admits("page", by: "10.0.0.6", after: 9), admits("curves", by: "10.0.0.5", after: 9),
            admits("page", by: "10.0.0.5", after: 10),
        ]
        #expect(admitted == [true, false, true, true, true])
    }

    @Test mutating func thousandsOfReadersAreEnteredEach() {
        let admitted = (0..<5_000).count { admits("page", by: "\($0)", after: 0) }
        #expect(admitted == 5_000)
        let again = [admits("page", by: "7", after: 1), admits("page", by: "7", after: 10)]
        #expect(again == [false, true])
    }
}
