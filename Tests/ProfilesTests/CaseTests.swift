import Testing

@testable import Profiles

/// Each folder below `Cases` holds one wrong file and, in `faults.txt`, what is said about it: a bug in a
/// message or a missed mistake becomes such a folder first.
@Suite("Wrong files")
struct CaseTests {
    static var folders: [String] {
        get throws { try Repository.files(in: "Tests/ProfilesTests/Cases") }
    }

    @Test("Each fault is told once, with its place and a remedy", arguments: try folders)
    func faults(_ folder: String) throws {
        let path = "Tests/ProfilesTests/Cases/\(folder)/"
        let name = try #require(try Repository.files(in: path).first { $0.hasSuffix(".yaml") })
        let file = SourceFile(path: name, bytes: try FileSource.disk.read(Repository.path(path + name)).get())
        let expected = try FileSource.disk.read(Repository.path(path + "faults.txt")).get()
        let lines = String(decoding: expected, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(!lines.isEmpty)
        #expect(Self.check(file) == lines)
    }

    static func check(_ file: SourceFile) -> [String] {
        let faults = FaultCollector()
        switch file.path {
        case "profile.yaml":
            if let profile = DeviceProfile.read(file, faults: faults) {
                profile.vectorFaults().forEach(faults.add)
            }
        case "plan.yaml": _ = PlanFile.read(file, faults: faults)
        case "operators.yaml": _ = OperatorRoster.read(file, faults: faults)
        case "codes.yaml": _ = CodeSet.read(file, faults: faults)
        default: return ["no reader for \(file.path)"]
        }
        return faults.sorted.map(\.description)
    }
}
