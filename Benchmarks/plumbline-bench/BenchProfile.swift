internal import Profiles

/// The profile by which the benchmarks decode: floats, low word first, each with a unit.
enum BenchProfile {
    /// Read from the same kind of file that a device has.
    static func text(values: Int, poll: String) -> String {
        let points = (0..<values).map {
            "  - {id: value_\($0), address: \(2 * $0), type: float32, unit: mm3/min}"
        }
        return """
            profile: bench
            revision: 1
            manufacturer: none
            model: ten floats
            protocol: modbus
            source: "made up for measuring"
            defaults: {table: holding, byte_order: CDAB, poll: \(poll), timeout: 1 s}
            requests:
              - {id: all, address: 0, count: \(2 * values)}
            points:
            \(points.joined(separator: "\n"))

            """
    }

    static func registers(values: Int, poll: String = "100 ms") throws(BenchmarkError) -> RegisterMap {
        let faults = FaultCollector()
        let file = SourceFile(path: "bench.yaml", bytes: Array(text(values: values, poll: poll).utf8))
        guard let profile = DeviceProfile.read(file, faults: faults), case .modbus(let map) = profile.speech
        else { throw BenchmarkError(description: "\(faults.sorted)") }
        return map
    }

    static func request(values: Int) throws(BenchmarkError) -> ReadRequest {
        guard let request = try registers(values: values).readPlan.requests.first else {
            throw BenchmarkError(description: "the profile reads nothing")
        }
        return request
    }
}
