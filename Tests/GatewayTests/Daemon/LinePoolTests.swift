import Testing
import Transports

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct LinePoolTests {
    @Test(arguments: [
        "modbus+tcp://127.0.0.1:9?unit=1", "modbus+rtu+tcp://127.0.0.1:9?unit=1",
        "modbus+rtu:///dev/no-such-tty?unit=1", "modbus+ascii:///dev/no-such-tty?unit=1",
    ])
    func everyModbusLinkHasItsLine(link: String) async throws {
        let pool = LinePool(time: SystemTime(), seed: 1)
        let address = try LinkAddress(link)
        let line = try await pool.line(to: address)
        #expect(line.name == address.lineName)
        #expect(try await pool.line(to: address) === line)
        await pool.stop()
        #expect(line.status.state == .stopped)
    }

    @Test func aScannersLinkHasNone() async throws {
        let pool = LinePool(time: SystemTime(), seed: 1)
        await #expect(throws: TransportError.self) {
            try await pool.line(to: try LinkAddress("serial:///dev/ttyS0"))
        }
    }

    /// device-modbus-go and the ThingsBoard gateway: connections exhausted devices that have room for one,
    /// two or three. One socket for each host and port, whatever the number of units.
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
