import Codecs
import Metrology
import Profiles
import Transports

extension Command {
    /// `plumbline check`: everything that is wrong with the configuration, at once.
    static let check = Command(
        name: "check", operands: "",
        summary: "configuration, profiles, plans and calibrations, without opening a device"
    ) { arguments, console in
        let path = try arguments.configurationPath()
        let faults = FaultCollector()
        let deployment = Deployment.check(
            path, today: SystemTime().now().utc.date, links: Arguments.fault(ofLink:), faults: faults)
        report(faults, console)
        guard faults.isClean, let deployment else { return .configuration }
        console.say(
            "\(path): \(deployment.configuration.devices.count) devices, "
                + "\(deployment.configuration.stations.count) stations, nothing wrong")
        return .success
    }

    /// `plumbline profile check FILE…`: schema and sense of profiles.
    static let profileCheck = Command(
        name: "profile check", operands: "FILE…", summary: "schema and sense of device profiles"
    ) { arguments, console in
        let faults = FaultCollector()
        for path in try files(arguments) { _ = readProfile(path, faults) }
        report(faults, console)
        return faults.isClean ? .success : .configuration
    }

    /// `plumbline profile test FILE…`: the profiles' own golden bytes.
    static let profileTest = Command(
        name: "profile test", operands: "FILE…", summary: "runs the golden vectors of device profiles"
    ) { arguments, console in
        var mismatches = 0
        for path in try files(arguments) {
            let faults = FaultCollector()
            guard let profile = readProfile(path, faults), faults.isClean else {
                report(faults, console)
                return .configuration
            }
            let found = profile.vectorFaults()
            for fault in found { console.print("\(fault)") }
            mismatches += found.count
            let count = profile.registers?.vectors.count ?? 0
            let outcome = found.isEmpty ? "all right" : "\(found.count) wrong"
            console.say(
                count == 0
                    ? "\(path): no vectors: nothing was proved" : "\(path): \(count) vectors, \(outcome)")
        }
        return mismatches == 0 ? .success : .mismatch
    }

    private static func files(_ arguments: Arguments) throws(UsageError) -> [String] {
        let files = Array(arguments.words.dropFirst(2))
        guard !files.isEmpty else { throw UsageError(message: "name at least one profile") }
        return files
    }

    private static func readProfile(_ path: String, _ faults: FaultCollector) -> DeviceProfile? {
        switch FileSource.disk.read(path) {
        case .failure(let error):
            faults.fault(
                SourcePlace(file: path), "cannot be read: \(error.reason)",
                "name a file that is there and readable")
            return nil
        case .success(let bytes):
            return DeviceProfile.read(SourceFile(path: path, bytes: bytes), faults: faults)
        }
    }

    /// Faults and warnings on standard output, one a line, or one JSON object a line.
    private static func report(_ faults: FaultCollector, _ console: Console) {
        for (level, list) in [("error", faults.sorted), ("warning", faults.warnings)] {
            for fault in list {
                guard console.usesJSON else {
                    console.print(level == "error" ? "\(fault)" : "\(fault) (warning)")
                    continue
                }
                console.print(
                    CanonicalJSON.text([
                        "level": .string(level), "file": .string(fault.file),
                        "line": .number(Int64(fault.line)),
                        "column": .number(Int64(fault.column)), "what": .string(fault.what),
                        "remedy": .string(fault.remedy),
                    ]))
            }
        }
    }
}
