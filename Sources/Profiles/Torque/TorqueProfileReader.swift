internal import Codecs
internal import Metrology

/// Reads the part of a profile that a torque controller has which speaks Open Protocol.
///
/// ```yaml
/// protocol: open-protocol
/// session: {revision: 7, keep_alive: 10 s, timeout: 3 s, tries: 3, link_level: false}
/// results: {revision: 7, old: 0}       # old: what is added to an id to ask for it; or old: none
///                                      # or {spindles: 4}: several at once, in MID 0101
/// identifier: "0050"                   # or "0150", or none
/// tool: {lock: true, identity: true}
/// alarms: true
/// clock: {correct: false, zone: local}
/// scans: none                          # or "0051", or "0151": what the tool's own scanner reads
/// unit: N.m
/// curves: {kinds: [torque, angle], wait: 1 s, limits: false}   # left out: none
/// framing: ascii                       # or 3964r; of serial lines alone
/// ```
struct TorqueProfileReader {
    let top: YAMLMapping

    /// Sooner than the 15 s after which a controller drops the session (specification R2.16, section 2.5).
    private static let keepAlives = 1_000...14_000
    private static let timeouts = 500...30_000
    /// A technician waits as long for the verdict where curves do not come.
    private static let waits = 50...5_000

    init(_ top: YAMLMapping) { self.top = top }

    func profile() -> TorqueProfile? {
        let before = top.faults.count
        let session = session()
        let results = top.mapping("results", "results")
        let resultRevision = results?.optional("revision", .integer(1...999))
        let spindles = results?.optional("spindles", .integer(1...TorqueProfile.mostSpindles))
        if let results, spindles != nil { check(results, resultRevision) }
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
        if let unit, spindles != nil, unit.code != "N.m" {
            top.fault("unit", "results of several spindles come in N.m", "leave out `unit`")
        }
        let curves = curves()
        if curves != nil, session.isNumbered {
            top.fault(
                "curves", "at link level no curve comes before its result is acknowledged, and so durable",
                "leave out `link_level`")
        }
        let framing: TorqueProfile.SerialFraming? = top.optional("framing", .choice)
        guard top.faults.count == before, let unit else { return nil }
        var profile = TorqueProfile(
            sessionRevision: session.revision,
            resultRevision: resultRevision ?? (spindles == nil ? 7 : Self.newestOfSeveral),
            keepAliveMilliseconds: session.keepAlive, timeoutMilliseconds: session.timeout,
            tries: session.tries, identifier: identifier ?? .short,
            locksTool: locks ?? true, oldResultOffset: spindles == nil ? offset : nil,
            tellsAlarms: alarms ?? true, unit: unit, spindles: spindles, curves: curves,
            asksTool: asksTool ?? true, clock: clock, scans: scans ?? TorqueProfile.Scans.none)
        (profile.framing, profile.acknowledgesLinks) = (framing, session.isNumbered)
        return profile
    }

    /// What a profile says of sessions; milliseconds.
    private struct Session {
        var revision = OpenProtocolRequest.newestSession
        var (keepAlive, timeout, tries) = (10_000, 3_000, 3)
        var isNumbered = false
    }

    private func session() -> Session {
        var session = Session()
        guard let keys = top.mapping("session", "a session") else { return session }
        let newest = OpenProtocolRequest.newestSession
        session.revision = keys.optional("revision", .integer(1...newest)) ?? session.revision
        session.keepAlive = keys.optional("keep_alive", .duration(Self.keepAlives)) ?? session.keepAlive
        session.timeout = keys.optional("timeout", .duration(Self.timeouts)) ?? session.timeout
        session.tries = keys.optional("tries", .integer(1...10)) ?? session.tries
        session.isNumbered = keys.optional("link_level", .flag) ?? false
        if session.timeout >= session.keepAlive {
            keys.fault(
                "timeout", "an answer may take as long as the pause between two keep-alives",
                "give a time-out shorter than `keep_alive`")
        }
        keys.finish()
        return session
    }

    /// Highest revision of MID 0101 (specification R2.16, table 150).
    private static let newestOfSeveral = 5

    /// What holds of results only where one spindle tells them.
    private func check(_ results: YAMLMapping, _ revision: Int?) {
        if results.has("old"), results.node("old")?.text != "none" {
            results.fault(
                "old", "results of several spindles cannot be asked for again",
                "leave out `old`, or write `none`")
        }
        guard let revision, revision == 2 || revision > Self.newestOfSeveral else { return }
        // Revision 2 would begin with the oldest result that is kept, at each connection.
        results.fault(
            "revision", "results of several spindles are not asked for in revision \(revision)",
            "write 1, 3, 4 or 5")
    }

    /// Which curves are wanted; nil where none are.
    private func curves() -> TorqueProfile.CurveRule? {
        guard top.has("curves"), let curves = top.mapping("curves", "curves") else { return nil }
        defer { curves.finish() }
        let all = OpenProtocolRequest.CurveKind.allCases
        let kind = YAMLForm<OpenProtocolRequest.CurveKind>(
            "one of \(all.map { "\($0)" }.joined(separator: ", "))",
            scalar: { text, _ in all.first { "\($0)" == text } })
        let kinds = curves.optional("kinds", .list(of: kind, 1...all.count)) ?? [.torque, .angle]
        if Set(kinds).count < kinds.count {
            curves.fault("kinds", "a kind of curve stands here twice", "name each once")
        }
        return TorqueProfile.CurveRule(
            kinds: kinds, waitMilliseconds: curves.optional("wait", .duration(Self.waits)) ?? 1_000,
            hasLimits: curves.optional("limits", .flag) ?? false)
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
