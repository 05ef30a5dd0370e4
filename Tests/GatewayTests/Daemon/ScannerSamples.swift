import Metrology
import Testing

@testable import Profiles

/// Scanners as a configuration and a profile describe them.
enum ScannerSamples {
    /// The profile that says `keys` of its scanners.
    static func profile(_ keys: String) throws -> ScannerProfile {
        let text = "profile: p\nrevision: 1\nmanufacturer: m\nmodel: m\nsource: s\n" + keys
        let faults = FaultCollector()
        let file = SourceFile(path: "p.yaml", bytes: Array(text.utf8))
        return try #require(DeviceProfile.read(file, faults: faults)?.scanner, "\(faults.sorted)")
    }

    static func configuration(_ id: String, link: String) -> DeviceConfiguration {
        let place = SourcePlace(file: "gateway.yaml")
        return DeviceConfiguration(
            id: id, provenance: .live, profile: "p", link: link, serial: nil, calibration: nil, place: place,
            linkPlace: place)
    }
}
