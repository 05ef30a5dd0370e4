internal import Metrology
internal import Profiles

/// Decodes the Open Protocol controllers of a scenario.
enum ScenarioControllers {
    static func device(_ id: String, _ device: YAMLMapping) -> Scenario.Device? {
        let link = place(device)
        let settings = settings(device)
        return link.map {
            .init(id: id, link: $0, model: .openProtocol(settings), unit: nil, nameplate: nil)
        }
    }

    /// On TCP by `link`, or by dialling itself, on a serial line by `pty`.
    private static func place(_ device: YAMLMapping) -> Scenario.Link? {
        let places = ["link", "dials", "pty"].filter { device.has($0) }
        for place in places.dropFirst() {
            device.fault(place, "a controller has a link, dials, or a pty", "remove all but one of them")
        }
        switch places.first {
        case "dials":
            return device.required("dials", ScenarioDevices.loopback).map {
                .dials(host: $0.host, port: $0.port)
            }
        case "pty": return device.required("pty", .text(1...100)).map { .pty(path: $0) }
        default: return device.required("link", link).map { .openProtocol(host: $0.host, port: $0.port) }
        }
    }

    private static func settings(_ device: YAMLMapping) -> ControllerSettings {
        var settings = ControllerSettings()
        settings.quirks = device.optional("quirks", quirks) ?? .standard
        if let resends = device.optional("resends", .flag) { settings.quirks.resendsAfterLoss = resends }
        settings.isSerial = device.has("pty")
        if settings.isSerial { settings.framing = device.optional("framing", .choice) ?? .ascii }
        settings.target = target(device)
        settings.parameterSets =
            device.optional("parameter_sets", .integer(1...999)) ?? settings.parameterSets
        settings.jobs = device.optional("jobs", .integer(0...99)) ?? settings.jobs
        settings.batch = device.optional("batch", .integer(0...9_999)) ?? settings.batch
        settings.spindles =
            device.optional("spindles", .integer(1...ControllerSettings.mostSpindles)) ?? settings.spindles
        settings.samples =
            device.optional("samples", .integer(ControllerSettings.samples)) ?? settings.samples
        settings.outcomes = device.optional("outcomes", .list(of: .choice, 1...100)) ?? []
        settings.every = device.optional("every", .duration(10...3_600_000)).map {
            .seconds(Double($0) / 1_000)
        }
        settings.startsLocked = device.optional("locked", .flag) ?? false
        settings.locksItself = device.optional("locks_itself", .flag) ?? false
        settings.clockOffset = device.optional("clock_offset", decimal(-1e9...1e9)) ?? 0
        settings.clockDrift = device.optional("clock_drift_ppm", decimal(-1e5...1e5)) ?? 0
        let first = device.optional("first_id", .integer(1...Int(UInt32.max)))
        settings.firstID = first.map { UInt32($0) } ?? 1
        settings.forgets = device.optional("forgets", .flag) ?? false
        settings.repeatsIdentifier = device.optional("repeats_identifier", .flag) ?? false
        settings.controllerName = device.optional("name", .text(1...25)) ?? settings.controllerName
        settings.toolSerial = device.optional("serial", .text(1...14)) ?? settings.toolSerial
        return settings
    }

    private static func target(_ device: YAMLMapping) -> TighteningTarget {
        let usual = ControllerSettings().target
        let torque = { (key: String, usual: Double) in device.optional(key, decimal(0...9_999)) ?? usual }
        let angle = { (key: String, usual: Int) in device.optional(key, .integer(0...99_999)) ?? usual }
        let target = TighteningTarget(
            torque: torque("torque_target", usual.torque), torqueMin: torque("torque_min", usual.torqueMin),
            torqueMax: torque("torque_max", usual.torqueMax), angle: angle("angle_target", usual.angle),
            angleMin: angle("angle_min", usual.angleMin), angleMax: angle("angle_max", usual.angleMax))
        guard target.torqueMin <= target.torqueMax, target.angleMin <= target.angleMax else {
            device.faults.fault(device.place, "a least value is above its greatest", "swap them")
            return usual
        }
        return target
    }

    /// A make by its name.
    private static var quirks: YAMLForm<ControllerQuirks> {
        YAMLForm("one of \(ControllerQuirks.names.joined(separator: ", "))") { text, _ in
            ControllerQuirks.named(text)
        }
    }

    private static var link: YAMLForm<(host: String, port: Int)> {
        YAMLForm("a loopback link such as openprotocol://127.0.0.1:14545") { text, _ in
            let scheme = "openprotocol://"
            return text.hasPrefix(scheme) ? LoopbackAddress.parse(String(text.dropFirst(scheme.count))) : nil
        }
    }

    private static func decimal(_ range: ClosedRange<Double>) -> YAMLForm<Double> {
        YAMLForm("a quoted decimal number such as \"27.5\"") { text, isQuoted in
            guard isQuoted, ExactDecimal(text) != nil, let value = Double(text), range.contains(value) else {
                return nil
            }
            return value
        }
    }
}
