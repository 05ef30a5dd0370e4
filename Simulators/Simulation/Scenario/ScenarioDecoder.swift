package import Profiles

/// Decodes a scenario file: everything wrong in it is told at once, each fault with line and column.
package enum ScenarioDecoder {
    /// Most devices in one scenario: one process serves so many with room to spare.
    static let mostDevices = 2000

    /// The scenario in `bytes`; throws `Faults`, never empty, where it is none.
    package static func decode(_ bytes: [UInt8], file: String) throws(Faults) -> Scenario {
        let faults = FaultCollector()
        let root = YAMLReader.read(bytes, file: file, faults: faults)
        let mapping = root.flatMap { YAMLMapping($0, "a scenario", faults) }
        let scenario = mapping.flatMap { decoded($0, faults) }
        try faults.throwIfAny()
        guard let scenario else {
            throw Faults([
                Fault(SourcePlace(file: file), "this is no scenario", "begin with `scenario: name`")
            ])
        }
        return scenario
    }

    private static func decoded(_ file: YAMLMapping, _ faults: FaultCollector) -> Scenario? {
        let name = file.required("scenario", .name)
        let seed = file.optional("seed", .integer(0...Int.max)) ?? 1
        let devices = entries(
            of: "devices", "the devices", in: file, most: mostDevices, ScenarioDevices.device)
        let known = Dictionary(devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let operators = operators(in: file)
        let stations = entries(of: "stations", "the stations", in: file, most: 100) { id, station in
            ScenarioStations.station(id, station, devices: known, operators: operators)
        }
        let parts = file.mapping("parts", "the parts").flatMap(ScenarioStations.parts)
        if !stations.isEmpty, !file.has("parts") {
            faults.fault(file.place(of: "stations"), "stations have no parts to work on", "add `parts:`")
        }
        let planned = file.mappings("faults", "a fault", most: FaultBoard.mostFaults) {
            ScenarioDevices.fault($0, devices: known)
        }
        if devices.isEmpty { faults.fault(file.place, "a scenario has no device", "add `devices:`") }
        ScenarioDevices.check(devices, file)
        file.finish()
        guard let name, faults.isClean else { return nil }
        return Scenario(
            name: name, seed: UInt64(seed), devices: devices, stations: stations, parts: parts,
            faults: planned)
    }

    /// What `decode` makes of each named mapping under `key`, in the order of the file.
    static func entries<Value>(
        of key: String, _ subject: String, in file: YAMLMapping, most: Int,
        _ decode: (_ id: String, _ mapping: YAMLMapping) -> Value?
    ) -> [Value] {
        guard let group = file.mapping(key, subject) else { return [] }
        let entries = group.namedEntries()
        if entries.count > most {
            file.fault(key, "\(entries.count) entries stand here", "at most \(most) are allowed")
        }
        return entries.prefix(most).compactMap { entry in
            guard isName(entry.key) else {
                group.faults.fault(
                    entry.place, "\(Wording.quoted(entry.key)) is no name",
                    "use letters, digits, `_`, `-` and `.`, at most 64")
                return nil
            }
            guard let mapping = YAMLMapping(entry.value, entry.key, group.faults) else { return nil }
            defer { mapping.finish() }
            return decode(entry.key, mapping)
        }
    }

    /// Badge texts by operator.
    private static func operators(in file: YAMLMapping) -> [String: String] {
        let pairs = entries(of: "operators", "the operators", in: file, most: 1000) { id, person in
            person.required("badge", .text(1...100)).map { (id, $0) }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: "_-.".utf8.contains(byte)
                }
            }
    }
}
