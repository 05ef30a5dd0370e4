package import Metrology

/// When a live value is told again: `report: {deadband: "0.5", heartbeat: 10 s}`.
///
/// It thins what is told, never what is read: each reading is kept as it came, and records use those.
package struct ReportRule: Sendable, Equatable {
    /// How far a number must be from the one that was told last, in the point's unit; 0 tells every change.
    package let deadband: ExactDecimal
    /// After which time a value is told though it has not moved.
    package let heartbeatMilliseconds: Int

    package init(deadband: ExactDecimal = 0, heartbeatMilliseconds: Int = 10_000) {
        (self.deadband, self.heartbeatMilliseconds) = (deadband, heartbeatMilliseconds)
    }

    /// The rule at `report` of a point or of the defaults; nil where it has none: every reading is told.
    static func read(_ mapping: YAMLMapping) -> ReportRule? {
        guard let report = mapping.mapping("report", "a report") else { return nil }
        defer { report.finish() }
        let deadband = report.optional("deadband", .decimal) ?? 0
        if deadband < 0 {
            report.fault("deadband", "a deadband of \(deadband) is no distance", "write \"0\" or more")
        }
        let heartbeat = report.optional("heartbeat", .duration(RegisterMapReader.polls))
        return ReportRule(deadband: deadband, heartbeatMilliseconds: heartbeat ?? 10_000)
    }
}
