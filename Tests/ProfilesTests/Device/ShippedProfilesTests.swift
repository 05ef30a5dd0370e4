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
}
