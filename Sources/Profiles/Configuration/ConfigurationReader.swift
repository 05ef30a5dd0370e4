internal import Metrology

/// Reads `gateway.yaml`.
///
/// ```yaml
/// gateway: {site: plant-1, id: bench-pc-07, company: acme}
/// data: /var/lib/plumbline
/// profiles: [DeviceProfiles]
/// operators: operators.yaml
/// parts: parts.yaml
/// codes: {set: codes.yaml, key: codes-key.pub}
/// devices:
///   FTS-001: {profile: plc-flow-bench, link: "modbus+tcp://127.0.0.1:15020?unit=1", serial: "0815",
///             calibration: {certificate: C-4711, due: 2027-02-01}, provenance: live}
/// stations:
///   flow-test-1: {scanners: [SCAN-1], plan: plans/cr-injector-flow.yaml, bind: {bench: FTS-001}}
/// sinks:
///   qms: {kind: sqlite, path: qms.db, accepts: test}
/// backup: {every: 24 h, to: backups, keep: 30}
/// ledger: {interval: 20 ms, batch: 1000}
/// web: {listen: 127.0.0.1:8080}
/// ```
struct ConfigurationReader {
    let top: YAMLMapping
    let path: String

    private var faults: FaultCollector { top.faults }

    /// Where profiles are installed.
    static let installedProfiles = "/usr/share/plumbline/profiles"

    /// Milliseconds that a scan may wait: longer than any commit of a sound disk, shorter than it takes to
    /// lay a part aside and take up the next.
    private static let scanPatience = 5_000

    private enum SinkKind: String, CaseIterable { case sqlite }
    private enum Accepted: String, CaseIterable { case test }

    /// The configuration; what was noted as a fault is missing in it, so that the rest can still be checked.
    func read() -> GatewayConfiguration {
        let gateway = top.required("gateway", .mapping("a gateway"))
        let site = gateway?.required("site", .name)
        let id = gateway?.required("id", .name)
        let company = gateway?.optional("company", .name)
        gateway?.finish()
        let data = top.optional("data", .text) ?? "/var/lib/plumbline"
        let devices = named("devices", "a device", device)
        let stations = named("stations", "a station", station)
        let sinks = named("sinks", "a sink", sink)
        let backup = top.mapping("backup", "a backup").flatMap(self.backup)
        let ledger = top.mapping("ledger", "a ledger").map(self.ledger) ?? LedgerConfiguration()
        let web = web()
        let operators = top.optional("operators", .text)
        let parts = top.optional("parts", .text)
        let folders = profileFolders()
        let codes = top.mapping("codes", "codes").flatMap(self.codes)
        top.finish()
        return GatewayConfiguration(
            site: site ?? "", id: id ?? "", company: company, dataDirectory: data, profileFolders: folders,
            devices: devices,
            stations: stations, sinks: sinks, backup: backup, ledger: ledger, web: web,
            operatorsPath: operators.map { FilePath.resolved($0, against: path) },
            partsPath: parts.map { FilePath.resolved($0, against: path) }, codes: codes)
    }

    /// What `read` makes of each entry of a mapping whose keys are ids.
    private func named<Value>(_ key: String, _ subject: String, _ read: (String, YAMLMapping) -> Value?)
        -> [Value]
    {
        (top.mapping(key, key)?.namedEntries() ?? []).compactMap { entry in
            let id = YAMLNode(place: entry.place, content: .scalar(text: entry.key, isQuoted: false))
            guard let id = YAMLForm<String>.name.read(id, faults),
                let mapping = YAMLMapping(entry.value, subject, faults)
            else { return nil }
            defer { mapping.finish() }
            return read(id, mapping)
        }
    }

    private func device(_ id: String, _ mapping: YAMLMapping) -> DeviceConfiguration? {
        let provenance = mapping.optional("provenance", .declaredProvenance) ?? .live
        let profile = mapping.required("profile", .name)
        let link = mapping.required("link", .link)
        let serial = mapping.optional("serial", .text(1...64))
        let calibration = mapping.mapping("calibration", "a calibration").flatMap(calibration)
        guard let profile, let link else { return nil }
        return DeviceConfiguration(
            id: id, provenance: provenance, profile: profile, link: link, serial: serial,
            calibration: calibration,
            place: mapping.place, linkPlace: mapping.place(of: "link"))
    }

    private func calibration(_ mapping: YAMLMapping) -> CalibrationCertificate? {
        let certificate = mapping.required("certificate", .text(1...64))
        let due = mapping.required("due", .date)
        mapping.finish()
        guard let certificate, let due else { return nil }
        return CalibrationCertificate(certificate: certificate, due: due)
    }

    private func station(_ id: String, _ mapping: YAMLMapping) -> StationConfiguration? {
        let scanners = mapping.optional("scanners", .list(of: .name, 0...16)) ?? []
        let plan = mapping.required("plan", .text)
        let patience = mapping.optional("scan_patience", .duration(100...600_000)) ?? Self.scanPatience
        var bindings: [String: String] = [:]
        for entry in mapping.mapping("bind", "bind")?.namedEntries() ?? [] {
            if let device = YAMLForm<String>.name.read(entry.value, faults) { bindings[entry.key] = device }
        }
        guard let plan else { return nil }
        return StationConfiguration(
            id: id, scanners: scanners, planPath: FilePath.resolved(plan, against: path), bindings: bindings,
            scanPatienceMilliseconds: patience, place: mapping.place)
    }

    private func sink(_ id: String, _ mapping: YAMLMapping) -> SinkConfiguration? {
        let kind: SinkKind? = mapping.required("kind", .choice)
        let file = mapping.required("path", .text)
        let accepts: Accepted? = mapping.optional("accepts", .choice)
        guard kind != nil, let file else { return nil }
        return SinkConfiguration(
            id: id, kind: .sqlite(path: FilePath.resolved(file, against: path)),
            acceptsTest: accepts == .test,
            place: mapping.place)
    }

    private func codes(_ mapping: YAMLMapping) -> CodeSetConfiguration? {
        let set = mapping.required("set", .text)
        let key = mapping.required("key", .text)
        mapping.finish()
        guard let set, let key else { return nil }
        return CodeSetConfiguration(
            path: FilePath.resolved(set, against: path), keyPath: FilePath.resolved(key, against: path),
            place: mapping.place)
    }

    private func backup(_ mapping: YAMLMapping) -> BackupSchedule? {
        let every = mapping.required("every", .duration(60_000...31 * 86_400_000))
        let folder = mapping.required("to", .text)
        let keep = mapping.optional("keep", .integer(1...10_000)) ?? 30
        mapping.finish()
        guard let every, let folder else { return nil }
        return BackupSchedule(
            everyMilliseconds: every, folder: FilePath.resolved(folder, against: path), keep: keep)
    }

    private func ledger(_ mapping: YAMLMapping) -> LedgerConfiguration {
        var ledger = LedgerConfiguration()
        if let interval = mapping.optional("interval", .duration(0...1_000)) {
            ledger.intervalMilliseconds = interval
        }
        if let batch = mapping.optional("batch", .integer(1...10_000)) { ledger.batch = batch }
        mapping.finish()
        return ledger
    }

    private func web() -> WebConfiguration {
        let loopback = WebConfiguration(host: "127.0.0.1", port: 8_080)
        guard let mapping = top.mapping("web", "web") else { return loopback }
        let listen = mapping.optional("listen", .listener) ?? loopback
        mapping.finish()
        if !listen.isLoopback {
            faults.warn(
                mapping.place(of: "listen"), "the page can be reached from other machines",
                "listen on 127.0.0.1, or keep it behind a gate that asks who comes")
        }
        return listen
    }

    private func profileFolders() -> [String] {
        guard top.has("profiles") else {
            return [FilePath.resolved("DeviceProfiles", against: path), Self.installedProfiles]
        }
        return (top.optional("profiles", .oneOrMore(of: .text, most: 16)) ?? []).map {
            FilePath.resolved($0, against: path)
        }
    }
}

extension WebConfiguration {
    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" || host == "localhost" }
}

extension YAMLForm where Value == YAMLMapping {
    /// A mapping that must be there.
    fileprivate static func mapping(_ subject: String) -> YAMLForm {
        YAMLForm("`key: value` pairs") { node, faults in YAMLMapping(node, subject, faults) }
    }
}

extension YAMLForm where Value == CalendarDate {
    /// A day such as 2027-02-01.
    fileprivate static var date: YAMLForm<CalendarDate> {
        YAMLForm("a day such as 2027-02-01") { text, _ in CalendarDate(text) }
    }
}

extension YAMLForm where Value == Provenance {
    /// What a configuration may say of a device; `replayed` is set by playback alone.
    fileprivate static var declaredProvenance: YAMLForm<Provenance> {
        YAMLForm("live or simulated") { text, _ in ["live": .live, "simulated": .simulated][text] }
    }
}

extension YAMLForm where Value == WebConfiguration {
    /// `HOST:PORT`, an IPv6 address in brackets.
    fileprivate static var listener: YAMLForm {
        YAMLForm("an address and a port: `127.0.0.1:8080`") { text, _ in
            guard let colon = text.lastIndex(of: ":"), text.utf8.count <= 260,
                let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
            else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
            return WebConfiguration(host: host, port: port)
        }
    }
}
