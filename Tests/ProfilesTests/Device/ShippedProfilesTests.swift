import Metrology
import Testing

@testable import Profiles

@Suite("Shipped device profiles")
struct ShippedProfilesTests {
    static var names: [String] {
        get throws { try Repository.files(in: "DeviceProfiles").filter { $0.hasSuffix(".yaml") } }
    }

    private func profile(_ name: String, _ faults: FaultCollector) -> DeviceProfile? {
        let path = Repository.path("DeviceProfiles/" + name)
        return FileSource.disk.file(path, namedAt: SourcePlace(file: name), faults)
            .flatMap { DeviceProfile.read($0, faults: faults) }
    }

    @Test(
        "Each is without faults, named as its file, and right about its golden vectors", arguments: try names)
    func isRight(_ name: String) throws {
        let faults = FaultCollector()
        let profile = profile(name, faults)
        #expect(faults.sorted.map(\.description) == [])
        let read = try #require(profile)
        #expect(read.id + ".yaml" == name)
        #expect(read.vectorFaults().map(\.description) == [])
        #expect(read.registers == nil || read.registers?.vectors.isEmpty == false)
    }

    @Test("The flow bench's result is one reply of eighteen registers")
    func flowBenchResult() throws {
        let map = try #require(profile("plc-flow-bench.yaml", FaultCollector())?.registers)
        let cycle = try #require(map.cycle)
        let result = try #require(map.readPlan.request(cycle.request))
        #expect(result.addresses == 256..<274)
        #expect(result.moment == .every(milliseconds: 20))
        #expect(cycle.acknowledge == .write("ack_seq"))
    }

    @Test("The K-DUCER's flag that reading clears is read alone, and only when asked for")
    func kducerFlag() throws {
        let map = try #require(profile("kolver-kducer.yaml", FaultCollector())?.registers)
        let flag = try #require(map.acknowledgeRead)
        #expect(flag.addresses == 294..<295)
        #expect(flag.moment == .onDemand)
        #expect(flag.points.map(\.id) == ["new_result"])
        #expect(map.readPlan.request("result")?.addresses == 295..<362)
    }

    @Test("The KRAL's units and decimals are read after each connect")
    func kralSetup() throws {
        let map = try #require(profile("kral-bem500.yaml", FaultCollector())?.registers)
        let onConnect = map.readPlan.requests.filter { $0.moment == .onConnect }
        #expect(onConnect.map(\.address).sorted() == [0x4015, 0x4186])
        #expect(map.readPlan.requests.allSatisfy { $0.count <= 64 })
    }

    /// What must stay marked until somebody has compared it with the device or its manual, and how much.
    static let unconfirmed = [
        // Capacity in counts, alarms, temperature and counter.
        ("bronkhorst-mbc.yaml", 6),
        // Which table is whose side.
        ("codesys-modbus-server.yaml", 25),
        // Whether register 2007 is 2006 on the wire.
        ("eh-promass83.yaml", 24),
        // The order of words, of which the manual says two things at once.
        ("kral-bem100.yaml", 3),
        // The registers of the values; those of their qualities are the manual's.
        ("siemens-fct030.yaml", 6),
        // Where the flags begin.
        ("wago-750-841.yaml", 26),
        // The manual has it all, or the profile is the convention.
        ("beckhoff-tf6250.yaml", 0), ("keller-series30.yaml", 0), ("kral-bem300.yaml", 0),
        ("kral-bem500.yaml", 0), ("kolver-kducer.yaml", 0), ("plc-flow-bench.yaml", 0),
        ("siemens-s7-1200.yaml", 0),
    ]

    @Test("Registers that nobody has confirmed say so", arguments: unconfirmed)
    func doubts(_ name: String, _ count: Int) throws {
        let faults = FaultCollector()
        let read = try #require(profile(name, faults))
        #expect(read.points.count(where: \.isUnconfirmed) == count)
        #expect(faults.warnings.contains { $0.what.contains("unconfirmed") } == (count > 0))
    }

    @Test("The flow bench's convention is the same at every PLC, but for addresses, tables and orders")
    func benches() throws {
        let original = try #require(profile("plc-flow-bench.yaml", FaultCollector())?.registers)
        for name in ["beckhoff-tf6250", "codesys-modbus-server", "siemens-s7-1200", "wago-750-841"] {
            let map = try #require(profile(name + ".yaml", FaultCollector())?.registers)
            #expect(map.cycle == original.cycle, "\(name)")
            for point in original.points {
                let same = try #require(map.point(point.id), "\(name): \(point.id)")
                #expect(same.meaning == point.meaning && same.access == point.access, "\(name): \(point.id)")
                #expect(same.width == point.width, "\(name): \(point.id)")
            }
        }
    }

    @Test("A CODESYS server's zeros after its timeout are no pressure and no result")
    func codesysTimeout() throws {
        let map = try #require(profile("codesys-modbus-server.yaml", FaultCollector())?.registers)
        let live = try #require(map.readPlan.request("live"))
        let zeros = live.decode([UInt8](repeating: 0, count: live.replyByteCount))
        for id in ["rail_pressure", "oil_temperature"] {
            #expect(zeros.first { $0.point == id }?.quality == .bad(.flagged))
        }
        let result = try #require(map.cycle.flatMap { map.readPlan.request($0.request) })
        let empty = result.decode([UInt8](repeating: 0, count: result.replyByteCount))
        // 0 is what a sequence says before there is a result.
        #expect(empty.first { $0.point == map.cycle?.sequence }?.value == .decimal(0))
        #expect(empty.first { $0.point == map.cycle?.good?.point }?.quality == .bad(.malformed))
    }

    @Test("The Promass's scan list is one request of sixteen registers, read after each connect")
    func promassScanList() throws {
        let map = try #require(profile("eh-promass83.yaml", FaultCollector())?.registers)
        let list = try #require(map.readPlan.request("scan_list"))
        #expect(list.moment == .onConnect && list.addresses == 5_000..<5_016)
        #expect(list.points.map(\.id) == (0..<16).map { "scan_list.\($0)" })
        let order = map.point("byte_order").map(\.moment)
        #expect(order == .onConnect)
        // 2007, 2017, 2610 and 6859 with the bytes of each register as the factory's order has them.
        let known = [
            "byte_order": PointReading(
                point: "byte_order", value: .text("CDAB"), unit: nil, raw: [], quality: .good)
        ]
        let bytes: [UInt8] =
            [0x07, 0xD7, 0x07, 0xE1, 0x0A, 0x32, 0x1A, 0xCB] + [UInt8](repeating: 0, count: 24)
        let values = list.decode(bytes, knowing: known).prefix(4).map { $0.value?.description }
        #expect(values == ["2007", "2017", "2610", "6859"])
    }
}
