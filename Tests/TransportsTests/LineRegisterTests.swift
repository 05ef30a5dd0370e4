import Testing

@testable import Transports

@Suite struct LineRegisterTests {
    private func accepts(_ first: String, _ second: String) throws -> Bool {
        var register = LineRegister()
        try register.add(first)
        do throws(TransportError) {
            try register.add(second)
            return true
        } catch {
            #expect(error.place == second)
            return false
        }
    }

    @Test(arguments: [
        ("modbus+tcp://h:502?unit=1", "modbus+tcp://h?unit=2"),
        ("modbus+tcp://h:502?unit=1", "modbus+rtu+tcp://h:503?unit=1"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "modbus+rtu:///dev/ttyS0?baud=19200&unit=2"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "modbus+ascii:///dev/ttyS1?unit=1"),
        ("usb:0c2e:0b6a", "usb:0c2e:0b6a?port=1-2"),
    ])
    func unitsShareALineThatAllReachAlike(first: String, second: String) throws {
        #expect(try accepts(first, second))
    }

    @Test(arguments: [
        ("modbus+tcp://h:502?unit=1", "modbus+rtu+tcp://H:502?unit=2"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "modbus+rtu:///dev/ttyS0?baud=9600&unit=2"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "modbus+ascii:///dev/ttyS0?unit=2"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "modbus+rtu:///dev/ttyS0?unit=2&echo=yes"),
        ("modbus+rtu:///dev/ttyS0?unit=1", "serial:///dev/ttyS0"),
    ])
    func aLineIsReachedInOneWayOnly(first: String, second: String) throws {
        #expect(try !accepts(first, second))
    }
}
