import Codecs
import Testing

@testable import Profiles

@Suite("A profile from what a probe found")
struct ProfileSkeletonTests {
    @Test("It is right once names and units are written, and guesses are marked as such")
    func skeleton() throws {
        let registers = try #require(Hex.bytes("42FD999A 0000 0001609E 5341 3130 3139 3700 0000"))
        let skeleton = ProfileSkeleton(
            name: "em-3", origin: "modbus+tcp://10.0.0.7", identity: ["vendor: Example \"Meters\""],
            tables: [
                .init(
                    table: .holding, largestRead: 64, isCapped: true,
                    blocks: [
                        ModbusValueBlock(registersFrom: 0x4100, bytes: registers),
                        ModbusValueBlock(registersFrom: 0x5000, bytes: [0, 0]),
                    ]),
                .init(
                    table: .coil, largestRead: 8, isCapped: false,
                    blocks: [ModbusValueBlock(bitsFrom: 3, count: 2, bytes: [0b10])]),
            ])
        let text = skeleton.lines.joined(separator: "\n")
        func faults(_ text: String) -> (faults: [String], warnings: Int) {
            let faults = FaultCollector()
            _ = DeviceProfile.read(SourceFile(path: "p", bytes: Array(text.utf8)), faults: faults)
            return (faults.sorted.map(\.description), faults.warnings.count)
        }
        #expect(faults(text).faults.allSatisfy { $0.contains("still open") })
        let filled = faults(text.replacing("\"?\"", with: "\"1\""))
        #expect(filled.faults == [])
        #expect(filled.warnings >= 1)
        #expect(text.split(separator: "unconfirmed: true}").count == 8)
        #expect(text.contains("limits: {registers_per_read: 64}"))
        #expect(text.contains("- {id: holding_4100, table: holding, address: 0x4100, type: float32, "))
        #expect(
            text.contains("- {id: holding_4105, table: holding, address: 0x4105, type: string, count: 3, "))
        #expect(
            text.contains("- {id: coil_0004, table: coil, address: 0x0004, type: bit, unconfirmed: true}"))
        #expect(text.contains("# vendor: Example"))
    }
}
