internal import Metrology

extension DeviceProfile {
    /// The profile in `file`; nil after noting everything that is wrong in `faults`.
    ///
    /// Registers that nobody has confirmed become warnings. Vectors are not run: see `vectorFaults`.
    package static func read(_ file: SourceFile, faults: FaultCollector) -> DeviceProfile? {
        let before = faults.count
        guard let root = file.root(faults), let top = YAMLMapping(root, "a profile", faults) else {
            return nil
        }
        let id = top.required("profile", .name)
        let revision = top.required("revision", .integer(1...1_000_000))
        let manufacturer = top.required("manufacturer", .filled(1...500))
        let model = top.required("model", .filled(1...500))
        let source = top.required("source", .filled(1...2_000))
        let speech = top.required("protocol", .choice).flatMap { (spoken: SpokenProtocol) in
            spoken.read(top)
        }
        if speech != nil { top.finish() }
        guard let id, let revision, let manufacturer, let model, let source, let speech,
            faults.count == before
        else { return nil }
        return DeviceProfile(
            id: id, revision: revision, sha256: file.sha256, manufacturer: manufacturer, model: model,
            source: source,
            speech: speech)
    }

    /// Notes where a gateway would not find this profile in the file at `path`: it looks by name.
    package func checkFileName(_ path: String, _ faults: FaultCollector) {
        guard let file = path.split(separator: "/").last, file != "\(id).yaml" else { return }
        faults.fault(
            SourcePlace(file: path),
            "the file is named \(Wording.quoted(String(file))), the profile in it \(Wording.quoted(id))",
            "give both the same name: a gateway looks for \(id).yaml")
    }
}

extension YAMLForm where Value == String {
    /// A text that a person has written in the place of `ProfileText.unknownUnit`.
    fileprivate static func filled(_ lengths: ClosedRange<Int>) -> YAMLForm {
        YAMLForm("a text of \(lengths.lowerBound)…\(lengths.upperBound) characters") { node, faults in
            guard node.text == ProfileText.unknownUnit else { return text(lengths).read(node, faults) }
            faults.fault(node.place, "this is still open", "write what the name plate or the manual says")
            return nil
        }
    }
}

/// What a profile's `protocol:` may say, and how the rest of the file is read then.
private enum SpokenProtocol: String, CaseIterable {
    case modbus
    case hidPOS = "hid-pos"
    case hidKeyboard = "hid-keyboard"
    case serial
    case lines
    case openProtocol = "open-protocol"

    func read(_ top: YAMLMapping) -> DeviceProfile.Speech? {
        switch self {
        case .modbus: RegisterMapReader(top).map().map { .modbus($0) }
        case .hidPOS: ScannerProfileReader.hidPOS(top).map { .scanner($0) }
        case .hidKeyboard: ScannerProfileReader.hidKeyboard(top).map { .scanner($0) }
        case .serial: ScannerProfileReader.serial(top).map { .scanner($0) }
        case .lines: LineProfileReader(top).profile().map { .lines($0) }
        case .openProtocol: TorqueProfileReader(top).profile().map { .torque($0) }
        }
    }
}
