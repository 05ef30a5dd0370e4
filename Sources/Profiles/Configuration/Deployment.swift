package import Inspection
package import Metrology

/// Everything that the gateway runs by, read and checked whole before a device is opened.
package struct Deployment: Sendable, Equatable {
    package let configuration: GatewayConfiguration
    /// By asset id: every device has one.
    package let profiles: [String: DeviceProfile]
    /// By station id: every station has one.
    package let plans: [String: InspectionPlan]
    /// Nil where the configuration names no operators file.
    package let operators: OperatorRoster?
    /// Nil where the configuration names no part table.
    package let parts: PartTable?
    /// Nil where the configuration names no code set.
    package let codes: CodeSet?
    /// How much of each Modbus line's time the polls take.
    package let budgets: [BusTimeBudget]
    /// Every file that this was made of, once, sorted by path.
    package let files: [SourceFile]
    /// Which of `files` is the configuration itself, by its hash.
    package let configurationSHA256: String
    /// What a person should know and what stops nothing.
    package let warnings: [Fault]

    /// The deployment that the configuration at `path` describes.
    ///
    /// `today` decides which calibrations are overdue, `links` whether a link can be used, `wires` what
    /// carries it (the transports know both), and `signatures` whether a signed table's note is in order.
    /// Throws every fault of every file at once.
    package static func load(
        _ path: String, from source: FileSource = .disk, today: CalendarDate,
        links: LinkCheck = { _ in nil }, wires: WireLookup = { _ in nil },
        signatures: SignedTable.Check = SignedTable.unchecked
    ) throws(Faults) -> Deployment {
        let faults = FaultCollector()
        let deployment = check(
            path, from: source, today: today, links: links, wires: wires, signatures: signatures,
            faults: faults)
        try faults.throwIfAny()
        guard let deployment else {
            throw Faults([Fault(SourcePlace(file: path), "it was refused without a reason", "report this")])
        }
        return deployment
    }

    /// The same with the caller's collector, so that warnings come out beside faults; nil with any fault.
    package static func check(
        _ path: String, from source: FileSource = .disk, today: CalendarDate,
        links: LinkCheck = { _ in nil }, wires: WireLookup = { _ in nil },
        signatures: SignedTable.Check = SignedTable.unchecked, faults: FaultCollector
    ) -> Deployment? {
        DeploymentReader(source: source, today: today, faults: faults).read(
            path, links: links, wires: wires, signatures: signatures)
    }

    /// What is wrong with the text of a link, and what to write instead; nil where nothing is.
    package typealias LinkCheck = (_ link: String) -> (what: String, remedy: String)?

    /// What carries the frames of a Modbus link; nil for any other.
    package typealias WireLookup = (_ link: String) -> BusWire?
}
