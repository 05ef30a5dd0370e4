internal import Inspection
internal import Metrology

/// Follows a configuration to everything that it names.
final class DeploymentReader {
    private let source: FileSource
    private let today: CalendarDate
    private let faults: FaultCollector
    private var files: [String: SourceFile] = [:]
    private var profilesByName: [String: DeviceProfile] = [:]
    private var namesTried: Set<String> = []
    private var plansByPath: [String: PlanFile] = [:]

    init(source: FileSource, today: CalendarDate, faults: FaultCollector) {
        (self.source, self.today, self.faults) = (source, today, faults)
    }

    func read(
        _ path: String, links: Deployment.LinkCheck, wires: Deployment.WireLookup,
        signatures: SignedTable.Check
    ) -> Deployment? {
        let before = faults.count
        guard let file = file(path, namedAt: SourcePlace(file: path)), let root = file.root(faults),
            let top = YAMLMapping(root, "the configuration", faults)
        else { return nil }
        let configuration = ConfigurationReader(top: top, path: path).read()
        let isComplete = faults.count == before
        var profiles: [String: DeviceProfile] = [:]
        for device in configuration.devices {
            if let wrong = links(device.link) { faults.fault(device.linkPlace, wrong.what, wrong.remedy) }
            profiles[device.id] = profile(of: device, in: configuration.profileFolders)
        }
        var plans: [String: InspectionPlan] = [:]
        for station in configuration.stations {
            plans[station.id] = plan(of: station, configuration, profiles)
        }
        let operators = configuration.operatorsPath
            .flatMap { self.file($0, namedAt: top.place(of: "operators")) }
            .flatMap { OperatorRoster.read($0, faults: faults) }
        let parts = configuration.partsPath.flatMap { self.parts($0, namedAt: top.place(of: "parts")) }
        let codes = configuration.codes.flatMap { self.codes($0, signatures, faults) }
        // What a fault left out would only be missed a second time.
        if isComplete {
            DeploymentChecks(
                configuration: configuration, place: top.place, profiles: profiles, plans: plans,
                operators: operators, parts: parts, codes: codes, today: today, faults: faults
            )
            .run()
        }
        let budgets = budgets(of: configuration, profiles, wires)
        guard faults.count == before else { return nil }
        return Deployment(
            configuration: configuration, profiles: profiles, plans: plans, operators: operators,
            parts: parts, codes: codes, budgets: budgets,
            files: files.values.sorted { $0.path < $1.path }, configurationSHA256: file.sha256,
            warnings: faults.warnings)
    }

    /// How much of each line's time the polls take; too much of it is a fault.
    private func budgets(
        of configuration: GatewayConfiguration, _ profiles: [String: DeviceProfile],
        _ wires: Deployment.WireLookup
    ) -> [BusTimeBudget] {
        let budgets = BusTimeBudget.lines(of: configuration, profiles, wires: wires)
        for budget in budgets { BusTimeChecks(budget: budget, faults: faults).run() }
        return budgets
    }

    func file(_ path: String, namedAt place: SourcePlace) -> SourceFile? {
        if let file = files[path] { return file }
        let file = source.file(path, namedAt: place, faults)
        files[path] = file
        return file
    }

    private func parts(_ path: String, namedAt place: SourcePlace) -> PartTable? {
        file(path, namedAt: place).flatMap { PartTable.read($0, faults: faults, lists: file) }
    }

    private func profile(of device: DeviceConfiguration, in folders: [String]) -> DeviceProfile? {
        let name = device.profile
        if namesTried.contains(name) { return profilesByName[name] }
        namesTried.insert(name)
        let paths = folders.map { FilePath.joined($0, name + ".yaml") }
        let found = paths.first { path in
            guard case .failure(let error) = source.read(path) else { return true }
            return !error.isMissing
        }
        guard let found else {
            faults.fault(
                device.place,
                "profile \(Wording.quoted(name)) is not in \(folders.joined(separator: " or "))",
                "correct the name, or name its folder in `profiles:`")
            return nil
        }
        guard let file = file(found, namedAt: device.place),
            let profile = DeviceProfile.read(file, faults: faults)
        else { return nil }
        profile.checkFileName(found, faults)
        for fault in profile.vectorFaults() { faults.add(fault) }
        profilesByName[name] = profile
        return profile
    }

    private func plan(
        of station: StationConfiguration, _ configuration: GatewayConfiguration,
        _ profiles: [String: DeviceProfile]
    ) -> InspectionPlan? {
        if plansByPath[station.planPath] == nil, let file = file(station.planPath, namedAt: station.place) {
            plansByPath[station.planPath] = PlanFile.read(file, faults: faults)
        }
        guard let planFile = plansByPath[station.planPath] else { return nil }
        let bound = station.bindings.compactMapValues { profiles[$0] }
        PlanChecks(file: planFile, profiles: bound, faults: faults).run()
        return planFile.plan
    }
}
