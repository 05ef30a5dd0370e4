import Glibc
import Testing

@testable import Simulation

/// The scenarios that the tests load.
enum ScenarioFiles {
    /// `Simulators/scenarios/shop.yaml` of this source tree.
    static func shop() throws -> Scenario { try shipped("shop") }

    /// `Simulators/scenarios/torque.yaml`.
    static func torque() throws -> Scenario { try shipped("torque") }

    private static func shipped(_ name: String) throws -> Scenario {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/Simulators/scenarios/\(name).yaml"
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return try ScenarioDecoder.decode(Array(bytes.prefix(count)), file: path)
    }

    /// A bench on a port that the system chooses, with these faults.
    static func bench(faults: String = "[]") throws -> Scenario {
        let text = """
            scenario: bench
            devices:
              B-1: {model: flow-bench, listen: "127.0.0.1:0"}
            faults: \(faults)

            """
        return try ScenarioDecoder.decode(Array(text.utf8), file: "bench.yaml")
    }
}
