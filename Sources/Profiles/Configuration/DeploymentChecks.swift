internal import Codecs
internal import Inspection
internal import Metrology

/// Checks what stations, devices and plans say of one another.
struct DeploymentChecks {
    let configuration: GatewayConfiguration
    /// Where the configuration begins.
    let place: SourcePlace
    let profiles: [String: DeviceProfile]
    let plans: [String: InspectionPlan]
    /// Nil where nobody is named.
    let operators: OperatorRoster?
    /// Nil where there is no part table.
    let parts: PartTable?
    /// Nil where there are no codes, or none that could be read.
    let codes: CodeSet?
    let today: CalendarDate
    let faults: FaultCollector

    func run() {
        if configuration.stations.isEmpty {
            faults.warn(
                place, "there is no station",
                "add `stations:`; without one nothing is inspected")
        }
        if configuration.operatorsPath == nil, !configuration.stations.isEmpty {
            faults.warn(
                place, "there are no operators, so no badge is asked for and records name no inspector",
                "name a file of operators with `operators:`")
        }
        checkLinks()
        for device in configuration.devices { checkScanner(device) }
        var users: [String: String] = [:]
        for station in configuration.stations {
            check(station)
            for device in station.scanners + station.bindings.values.sorted() {
                if let other = users[device], other != station.id {
                    faults.fault(
                        station.place,
                        "device \(Wording.quoted(device)) belongs to station \(Wording.quoted(other)) too",
                        "give each station its own")
                }
                users[device] = station.id
            }
        }
        for device in configuration.devices
        where profiles[device.id]?.reportsResults == true && users[device.id] == nil {
            faults.warn(
                device.place, "device \(Wording.quoted(device.id)) says results, and no station hears them",
                "bind it to a role: nothing holds a result of it that nobody takes")
        }
        for device in configuration.devices where gauges.contains(device.id) { checkCalibration(device) }
    }

    /// A scanner that types loses what has no key.
    private func checkScanner(_ device: DeviceConfiguration) {
        guard case .hidKeyboard(let layout, _) = profiles[device.id]?.scanner?.transport else { return }
        faults.warn(
            device.place,
            "scanner \(Wording.quoted(device.id)) works as a keyboard: GS, RS and EOT are lost on the way, "
                + "so that marks of ISO/IEC 15434 and GS1 are refused, and a scanner that is not set to "
                + "layout \(layout.rawValue) sends other characters",
            "switch it to HID POS or USB serial, and give it that profile")
    }

    /// Devices whose values are judged.
    private var gauges: Set<String> {
        var gauges: Set<String> = []
        for station in configuration.stations {
            for characteristic in plans[station.id]?.characteristics ?? [] {
                if let device = station.bindings[characteristic.source.role] { gauges.insert(device) }
            }
        }
        return gauges
    }

    private func checkLinks() {
        var seen: [String: DeviceConfiguration] = [:]
        for device in configuration.devices {
            if let other = seen[device.link] {
                faults.fault(
                    device.linkPlace, "device \(Wording.quoted(other.id)) has this link too",
                    "correct one of them")
            }
            seen[device.link] = device
            guard let profile = profiles[device.id], let scheme = LinkText.scheme(device.link) else {
                continue
            }
            if !LinkText.schemes(for: profile.speech).contains(scheme) {
                faults.fault(
                    device.linkPlace, "a \(profile.id) is not reached by \(scheme.rawValue)",
                    LinkText.remedy(profile.speech, scheme))
            }
        }
    }

    private func check(_ station: StationConfiguration) {
        let ids = configuration.devices.map(\.id)
        for scanner in station.scanners {
            if !ids.contains(scanner) {
                unknown(scanner, ids, station)
            } else if let profile = profiles[scanner], profile.scanner == nil {
                faults.fault(
                    station.place, "device \(Wording.quoted(scanner)) is a \(profile.id), no scanner",
                    "bind it to a role instead")
            }
        }
        for (role, device) in station.bindings.sorted(by: { $0.key < $1.key }) {
            if !ids.contains(device) {
                unknown(device, ids, station)
            } else if let profile = profiles[device], profile.scanner != nil {
                faults.fault(
                    station.place, "role \(role) is bound to \(Wording.quoted(device)), a scanner",
                    "bind it to a device that measures")
            }
        }
        guard let plan = plans[station.id] else { return }
        if let parts { check(plan, of: station, against: parts) }
        checkApprovals(plan, of: station)
        checkStart(of: plan, at: station)
        for role in plan.roles where station.bindings[role] == nil {
            faults.fault(
                station.place, "plan \(plan.id) needs a device for role \(Wording.quoted(role))",
                "add `bind: {\(role): DEVICE}`")
        }
        for role in station.bindings.keys.sorted() where !plan.roles.contains(role) {
            faults.fault(
                station.place, "plan \(plan.id) has no role \(Wording.quoted(role))",
                NearestName.remedy(for: role, among: plan.roles))
        }
    }

    /// Who inspects a part cannot approve it, so that there must be somebody else.
    private func checkApprovals(_ plan: InspectionPlan, of station: StationConfiguration) {
        guard plan.steps.contains(where: { $0.onFailure.approvalSeconds != nil }) else { return }
        if let operators, !operators.approvers.isEmpty, operators.operators.count > 1 { return }
        faults.fault(
            station.place, "plan \(plan.id) waits for approvals that nobody could give",
            "name two people at least in `operators:`, and write `approves: true` to those who may")
    }

    /// A part that waits for a code which nobody has would wait until its time is over.
    private func checkStart(of plan: InspectionPlan, at station: StationConfiguration) {
        let hasStart = codes?.codes.contains { $0.meaning == .action(.start) }
        guard plan.start == .code, !(hasStart ?? (configuration.codes != nil)) else { return }
        faults.fault(
            station.place, "plan \(plan.id) begins with the code START, and there is none",
            "name a set that has it with `codes:`, or write `start: scan` into the plan")
    }

    /// Warns of part numbers of which the table says nothing.
    private func check(_ plan: InspectionPlan, of station: StationConfiguration, against parts: PartTable) {
        for number in plan.partNumbers where parts.row(number) == nil {
            faults.warn(
                station.place,
                "plan \(plan.id) inspects \(Wording.quoted(number)), of which the part table says nothing",
                "add it to `parts:`; until then its serials are checked against no list")
        }
    }

    private func unknown(_ device: String, _ known: [String], _ station: StationConfiguration) {
        faults.fault(
            station.place, "device \(Wording.quoted(device)) does not exist",
            NearestName.remedy(for: device, among: known))
    }

    private func checkCalibration(_ device: DeviceConfiguration) {
        guard let calibration = device.calibration else {
            faults.warn(
                device.place, "device \(Wording.quoted(device.id)) has no calibration",
                "add `calibration: {certificate: …, due: …}`; until then nothing that it measures passes")
            return
        }
        if calibration.due < today {
            faults.warn(
                device.place, "the calibration of \(Wording.quoted(device.id)) was due on \(calibration.due)",
                "have it calibrated; until then nothing that it measures passes")
        }
    }
}
