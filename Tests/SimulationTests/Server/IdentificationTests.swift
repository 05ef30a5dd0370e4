import Codecs
import Glibc
import Testing

@testable import Simulation

/// What simulated devices say of themselves by function 43, read by pymodbus and by frames written out here.
struct IdentificationTests {
    private static let python =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        + "/.build/venv/bin/python3"

    /// All objects that a client reads with each read code, over as many replies as it takes.
    private static let script = """
        import sys
        from pymodbus.client import ModbusTcpClient
        with ModbusTcpClient("127.0.0.1", port=int(sys.argv[1])) as client:
            for code in (1, 2, 3):
                objects, next_object = {}, 0
                while True:
                    reply = client.read_device_information(read_code=code, object_id=next_object)
                    objects.update(reply.information)
                    if not reply.more_follows:
                        break
                    next_object = reply.next_object_id
                print(code, hex(reply.conformity), *(f"{k}={v.decode()}" for k, v in sorted(objects.items())))
            print(4, client.read_device_information(read_code=4, object_id=0x80).information[0x80].decode())
            print(client.read_device_information(read_code=4, object_id=5).isError())
        """

    private func bench(serial: String) throws -> ShopServer {
        let text = """
            scenario: bench
            devices:
              B-1: {model: flow-bench, listen: "127.0.0.1:0", serial: "\(serial)", firmware: "2.4"}

            """
        let scenario = try ScenarioDecoder.decode(Array(text.utf8), file: "bench.yaml")
        return try ShopServer(scenario: scenario, options: ShopServer.Options()) { _ in }
    }

    @Test(.timeLimit(.minutes(10))) func pymodbusReadsTheNameplate() throws {
        try #require(
            access(Self.python, X_OK) == 0, "Scripts/bootstrap installs the judges of Tests/judges.txt")
        let server = try bench(serial: "FB-0042")
        let port = try #require(server.addresses.first?.address.split(separator: ":").last)
        let pipe = try #require(popen("'\(Self.python)' -c '\(Self.script)' \(port) 2>&1", "r"))
        defer { pclose(pipe) }
        _ = fcntl(fileno(pipe), F_SETFL, O_NONBLOCK)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            try server.turn(waitingMilliseconds: 20)
            let count = read(fileno(pipe), &buffer, buffer.count)
            if count > 0 { output += buffer.prefix(count) }
            if count == 0 { break }
        }
        #expect(
            String(decoding: output, as: UTF8.self) == """
                1 0x83 0=Plumbline 1=FB-SIM 2=2.4
                2 0x83 0=Plumbline 1=FB-SIM 2=2.4 4=flow bench 5=simulated
                3 0x83 0=Plumbline 1=FB-SIM 2=2.4 4=flow bench 5=simulated 128=FB-0042
                4 FB-0042
                False

                """)
    }

    /// A device whose function 43 has this nameplate.
    private struct Named: RegisterBank { var nameplate: Nameplate? }

    private func answer(_ request: String, _ nameplate: Nameplate?) throws -> [UInt8] {
        var device = Named(nameplate: nameplate)
        let pdu = try #require(Hex.bytes(request))
        return try #require(ModbusServer.reply(to: pdu[...], from: &device, at: .zero))
    }

    /// Application Protocol V1.1b3, section 6.21: what does not fit waits for the next request.
    @Test func aLongIdentificationComesInParts() throws {
        let long = String(repeating: "v", count: 200)
        let plate = Nameplate(vendor: long, product: String(repeating: "p", count: 60), revision: "1")
        let first = try answer("2b0e0100", plate)
        #expect(Array(first.prefix(7)) == [0x2B, 0x0E, 1, 0x81, 0xFF, 1, 1])
        #expect(first.count == 7 + 2 + 200)
        let second = try answer("2b0e0101", plate)
        #expect(Array(second.prefix(9)) == [0x2B, 0x0E, 1, 0x81, 0, 0, 2, 1, 60])
        // An object that it does not have: from the beginning.
        #expect(try answer("2b0e0163", plate) == first)
    }

    @Test(arguments: [
        ("2b0e0500", "ab03"), ("2b0e0000", "ab03"), ("2b0e01", "ab03"), ("2b0d0100", "ab01"),
        ("2b0e0407", "ab02"), ("2b", "ab01"),
    ])
    func whatCannotBeIsRefused(request: String, reply: String) throws {
        let plate = Nameplate(vendor: "V", product: "P", revision: "1")
        #expect(Hex.text(try answer(request, plate)) == reply)
        #expect(Hex.text(try answer("2b0e0100", nil)) == "ab01")
    }
}
