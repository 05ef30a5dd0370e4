import Metrology

@testable import Profiles

/// A set of files that only exists in a test.
struct TextFiles {
    var texts: [String: String]

    var source: FileSource {
        let texts = texts
        return FileSource { path in
            texts[path].map { .success(Array($0.utf8)) }
                ?? .failure(.init(reason: "No such file or directory", isMissing: true))
        }
    }

    /// What a check of the configuration at `path` says, on the first day of 2027.
    func check(
        _ path: String, wires: Deployment.WireLookup = { _ in nil }
    ) -> (deployment: Deployment?, faults: [String], warnings: [String]) {
        let faults = FaultCollector()
        guard let today = CalendarDate("2027-01-01") else { return (nil, [], []) }
        let deployment = Deployment.check(path, from: source, today: today, wires: wires, faults: faults)
        return (deployment, faults.sorted.map(\.description), faults.warnings.map(\.description))
    }
}
