internal import Inspection
internal import Metrology

/// Checks a plan against the devices that a station binds to its roles.
struct PlanChecks {
    let file: PlanFile
    /// The profile of the device that each role is bound to; a role that is not bound is missing.
    let profiles: [String: DeviceProfile]
    let faults: FaultCollector

    func run() {
        for step in file.plan.steps { check(step) }
        for characteristic in file.plan.characteristics { check(characteristic) }
    }

    /// A token as long as those that cycles get.
    private static let sampleToken = "C0000000"

    private func check(_ step: PlanStep) {
        guard let profile = profiles[step.completes] else { return }
        let place = file.stepPlaces[step.id] ?? SourcePlace(file: "")
        if let lines = profile.lines, lines.reportsResults {
            if !step.settings.isEmpty {
                faults.fault(
                    place, "step \(Wording.quoted(step.id)) sets what a \(profile.id) is never told",
                    "leave out `set:`; set it at the device")
            }
            return
        }
        if profile.torque != nil { return checkTightening(step, place) }
        guard let map = profile.registers, map.cycle != nil else {
            faults.fault(
                place,
                "step \(Wording.quoted(step.id)) waits for \(step.completes), but profile \(profile.id) "
                    + "has no cycle",
                "complete it by another role, or give the profile a `cycle:`")
            return
        }
        checkSettings(of: step, place) { setPoints in
            do throws(WriteRefusal) {
                _ = try map.startWrites(setPoints, token: Self.sampleToken)
                return []
            } catch {
                return [("point \(Wording.quoted(error.point)): \(error.what)", error.remedy)]
            }
        }
    }

    private func checkTightening(_ step: PlanStep, _ place: SourcePlace) {
        let judged = file.plan.characteristics(of: step).map(\.source)
        if !judged.contains(PointReference(role: step.completes, point: TighteningValue.verdict)) {
            faults.fault(
                place,
                "step \(Wording.quoted(step.id)) does not judge what the tool itself says, so that a part "
                    + "could pass that the tool calls bad",
                "add a characteristic `from: \(step.completes).verdict, equals: OK`")
        }
        checkSettings(of: step, place) { setPoints in
            setPoints.compactMap { TorqueProfile.fault(of: ($0.point, $0.value)) }
        }
    }

    /// Notes what is wrong with what the step sets, once for all part numbers that it is the same for.
    private func checkSettings(
        of step: PlanStep, _ place: SourcePlace, _ wrong: ([SetPoint]) -> [(what: String, remedy: String)]
    ) {
        var said: Set<String> = []
        for number in file.plan.partNumbers {
            for (what, remedy) in wrong(step.setPoints(for: number) ?? []) {
                guard said.insert(what).inserted else { continue }
                faults.fault(place, "step \(Wording.quoted(step.id)) cannot be set: \(what)", remedy)
            }
        }
    }

    private func check(_ characteristic: Characteristic) {
        let role = characteristic.source.role
        guard let profile = profiles[role] else { return }
        let values = profile.planValues
        guard let point = values.first(where: { $0.id == characteristic.source.point }) else {
            fault(
                characteristic,
                "profile \(profile.id) has no point \(Wording.quoted(characteristic.source.point))",
                NearestName.remedy(for: characteristic.source.point, among: values.map(\.id)))
            return
        }
        checkIsRead(point, characteristic, profile)
        switch characteristic.requirement {
        case .quantity(let unit, _, let resolution):
            for given in units(of: point, kind: unit.kind, characteristic) {
                do {
                    _ = try (1 as ExactDecimal).converted(from: given, to: unit, resolution: resolution)
                } catch ConversionError.kinds {
                    fault(
                        characteristic,
                        "\(given.code) measures \(given.kind.rawValue), \(unit.code) \(unit.kind.rawValue)",
                        "correct `from` or `unit`")
                } catch {
                    fault(
                        characteristic, "\(given.code) in \(unit.code) never ends as a decimal",
                        #"add `resolution: "0.1"`"#)
                }
            }
        case .text(let equals): checkText(equals, point, characteristic)
        }
    }

    /// Units in which the point may come; those of another kind than the characteristic's are left to run
    /// time where the device chooses, because there they make the value bad.
    private func units(
        of value: PlanValue, kind: QuantityKind, _ characteristic: Characteristic
    ) -> [UnitOfMeasure] {
        switch value.meaning {
        case .quantity(let unit): return [unit]
        case .chosen(let measured, let units):
            guard measured == kind else {
                fault(
                    characteristic,
                    "point \(Wording.quoted(value.id)) measures \(measured.rawValue)",
                    "correct `from` or `unit`")
                return []
            }
            return units.filter { $0.kind == kind }
        case .text, .words:
            fault(
                characteristic, "point \(Wording.quoted(value.id)) is no number",
                "use `equals`, or another point")
            return []
        }
    }

    private func checkText(_ equals: String, _ point: PlanValue, _ characteristic: Characteristic) {
        switch point.meaning {
        case .text: break
        case .words(let words):
            if !words.contains(equals) {
                fault(
                    characteristic, "point \(Wording.quoted(point.id)) never says \(Wording.quoted(equals))",
                    NearestName.remedy(for: equals, among: words))
            }
        case .quantity, .chosen:
            fault(
                characteristic, "point \(Wording.quoted(point.id)) is a number",
                "give limits instead of `equals`")
        }
    }

    /// A value of the device that completes the step must come with its result, or it is of another instant.
    private func checkIsRead(_ point: PlanValue, _ characteristic: Characteristic, _ profile: DeviceProfile) {
        guard point.isRead else {
            fault(characteristic, "point \(Wording.quoted(point.id)) is not read", "measure another point")
            return
        }
        let step = file.plan.steps.first { $0.id == characteristic.step }
        if profile.reportsResults, step?.completes != characteristic.source.role {
            fault(
                characteristic, "a \(profile.id) says its values at the end of its own cycle only",
                "give it a step of its own, `complete: \(characteristic.source.role).cycle`")
        }
        guard let map = profile.registers, let cycle = map.cycle,
            step?.completes == characteristic.source.role,
            let request = map.readPlan.request(cycle.request),
            !request.points.contains(where: { $0.id == point.id })
        else { return }
        fault(
            characteristic, "point \(Wording.quoted(point.id)) does not come with the result",
            "measure a point of request \(Wording.quoted(request.id))")
    }

    private func fault(_ characteristic: Characteristic, _ what: String, _ remedy: String) {
        faults.fault(
            file.characteristicPlaces[characteristic.id] ?? SourcePlace(file: ""),
            "characteristic \(Wording.quoted(characteristic.id)): \(what)", remedy)
    }
}
