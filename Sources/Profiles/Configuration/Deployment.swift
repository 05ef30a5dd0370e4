package import Inspection

/// Everything that the gateway runs by, read and checked whole before a device is opened.
package struct Deployment: Sendable, Equatable {
    package let configuration: GatewayConfiguration
    /// By asset id: every device has one.
    package let profiles: [String: DeviceProfile]
    /// By station id: every station has one.
    package let plans: [String: InspectionPlan]
    /// Nil where the configuration names no operators file.
    package let operators: OperatorRoster?
    /// Every file that this was made of, once, sorted by path.
    package let files: [SourceFile]
    /// What a person should know and what stops nothing.
    package let warnings: [Fault]
}
