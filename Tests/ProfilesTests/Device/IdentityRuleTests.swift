import Codecs
import Inspection
import Testing

@testable import Profiles

/// Where a profile says that a device tells who it is.
struct IdentityRuleTests {
    private func rule(_ identity: String) throws -> (rule: IdentityRule?, faults: [String]) {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: modbus
            source: test
            points:
              - {id: number, address: 0, type: uint32, unit: "1", read: on_connect}
            identity: \(identity)

            """
        let faults = FaultCollector()
        let file = SourceFile(path: "p.yaml", bytes: Array(text.utf8))
        let profile = DeviceProfile.read(file, faults: faults)
        return (profile?.registers?.identity, faults.sorted.map(\.description))
    }

    @Test func functionAndRegistersAreMixedAsTheDeviceDoes() throws {
        let basic = try rule("{modbus: basic}").rule
        #expect(basic?.modbus == .basic)
        #expect(
            basic?.sources == [.vendor: .object(0), .product: .object(1), .firmware: .object(2)])
        let mixed = try rule("{modbus: extended, serial: 0x80, hardware: number, product: 5}").rule
        #expect(mixed?.modbus == .extended)
        #expect(mixed?.sources[.serial] == .object(0x80))
        #expect(mixed?.sources[.product] == .object(5))
        #expect(mixed?.sources[.hardware] == .point("number"))
        let registers = try rule("{serial: number}").rule
        #expect(registers?.modbus == nil)
        #expect(registers?.points == ["number"])
    }

    @Test(arguments: [
        ("{}", "p.yaml:9:11: the identity tells nothing: add `modbus: basic`, or `serial: POINT`"),
        (
            "{serial: 0x80}",
            "p.yaml:9:20: 128 is an object of function 43/14, and nothing says that the device knows it: "
                + "add `modbus: basic`, `regular` or `extended`, or name a point"
        ),
        (
            "{modbus: regular, serial: 7}",
            "p.yaml:9:37: object 7 is not among those of `modbus: regular`: "
                + "basic has 0 to 2, regular 0 to 6, extended also 0x80 to 0xFF"
        ),
    ]) func whatCannotBeIsSaid(identity: String, fault: String) throws {
        #expect(try rule(identity).faults == [fault])
    }
}
