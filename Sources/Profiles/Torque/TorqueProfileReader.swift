internal import Codecs

/// Reads the part of a profile that a torque controller has which speaks Open Protocol.
///
/// ```yaml
/// protocol: open-protocol
/// session: {revision: 7, keep_alive: 10 s, timeout: 3 s, tries: 3}
/// results: {revision: 7, old: 0}       # old: what is added to an id to ask for it; or old: none
/// identifier: "0050"                   # or "0150", or none
/// tool: {lock: true}
/// alarms: true
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
        session?.finish()
        let results = top.mapping("results", "results")
        let resultRevision = results?.optional("revision", .integer(1...999))
        let offset = if let results { old(results) } else { Int?.some(0) }
        results?.finish()
        let identifier: TorqueProfile.Identifier? = top.optional("identifier", .choice)
        let tool = top.mapping("tool", "a tool")
        let locks = tool?.optional("lock", .flag)
        tool?.finish()
        let alarms = top.optional("alarms", .flag)
        guard top.faults.count == before else { return nil }
        return TorqueProfile(
            sessionRevision: sessionRevision ?? OpenProtocolRequest.newestSession,
            resultRevision: resultRevision ?? 7, keepAliveMilliseconds: keepAlive ?? 10_000,
            timeoutMilliseconds: timeout ?? 3_000, tries: tries ?? 3, identifier: identifier ?? .short,
            locksTool: locks ?? true, oldResultOffset: offset, tellsAlarms: alarms ?? true)
    }

    /// What is added to a result's id to ask for it; nil where the controller keeps none.
    private func old(_ results: YAMLMapping) -> Int? {
        guard results.node("old")?.text != "none" else { return nil }
        return results.optional("old", .integer(-10...10)) ?? 0
    }
}
