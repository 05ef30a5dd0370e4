internal import Codecs
internal import Metrology

/// Reads one entry of a profile's `vectors:`.
struct GoldenVectorReader {
    let vector: YAMLMapping
    let defaults: RegisterMapReader.Defaults
    let points: [DevicePoint]

    func read() -> GoldenVector? {
        guard let request = vector.mapping("request", "a request") else {
            vector.faults.fault(
                vector.place, "the vector has no request", "add `request: {address: 0x0000, count: 2}`")
            vector.knows("reply", "with", "expect")
            return nil
        }
        let place = AddressReader.read(request, defaultTable: defaults.table)
        let count = request.required("count", .integer(1...RegisterMapReader.bitsPerRead))
        request.finish()
        let reply = vector.required("reply", .hexadecimal)
        let with = vector.mapping("with", "with")?.namedEntries().compactMap(assumption) ?? []
        let expected = vector.mapping("expect", "expect")?.namedEntries().compactMap(expectation) ?? []
        if !vector.has("expect") {
            vector.faults.fault(
                vector.place, "the vector expects nothing", "add `expect: {point: \"value\"}`")
        }
        guard let place, let count, let reply else { return nil }
        return GoldenVector(
            table: place.table, address: place.address, count: count, reply: reply,
            with: Dictionary(with, uniquingKeysWith: { first, _ in first }), expected: expected,
            place: vector.place)
    }

    private func known(_ entry: YAMLNode.Entry) -> Bool {
        if points.contains(where: { $0.id == entry.key }) { return true }
        vector.faults.missing(
            entry.key, among: points.map(\.id), entry.place,
            "point \(Wording.quoted(entry.key)) does not exist")
        return false
    }

    private func assumption(_ entry: YAMLNode.Entry) -> (String, Int128)? {
        guard known(entry),
            let raw = YAMLForm<Int>.integer(Int.min...Int.max).read(entry.value, vector.faults)
        else { return nil }
        return (entry.key, Int128(raw))
    }

    private func expectation(_ entry: YAMLNode.Entry) -> GoldenVector.Expectation? {
        known(entry) ? .read(entry, vector.faults) : nil
    }
}

extension GoldenVector.Expectation {
    /// What `entry`, a point and what it must say, expects; nil after noting what is wrong.
    static func read(_ entry: YAMLNode.Entry, _ faults: FaultCollector) -> GoldenVector.Expectation? {
        if case .mapping = entry.value.content {
            guard let mapping = YAMLMapping(entry.value, "an expectation", faults) else { return nil }
            let defect = mapping.required("bad", .defect)
            mapping.finish()
            return defect.map { .init(point: entry.key, outcome: .bad($0), place: entry.value.place) }
        }
        return YAMLForm<String>.text(0...250).read(entry.value, faults)
            .map { .init(point: entry.key, outcome: .value($0), place: entry.value.place) }
    }
}

extension YAMLForm where Value == [UInt8] {
    /// Bytes in hex, blanks allowed.
    fileprivate static var hexadecimal: YAMLForm {
        YAMLForm("the reply's bytes in hex") { text, _ in
            Hex.bytes(text).flatMap { (1...253).contains($0.count) ? $0 : nil }
        }
    }
}

extension YAMLForm where Value == Quality.Defect {
    /// Why a value is bad.
    static var defect: YAMLForm<Quality.Defect> {
        YAMLForm("sentinel, implausible, flagged, malformed or refused") { text, _ in
            Quality.Defect(rawValue: text)
        }
    }
}
