internal import Profiles

/// Decodes the devices of a scenario and the faults planned for them.
enum ScenarioDevices {
    /// The words that `model:` knows.
    private enum ModelName: String, CaseIterable {
        case flowBench = "flow-bench"
        case kralMeter = "kral-bem500"
        case kolverTool = "kolver-kducer"
        case usonTester = "uson-qualitek"
        case ateqTester = "ateq-f6"
        case serialScanner = "serial-scanner"
        case hidScanner = "usb-hid-pos-scanner"
        case keyboardScanner = "usb-keyboard-scanner"
        case cdcScanner = "usb-serial-scanner"
        case torqueController = "acradyne-gen4"
        case torqueTester = "mark-10-tt"
        case norbarTester = "norbar-ttt"
        case vibracTester = "vibrac-2100"
        case csvTool = "csv-torque-tool"
        case openProtocol = "open-protocol"

        /// Whether it is asked by Modbus; the others speak by themselves, or in lines of text.
        var isAddressed: Bool {
            switch self {
            case .flowBench, .kralMeter, .kolverTool, .usonTester, .ateqTester: true
            case .serialScanner, .hidScanner, .keyboardScanner, .cdcScanner, .torqueController, .torqueTester,
                .norbarTester, .vibracTester, .csvTool, .openProtocol:
                false
            }
        }
    }

    /// What a serial scanner may put behind a code.
    private enum Suffix: String, CaseIterable {
        case cr, lf, crlf, none

        var bytes: [UInt8] {
            switch self {
            case .cr: [0x0D]
            case .lf: [0x0A]
            case .crlf: [0x0D, 0x0A]
            case .none: []
            }
        }
    }

    static func device(_ id: String, _ device: YAMLMapping) -> Scenario.Device? {
        let name: ModelName? = device.required("model", .choice)
        guard let name else {
            device.knows("listen", "link", "pty", "unit", "serial", "firmware")
            return nil
        }
        let unit = name.isAddressed ? device.optional("unit", .integer(1...247)).map { UInt8($0) } : nil
        let nameplate = name.isAddressed ? nameplate(name, device) : nil
        switch name {
        case .flowBench:
            return tcp(device).map {
                .init(id: id, link: $0, model: .flowBench, unit: unit, nameplate: nameplate)
            }
        case .kralMeter:
            let model = kralMeter(device)
            return pty(device).map {
                .init(id: id, link: $0, model: model, unit: unit ?? 1, nameplate: nameplate)
            }
        case .kolverTool:
            let model = kolverTool(device)
            return tcp(device).map { .init(id: id, link: $0, model: model, unit: unit, nameplate: nameplate) }
        case .usonTester, .ateqTester:
            let test = leakTest(device)
            let model: Scenario.Model = name == .usonTester ? .usonTester(test) : .ateqTester(test)
            return tcp(device).map { .init(id: id, link: $0, model: model, unit: unit, nameplate: nameplate) }
        case .serialScanner:
            let suffix: Suffix = device.optional("suffix", .choice) ?? .cr
            let model = Scenario.Model.serialScanner(
                suffix: suffix.bytes, sendsAIM: device.optional("aim_identifier", .flag) ?? false)
            return pty(device).map { .init(id: id, link: $0, model: model, unit: nil, nameplate: nil) }
        case .torqueController, .torqueTester, .norbarTester, .vibracTester, .csvTool:
            let model = lineTool(name, device)
            return pty(device).map { .init(id: id, link: $0, model: model, unit: nil, nameplate: nil) }
        case .openProtocol: return ScenarioControllers.device(id, device)
        case .hidScanner, .keyboardScanner, .cdcScanner:
            let speech: USBScannerSpeech =
                name == .hidScanner ? .hidPOS : name == .cdcScanner ? .serial : .keyboard
            return .init(id: id, link: .usb, model: .usbScanner(speech), unit: nil, nameplate: nil)
        }
    }

    private static func nameplate(_ name: ModelName, _ device: YAMLMapping) -> Nameplate {
        let serial = device.optional("serial", .text(1...32))
        let firmware = device.optional("firmware", .text(1...32)) ?? "1.0"
        return switch name {
        case .kralMeter: .init(vendor: "KRAL", product: "BEM 500", revision: firmware, serial: serial)
        case .kolverTool: .init(vendor: "Kolver", product: "K-DUCER", revision: firmware, serial: serial)
        case .usonTester:
            .init(vendor: "Uson", product: "Qualitek mR", revision: firmware, serial: serial)
        case .ateqTester: .init(vendor: "ATEQ", product: "F6", revision: firmware, serial: serial)
        case .flowBench, .serialScanner, .hidScanner, .keyboardScanner, .cdcScanner, .torqueController,
            .torqueTester, .norbarTester, .vibracTester, .csvTool, .openProtocol:
            .init(
                vendor: "Plumbline", product: "FB-SIM", revision: firmware, serial: serial,
                name: "flow bench",
                model: "simulated")
        }
    }

    private static func kralMeter(_ device: YAMLMapping) -> Scenario.Model {
        let settings = KralMeter.Settings(
            totalUnit: UInt16(device.optional("total_unit", .integer(1...9)) ?? 5),
            rateUnit: UInt16(device.optional("rate_unit", .integer(1...23)) ?? 23), temperatureUnit: 1,
            decimals: UInt16(device.optional("decimals", .integer(1...3)) ?? 2))
        let total = device.optional("total", .integer(-2_000_000_000...2_000_000_000)) ?? 90_270
        return .kralMeter(settings, totalA1: total, measures: device.optional("measures", .name))
    }

    private static func lineTool(_ name: ModelName, _ device: YAMLMapping) -> Scenario.Model {
        if name == .torqueTester {
            return .torqueTester(saysUnit: device.optional("says_unit", .flag) ?? true)
        }
        let form = TorquePrinter.Form(rawValue: name.rawValue)
        return form.map { .torquePrinter($0, target(device)) } ?? .torqueController(target(device))
    }

    private static func kolverTool(_ device: YAMLMapping) -> Scenario.Model { .kolverTool(target(device)) }

    private static func target(_ device: YAMLMapping) -> KolverTool.Target {
        let word = 0...65_535
        let value = { (key: String, usual: Int) in UInt16(device.optional(key, .integer(word)) ?? usual) }
        let torque = (value("torque_min", 2500), value("torque_max", 3000))
        let angle = (value("angle_min", 30), value("angle_max", 60))
        guard torque.0 <= torque.1, angle.0 <= angle.1 else {
            device.faults.fault(device.place, "a least value is above its greatest", "swap them")
            return .init(torque: 0, torqueRange: 0...0, angleRange: 0...0)
        }
        return .init(
            torque: value("torque_target", 2750), torqueRange: torque.0...torque.1,
            angleRange: angle.0...angle.1)
    }

    private static func leakTest(_ device: YAMLMapping) -> LeakTest {
        let duration = device.optional("test", .duration(10...600_000)) ?? 3_000
        let pulse = device.optional("pulse", .duration(0...600_000)) ?? 1_000
        let outcomes: [LeakTest.Outcome]? = device.optional("outcomes", .list(of: .choice, 1...100))
        return LeakTest(
            duration: .seconds(Double(duration) / 1_000), pulse: .seconds(Double(pulse) / 1_000),
            outcomes: outcomes ?? [])
    }

    private static func tcp(_ device: YAMLMapping) -> Scenario.Link? {
        device.required("listen", loopback).map { .tcp(host: $0.host, port: $0.port) }
    }

    private static func pty(_ device: YAMLMapping) -> Scenario.Link? {
        device.required("pty", .text(1...100)).map { .pty(path: $0) }
    }

    /// Simulated devices answer on this machine alone.
    static var loopback: YAMLForm<(host: String, port: Int)> {
        YAMLForm("a loopback address and port such as 127.0.0.1:15020") { text, _ in
            LoopbackAddress.parse(text)
        }
    }

    /// What no single device shows: an address used twice, a meter on a bench that is not there.
    static func check(_ devices: [Scenario.Device], _ file: YAMLMapping) {
        var owners: [String: String] = [:]
        for device in devices {
            let place: String? =
                switch device.link {
                case .tcp(let host, let port), .openProtocol(let host, let port): "\(host):\(port)"
                case .pty(let path): path
                case .dials, .usb: nil
                }
            if let place, let other = owners.updateValue(device.id, forKey: place), !place.hasSuffix(":0") {
                file.fault(
                    "devices", "\(other) and \(device.id) both want \(place)", "give each device its own")
            }
            guard case .kralMeter(_, _, let measures?) = device.model else { continue }
            if devices.first(where: { $0.id == measures })?.model != .flowBench {
                file.fault(
                    "devices", "\(device.id) measures \(measures), which is no flow bench here",
                    NearestName.remedy(
                        for: measures, among: devices.filter { $0.model == .flowBench }.map(\.id)))
            }
        }
    }

    static func fault(_ fault: YAMLMapping, devices: [String: Scenario.Device]) -> Scenario.PlannedFault? {
        let id = fault.required("device", .name)
        let kind: FaultKind? = fault.required("kind", .choice)
        let after = fault.optional("after", .duration()) ?? 0
        let length = fault.optional("for", .duration())
        let lateness = fault.optional("by", .duration(0...600_000))
        let code = fault.optional("code", .integer(1...255))
        guard let id, let kind else { return nil }
        guard let device = devices[id] else {
            fault.fault(
                "device", "device \(Wording.quoted(id)) is not in this scenario",
                NearestName.remedy(for: id, among: devices.keys))
            return nil
        }
        check(kind, of: device, fault)
        if lateness != nil, !kind.takesLateness {
            fault.fault("by", "only a delay and a drip are `by` a time", "remove it")
        }
        if code != nil, kind != .exception {
            fault.fault("code", "only an exception has a code", "remove it")
        }
        if length != nil, kind.happensOnce {
            fault.fault("for", "a \(kind.rawValue) takes no time", "remove it")
        }
        return .init(
            device: id, kind: kind, afterMilliseconds: after, forMilliseconds: length,
            byMilliseconds: lateness ?? kind.usualLateness, code: UInt8(code ?? 6))
    }

    private static func check(_ kind: FaultKind, of device: Scenario.Device, _ fault: YAMLMapping) {
        if case .openProtocol = device.model {
            guard !kind.isForOpenProtocol else { return }
        } else {
            guard device.model.answersRequests else {
                return fault.fault(
                    "device", "\(device.id) answers no requests", "faults are for devices that are polled")
            }
            guard !kind.isForModbus else { return }
        }
        fault.fault(
            "kind", "such a device knows no fault \(kind.rawValue)",
            "choose another, as docs/simulators.md says")
    }
}

extension Scenario.Model {
    /// Whether a device of this model is asked by Modbus; others speak by themselves or in lines.
    var answersRequests: Bool {
        switch self {
        case .flowBench, .kralMeter, .kolverTool, .usonTester, .ateqTester: true
        case .serialScanner, .usbScanner, .torqueController, .torquePrinter, .torqueTester, .openProtocol:
            false
        }
    }
    var isScanner: Bool {
        switch self {
        // An Open Protocol tool may have a scanner of its own.
        case .serialScanner, .usbScanner, .openProtocol: true
        default: false
        }
    }

    var isOpenProtocol: Bool { if case .openProtocol = self { true } else { false } }

    /// Whether a technician tightens with it, and it shows when.
    var isTool: Bool { if case .kolverTool = self { true } else { isOpenProtocol } }
}
