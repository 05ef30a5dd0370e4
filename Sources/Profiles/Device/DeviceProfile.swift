/// What a file says about one model of device: its points, units and timing, and how it tells that a result
/// is ready. Which instance hangs on which link is the configuration's business.
package struct DeviceProfile: Sendable, Equatable {
    /// `kral-bem500`; the file is named for it.
    package let id: String
    package let revision: Int
    /// SHA-256 of the file's bytes, lower-case hex.
    package let sha256: String
    package let manufacturer: String
    package let model: String
    /// Where the map comes from: the manual and its page.
    package let source: String
    package let speech: Speech

    /// What the device speaks, with what only devices of that sort have.
    package enum Speech: Sendable, Equatable {
        case modbus(RegisterMap)
        case scanner(ScannerProfile)
        case lines(LineProfile)
        case torque(TorqueProfile)
    }

    package init(
        id: String, revision: Int, sha256: String, manufacturer: String, model: String, source: String,
        speech: Speech
    ) {
        (self.id, self.revision, self.sha256) = (id, revision, sha256)
        (self.manufacturer, self.model, self.source, self.speech) = (manufacturer, model, source, speech)
    }

    /// The registers of a Modbus device; nil for any other.
    package var registers: RegisterMap? {
        guard case .modbus(let map) = speech else { return nil }
        return map
    }

    /// What a scanner needs; nil for any other device.
    package var scanner: ScannerProfile? {
        guard case .scanner(let scanner) = speech else { return nil }
        return scanner
    }

    /// How its lines are to be read; nil for a device that does not speak in lines of text.
    package var lines: LineProfile? {
        guard case .lines(let lines) = speech else { return nil }
        return lines
    }

    /// What a torque controller understands of Open Protocol; nil for any other device.
    package var torque: TorqueProfile? {
        guard case .torque(let torque) = speech else { return nil }
        return torque
    }

    /// Whether it says results by itself, at the end of cycles that a person works.
    package var reportsResults: Bool { lines?.reportsResults == true || torque != nil }

    /// How many golden vectors it has.
    package var vectorCount: Int { registers?.vectors.count ?? lines?.vectors.count ?? 0 }

    /// The points of its registers; other devices have none.
    package var points: [DevicePoint] { registers?.points ?? [] }
}

extension DeviceProfile {
    /// Whether a person does the work of its cycles: it tells results, and takes no command to begin or is
    /// only unlocked by it.
    package var isWorkedByHand: Bool {
        switch speech {
        case .modbus(let registers): registers.cycle.map { $0.start == nil } ?? false
        case .lines(let lines): lines.reportsResults
        case .torque: true
        case .scanner: false
        }
    }
}
