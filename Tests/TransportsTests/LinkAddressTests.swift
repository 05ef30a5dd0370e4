import Testing

@testable import Transports

@Suite struct LinkAddressTests {
    @Test func linksOfTheManualAreRead() throws {
        #expect(
            try LinkAddress("modbus+tcp://127.0.0.1:15020?unit=1")
                == .modbusTCP(host: "127.0.0.1", port: 15_020, unit: 1))
        #expect(try LinkAddress("modbus+tcp://bench-7") == .modbusTCP(host: "bench-7", port: 502, unit: 255))
        #expect(
            try LinkAddress("modbus+tcp://[::1]:502?unit=0") == .modbusTCP(host: "::1", port: 502, unit: 0))
        let rtu = SerialSettings(path: "/dev/ttyUSB0", baud: 19_200, parity: .even)
        #expect(
            try LinkAddress("modbus+rtu:///dev/ttyUSB0?baud=19200&parity=even&stop=1&unit=7")
                == .modbusRTU(rtu, unit: 7))
        #expect(try LinkAddress("modbus+rtu:///dev/ttyUSB0?unit=7") == .modbusRTU(rtu, unit: 7))
        #expect(
            try LinkAddress("serial:///dev/ttyACM0?baud=115200")
                == .serial(SerialSettings(path: "/dev/ttyACM0", baud: 115_200, parity: .none)))
        #expect(try LinkAddress("openprotocol://10.0.0.25") == .tcp(host: "10.0.0.25", port: 4_545))
        #expect(
            try LinkAddress("usb:0c2e:0b6a?serial=123&port=1-2")
                == .usb(USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A, serial: "123", port: "1-2")))
    }

    @Test func RTUOverTCPAndASCIIAreRead() throws {
        #expect(
            try LinkAddress("modbus+rtu+tcp://10.0.0.8:4001?unit=3")
                == .modbusRTUOverTCP(host: "10.0.0.8", port: 4_001, unit: 3))
        let ascii = SerialSettings(path: "/dev/ttyS1", baud: 9_600, parity: .even, dataBits: 7)
        #expect(try LinkAddress("modbus+ascii:///dev/ttyS1?baud=9600&unit=3") == .modbusASCII(ascii, unit: 3))
        #expect(
            try LinkAddress("modbus+rtu+tcp://[::1]:4001?unit=3").lineName == "modbus+rtu+tcp://[::1]:4001")
        #expect(
            try LinkAddress("modbus+ascii:///dev/ttyS1?unit=3").lineName == "modbus+ascii:///dev/ttyS1")
    }

    @Test(arguments: ["modbus+rtu", "modbus+ascii"]) func echoAndDirectionAreOptions(scheme: String) throws {
        let settings =
            switch try LinkAddress("\(scheme):///dev/ttyS1?unit=3&echo=yes&rs485=yes") {
            case .modbusRTU(let settings, _), .modbusASCII(let settings, _): settings
            default: SerialSettings(path: "", baud: 0, parity: .none)
            }
        #expect(settings.hasLocalEcho && settings.switchesDirection)
        let plain = try LinkAddress("\(scheme):///dev/ttyS1?unit=3&echo=no")
        #expect(plain == (try LinkAddress("\(scheme):///dev/ttyS1?unit=3")))
    }

    @Test(arguments: [
        ("modbus+tcp://10.0.0.5", "modbus+tcp://10.0.0.5:502"),
        ("modbus+tcp://PLC1:502", "modbus+tcp://plc1"), ("MODBUS+TCP://plc1", "modbus+tcp://Plc1"),
        ("modbus+tcp://[FE80::0:1]", "modbus+tcp://[fe80:0:0:0:0:0:0:1]"),
        ("modbus+tcp://10.0.0.5", "modbus+tcp://[10.0.0.5]:502"),
        ("modbus+rtu+tcp://PLC1:4001", "modbus+rtu+tcp://plc1:4001"),
    ])
    func unitsShareTheirLine(one: String, two: String) throws {
        let one = try LinkAddress(one + "?unit=1")
        let two = try LinkAddress(two + "?unit=2")
        #expect(one.lineName == two.lineName)
        #expect(two.unit == 2)
    }

    @Test func aDeviceThatDialsInHasAPortAndItsAddresses() throws {
        let one = try LinkAddress("openprotocol-listen://0.0.0.0?from=10.0.0.25,FE80:0::1")
        #expect(one == .dialIn(DialInAddress(host: "0.0.0.0", port: 4_545, peers: ["10.0.0.25", "fe80::1"])))
        #expect(one.lineName == "openprotocol-listen://0.0.0.0:4545")
    }

    @Test func aHostIsNamedInOneSpelling() throws {
        #expect(try LinkAddress("modbus+tcp://10.0.0.5?unit=1").lineName == "modbus+tcp://10.0.0.5:502")
        #expect(try LinkAddress("modbus+tcp://PLC1.Works").lineName == "modbus+tcp://plc1.works:502")
        #expect(try LinkAddress("modbus+tcp://[FE80:0::1]").lineName == "modbus+tcp://[fe80::1]:502")
        // The name of an interface is not that of a host.
        #expect(
            try LinkAddress("modbus+tcp://[FE80::1%enP1]").lineName == "modbus+tcp://[fe80::1%enP1]:502")
    }

    @Test(arguments: [
        ("", "this is no link"), ("bench-7", "this is no link"), ("modbus+tcp://", "host is missing"),
        ("modbus+tcp://h:0", "port 0"), ("modbus+tcp://h:70000", "port 70000"),
        ("modbus+tcp://::1:502", "brackets"),
        ("modbus+tcp://h?unit=256", "unit 256"), ("modbus+tcp://h?unt=1", "no option unt"),
        ("modbus+tcp://h?unit=1&unit=2", "unit=2"), ("modbus+tcp://h\u{1B}[2J", "this is no link"),
        ("modbus+rtu:///dev/ttyS0", "unit is missing"), ("modbus+rtu:///dev/ttyS0?unit=0", "unit 0"),
        ("modbus+rtu:///dev/ttyS0?unit=1&baud=19201", "baud 19201"),
        ("modbus+rtu:///dev/ttyS0?unit=1&parity=mark", "parity mark"),
        ("modbus+rtu://ttyS0?unit=1", "tty is missing"),
        ("modbus+rtu:///dev/ttyS0?unit=1&echo=on", "echo on"),
        ("modbus+rtu:///dev/ttyS0?unit=1&rs485=1", "rs485 1"),
        ("modbus+rtu+tcp://h?unit=1", "port is missing"), ("modbus+rtu+tcp://h:4001", "unit is missing"),
        ("modbus+rtu+tcp://h:4001?unit=0", "unit 0"), ("modbus+rtu+tcp://h:4001?unit=1&baud=9600", "baud"),
        ("modbus+ascii:///dev/ttyS0?unit=248", "unit 248"), ("modbus+ascii:///dev/ttyS0", "unit is missing"),
        ("modbus+tcp://h?echo=yes", "no option echo"), ("serial:///dev/ttyS0?echo=yes", "no option echo"),
        ("usb:0c2e", "four hex digits"), ("usb:0c2e:+b6a", "four hex digits"),
        ("openprotocol://10.0.0.9:4545?unit=1", "no option unit"), ("openprotocol://", "host is missing"),
        ("openprotocol-listen://0.0.0.0", "from nobody cannot be allowed"),
        ("openprotocol-listen://0.0.0.0?from=10.0.0.25,", "from nobody cannot be allowed"),
        ("openprotocol-listen://0.0.0.0?from=tw-025", "from tw-025 cannot be allowed"),
        ("openprotocol-listen://bench:4545?from=10.0.0.25", "no address to listen at"),
        ("openprotocol-listen://0.0.0.0?form=10.0.0.25", "no option form"),
        (
            "openprotocol-listen://0.0.0.0?from="
                + [String](repeating: "::1", count: 17).joined(separator: ","),
            "17 addresses"
        ),
        ("ftp://h", "no link begins with ftp"),
    ])
    func aWrongLinkSaysWhatIsWrong(text: String, says: String) {
        do throws(TransportError) {
            let link = try LinkAddress(text)
            Issue.record("\(text) was read as \(link)")
        } catch {
            #expect("\(error)".contains(says), "\(error)")
            #expect(!error.remedy.isEmpty)
        }
    }
}
