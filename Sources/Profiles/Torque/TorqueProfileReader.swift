internal import Codecs
internal import Metrology

/// Reads the part of a profile that a torque controller has which speaks Open Protocol.
///
/// ```yaml
/// protocol: open-protocol
/// session: {revision: 7, keep_alive: 10 s, timeout: 3 s, tries: 3}
/// results: {revision: 7, old: 0}       # old: what is added to an id to ask for it; or old: none
/// identifier: "0050"                   # or "0150", or none
/// tool: {lock: true, identity: true}
/// alarms: true
/// clock: {correct: false, zone: local}
/// scans: none                          # or "0051", or "0151": what the tool's own scanner reads
/// unit: N.m
/// ```
struct TorqueProfileReader {
    let top: YAMLMapping

    /// Slower than the 15 s after which a controller drops the session (specification R2.16, section 2.5).
    private static let keepAlives = 1_000...14_000
    private static let timeouts = 500...30_000

    init(_ top: YAMLMapping) { self.top = top }

    func profile() -> TorqueProfile? {
        let before = top.faults.count
        let session = top.mapping("session", "a session")
        let sessionRevision = session?.optional("revision", .integer(1...OpenProtocolRequest.newestSession))
        let keepAlive = session?.optional("keep_alive", .duration(Self.keepAlives))
        let timeout = session?.optional("timeout", .duration(Self.timeouts))
        let tries = session?.optional("tries", .integer(1...10))
        if let session, timeout ?? 3_000 >= keepAlive ?? 10_000 {
            session.fault(
                "timeout", "an answer may take as long as the pause between two keep-alives",
                "give a time-out shorter than `keep_alive`")
        }
        session?.finish()
        let results = top.mapping("results", "results")
        let resultRevision = results?.optional("revision", .integer(1...999))
        let offset = if let results { old(results) } else { Int?.some(0) }
        results?.finish()
        let identifier: TorqueProfile.Identifier? = top.optional("identifier", .choice)
        let tool = top.mapping("tool", "a tool")
        let locks = tool?.optional("lock", .flag)
        let asksTool = tool?.optional("identity", .flag)
        tool?.finish()
        let alarms = top.optional("alarms", .flag)
        let clock = clock()
        let scans: TorqueProfile.Scans? = top.optional("scans", .choice)
        let unit = unit()
        guard top.faults.count == before, let unit else { return nil }
        return TorqueProfile(
            sessionRevision: sessionRevision ?? OpenProtocolRequest.newestSession,
            resultRevision: resultRevision ?? 7, keepAliveMilliseconds: keepAlive ?? 10_000,
            timeoutMilliseconds: timeout ?? 3_000, tries: tries ?? 3, identifier: identifier ?? .short,
            locksTool: locks ?? true, oldResultOffset: offset, tellsAlarms: alarms ?? true,
            unit: unit, asksTool: asksTool ?? true, clock: clock, scans: scans ?? TorqueProfile.Scans.none)
    }

    private func clock() -> TorqueProfile.Clock {
        var clock = TorqueProfile.Clock()
        guard let keys = top.mapping("clock", "a clock") else { return clock }
        clock.isCorrected = keys.optional("correct", .flag) ?? false
        let zone: Zone? = keys.optional("zone", .choice)
        clock.isUTC = zone == .utc
        keys.finish()
        return clock
    }

    private enum Zone: String, CaseIterable { case local, utc }

    /// The unit of torques; nil after noting that controllers tell none in it.
    private func unit() -> UnitOfMeasure? {
        let units = TighteningValue.torqueUnits.map(\.code)
        guard top.has("unit") else { return UnitOfMeasure("N.m") }
        guard let unit = top.required("unit", .unit) else { return nil }
        guard units.contains(unit.code) else {
            top.fault(
                "unit", "Open Protocol has no torques in \(unit.code)",
                NearestName.remedy(for: unit.code, among: units))
            return nil
        }
        return unit
    }

    /// What is added to a result's id to ask for it; nil where the controller keeps none.
    private func old(_ results: YAMLMapping) -> Int? {
        guard results.node("old")?.text != "none" else { return nil }
        return results.optional("old", .integer(-10...10)) ?? 0
    }
}
