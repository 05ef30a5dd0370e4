import Gateway
import Testing
import Transports

/// Which devices share a line.
@Suite(.timeLimit(.minutes(1))) struct LinePoolTests {
    /// device-modbus-go and the ThingsBoard gateway: connections exhausted devices that have room for one, two
    /// or three. One socket for each host and port, whatever the number of units.
    ///
    /// Seen failing with the look at `lines` in `LinePool.line(to:)` removed.
    @Test func unitsOfOneHostAndPortShareOneLine() async throws {
        let pool = LinePool(time: SystemTime(), seed: 1)
        func line(_ link: String) async throws -> any ModbusLink {
            try await pool.line(to: LinkAddress(link))
        }
        let first = try await line("modbus+tcp://127.0.0.1:15999?unit=1")
        let second = try await line("modbus+tcp://127.0.0.1:15999?unit=2")
        let other = try await line("modbus+tcp://127.0.0.1:15998?unit=1")
        #expect(first === second)
        #expect(first !== other)
        await pool.stop()
    }
}
