internal import Metrology
internal import Profiles

/// Decodes the stations of a scenario and the parts that come to them.
enum ScenarioStations {
    static func station(
        _ id: String, _ station: YAMLMapping, devices: [String: Scenario.Device], operators: [String: String]
    ) -> Scenario.Station? {
        let tool = station.has("tool") ? device("tool", of: station, devices) { $0.isTool } : nil
        let isToolAlone = !station.has("bench") && tool.flatMap { devices[$0]?.model.isOpenProtocol } == true
        let bench = isToolAlone ? nil : device("bench", of: station, devices) { $0 == .flowBench }
        let screws = isToolAlone ? station.optional("screws", .integer(1...1000)) ?? 1 : 1
        let part = device("part_scanner", of: station, devices) { $0.isScanner }
        let badge =
            station.has("badge_scanner")
            ? device("badge_scanner", of: station, devices) { $0.isScanner } : part
        let person = station.required("operator", .name)
        let pace = pace(station.mapping("technician", "the technician"))
        guard let person else { return nil }
        guard let text = operators[person] else {
            station.fault(
                "operator", "operator \(Wording.quoted(person)) is not in this scenario",
                NearestName.remedy(for: person, among: operators.keys))
            return nil
        }
        guard isToolAlone || bench != nil, let part, let badge else { return nil }
        return .init(
            id: id, bench: bench, tool: tool, badgeScanner: badge, partScanner: part, badge: text, pace: pace,
            screws: screws)
    }

    private static func device(
        _ key: String, of station: YAMLMapping, _ devices: [String: Scenario.Device],
        fits: (Scenario.Model) -> Bool
    ) -> String? {
        guard let id = station.required(key, .name) else { return nil }
        guard let device = devices[id], fits(device.model) else {
            let candidates = devices.values.filter { fits($0.model) }.map(\.id)
            station.fault(
                key, "\(Wording.quoted(id)) is no \(key) of this scenario",
                NearestName.remedy(for: id, among: candidates))
            return nil
        }
        return device.id
    }

    private static func pace(_ mapping: YAMLMapping?) -> WorkPace {
        var pace = WorkPace()
        guard let mapping else { return pace }
        let span = { (key: String, usual: ShopTime) in
            mapping.optional(key, .duration(0...3_600_000)).map { ShopTime.seconds(Double($0) / 1000) }
                ?? usual
        }
        pace.fetching = span("fetches", pace.fetching)
        pace.scanning = span("scans", pace.scanning)
        pace.tightening = span("tightens", pace.tightening)
        pace.quiet = span("quiet", pace.quiet)
        pace.patience = span("patience", pace.patience)
        mapping.finish()
        return pace
    }

    static func parts(_ parts: YAMLMapping) -> PartSupply? {
        let serial = parts.required("serials_from", serialForm)
        let number = parts.required("number", .text(1...32))
        let cage = parts.required("cage", .text(5...5))
        let mark: MarkForm? = parts.required("mark", .choice)
        let healths = parts.mappings("health", "a part's health", most: 10_000, health)
        if parts.has("health"), healths.isEmpty {
            parts.fault("health", "no health stands here", "write at least one: `- {state: nominal}`")
        }
        parts.finish()
        guard let serial, let number, let cage, let mark else { return nil }
        return PartSupply(firstSerial: serial, partNumber: number, cage: cage, mark: mark, healths: healths)
    }

    private enum HealthState: String, CaseIterable {
        case nominal, worn
    }

    private static func health(_ mapping: YAMLMapping) -> InjectorHealth? {
        let state: HealthState? = mapping.required("state", .choice)
        let delivery = mapping.optional("delivery_percent", percent)
        let returned = mapping.optional("return_percent", percent)
        guard let state else { return nil }
        let usual: InjectorHealth = state == .worn ? .worn : .nominal
        return InjectorHealth(
            deliveryPercent: delivery ?? usual.deliveryPercent, returnPercent: returned ?? usual.returnPercent
        )
    }

    private static var percent: YAMLForm<Double> {
        YAMLForm("a quoted number of -90…900 percent such as \"-12.5\"") { text, isQuoted in
            guard isQuoted, ExactDecimal(text) != nil, let value = Double(text), (-90...900).contains(value)
            else { return nil }
            return value
        }
    }

    private static var serialForm: YAMLForm<String> {
        YAMLForm("a serial of capitals, digits, `-` and `/` that ends in a digit, at most 20") { text, _ in
            let isAllowed = text.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "-")...UInt8(ascii: "9")).contains(byte) && byte != UInt8(ascii: ".")
            }
            let endsInDigit = text.utf8.last.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return isAllowed && (1...20).contains(text.utf8.count) && endsInDigit == true ? text : nil
        }
    }
}
