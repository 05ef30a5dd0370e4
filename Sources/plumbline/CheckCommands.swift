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
        var lines = LineRegister()
        let deployment = Deployment.check(
            path, today: SystemTime().now().utc.date,
            links: { Arguments.fault(ofLink: $0, on: &lines) }, wires: Arguments.wire(ofLink:),
            signatures: Arguments.fault(ofTable:), faults: faults)
        report(faults, console)
        guard faults.isClean, let deployment else { return .configuration }
        report(deployment.budgets, console)
        console.say(
            "\(path): \(deployment.configuration.devices.count) devices, "
                + "\(deployment.configuration.stations.count) stations, nothing wrong")
        return .success
    }

    /// What each line will carry: a table, or one JSON object a line.
    private static func report(_ budgets: [BusTimeBudget], _ console: Console) {
        var table = Table(["LINE", "UNITS", "POLLS/S", "LOAD", "ROUND", "IF ONE IS SILENT"])
        for budget in budgets {
            let rate = BusTimeText.tenths(budget.pollsPerSecond / 100)
            let silence = budget.worstSilence
            if console.usesJSON {
                console.print(CanonicalJSON.text(json(budget)))
                continue
            }
            table.add([
                budget.wire.line, "\(budget.units.count)", rate, BusTimeText.percent(budget.load),
                BusTimeText.milliseconds(budget.round),
                silence.map { "\($0.device) takes \(BusTimeText.milliseconds($0.wait)) of it" } ?? "–",
            ])
        }
        guard !table.rows.isEmpty else { return }
        for line in table.lines(bold: console.bold) { console.print(line) }
    }

    private static func json(_ budget: BusTimeBudget) -> JSONValue {
        [
            "level": "line", "link": .string(budget.wire.line),
            "devices": .array(budget.units.map { .string($0.device) }),
            "polls_per_s": .string(BusTimeText.tenths(budget.pollsPerSecond / 100)),
            "load_percent": .string(BusTimeText.tenths(budget.load)),
            "round_ms": .string(BusTimeText.tenths(Int(budget.round / 100_000))),
            "turnaround_ms": .number(BusTimeBudget.assumedTurnaround / 1_000_000),
            "silent": budget.worstSilence.map { silence in
                [
                    "device": .string(silence.device), "wait_ms": .number(silence.wait / 1_000_000),
                    "until_probed_ms": .number(silence.untilProbed / 1_000_000),
                    "every_ms": .number(silence.every / 1_000_000),
                    "load_percent": .string(BusTimeText.tenths(silence.load)),
                    "delayed": .array(silence.delayed.map { .string($0) }),
                ]
            } ?? .null,
        ]
    }

    /// `plumbline profile check FILE…`: schema and sense of profiles.
    static let profileCheck = Command(
        name: "profile check", operands: "FILE…", summary: "schema and sense of device profiles"
    ) { arguments, console in
        let faults = FaultCollector()
        for path in try files(arguments) { readProfile(path, faults)?.checkFileName(path, faults) }
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
            let count = profile.vectorCount
            let outcome = found.isEmpty ? "all right" : "\(found.count) wrong"
            console.say(
                count == 0
                    ? "\(path): no vectors: nothing was proved" : "\(path): \(count) vectors, \(outcome)")
            let doubts = faults.warnings.count
            if doubts > 0 {
                let warnings = doubts == 1 ? "1 warning" : "\(doubts) warnings"
                console.say("\(path): \(warnings): see `plumbline profile check \(path)`")
            }
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
    ///
    /// They come by line, and on one line the warnings first: an address that is doubted there is often why
    /// what follows is wrong.
    private static func report(_ faults: FaultCollector, _ console: Console) {
        let told = faults.warnings.map { ("warning", $0) } + faults.sorted.map { ("error", $0) }
        let inOrder = told.enumerated().sorted { left, right in
            let (one, other) = (left.element.1, right.element.1)
            return (one.file, one.line, left.offset) < (other.file, other.line, right.offset)
        }
        for (level, fault) in inOrder.map(\.element) {
            guard console.usesJSON else {
                console.print(level == "error" ? "\(fault)" : "\(fault) (warning)")
                continue
            }
            console.print(
                CanonicalJSON.text([
                    "level": .string(level), "file": .string(fault.file), "line": .number(Int64(fault.line)),
                    "column": .number(Int64(fault.column)), "what": .string(fault.what),
                    "remedy": .string(fault.remedy),
                ]))
        }
    }
}
