import Testing
import Transports

@testable import Gateway

@Suite struct LinePoolTests {
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
}
