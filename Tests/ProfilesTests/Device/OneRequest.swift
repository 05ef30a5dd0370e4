import Codecs
import Testing

@testable import Profiles

/// A profile of a few points in one request, for tests of what a reply says.
enum OneRequest {
    /// The request `r` of `count` holding registers from 0 on, with `points` as YAML.
    ///
    /// Faults are recorded; so are warnings that are not in `warnings`.
    static func of(
        _ points: String, count: Int = 8, defaults: String = "{}", warnings: [String] = []
    ) throws -> ReadRequest {
        let (profile, faults) = read(
            "requests:\n  - {id: r, address: 0, count: \(count)}\npoints:\n\(points)", defaults: defaults)
        #expect(faults.sorted.map(\.description) == [])
        #expect(faults.warnings.map(\.description) == warnings)
        return try #require(profile?.registers?.readPlan.request("r"))
    }

    /// The profile `p.yaml` with `rest` behind its head of seven lines.
    static func read(_ rest: String, defaults: String = "{}") -> (DeviceProfile?, FaultCollector) {
        let head = "profile: p\nrevision: 1\nmanufacturer: m\nmodel: m\nprotocol: modbus\nsource: test\n"
        let faults = FaultCollector()
        let text = head + "defaults: \(defaults)\n" + rest + "\n"
        let file = SourceFile(path: "p.yaml", bytes: Array(text.utf8))
        return (DeviceProfile.read(file, faults: faults), faults)
    }
}

extension ReadRequest {
    /// What `hex`, the registers of the reply, says about each point.
    func readings(_ hex: String, knowing known: [String: PointReading] = [:]) throws -> [String: PointReading]
    {
        let readings = decode(try #require(Hex.bytes(hex)), knowing: known)
        return Dictionary(readings.map { ($0.point, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
