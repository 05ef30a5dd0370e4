/// A mapping that is being decoded: hands out its values by key, and knows which keys were asked for.
///
/// ```
/// guard let file = YAMLMapping(root, "a scenario", faults) else { return nil }
/// let name = file.required("scenario", .name)
/// let speed = file.optional("speed", .integer(1...1_000)) ?? 1
/// let devices = file.list("devices") { Device($0) }
/// file.finish()
/// ```
/// Whatever is missing or wrong is noted in `faults` and comes back as nil, so a decoder reads everything
/// first and gives up last. `finish` notes every key that nothing asked for.
package final class YAMLMapping {
    package let node: YAMLNode
    package let faults: FaultCollector
    /// What this mapping describes, as a message says it: `a point`.
    package let subject: String
    private let entries: [String: YAMLNode.Entry]
    private var known: Set<String> = []

    /// Nil, with a fault noted, where `node` is no mapping.
    package init?(_ node: YAMLNode, _ subject: String, _ faults: FaultCollector) {
        guard case .mapping(let entries) = node.content else {
            faults.fault(node.place, "\(subject) is a mapping, not \(node.form)", "write `key: value` pairs")
            return nil
        }
        (self.node, self.subject, self.faults) = (node, subject, faults)
        self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var place: SourcePlace { node.place }

    /// Keys in the order of the file.
    package var keys: [String] {
        guard case .mapping(let entries) = node.content else { return [] }
        return entries.map(\.key)
    }

    /// The node of `key`; nil where the key is missing or has no value. The key is known from now on.
    package func node(_ key: String) -> YAMLNode? {
        known.insert(key)
        guard let value = entries[key]?.value, !value.isNull else { return nil }
        return value
    }

    /// Whether `key` is written, with a value.
    package func has(_ key: String) -> Bool { node(key) != nil }

    /// Where the value of `key` stands, or this mapping where there is none.
    package func place(of key: String) -> SourcePlace { entries[key]?.value.place ?? place }

    /// The value of a key that must be there; nil after noting what is wrong.
    package func required<Value>(_ key: String, _ form: YAMLForm<Value>) -> Value? {
        guard let node = node(key) else {
            faults.fault(
                place, "\(subject) has no \(Wording.quoted(key))", "add `\(key): …`: \(form.expectation)")
            return nil
        }
        return form.read(node, faults)
    }

    /// The value of a key that may be missing; nil if it is, or after noting what is wrong.
    package func optional<Value>(_ key: String, _ form: YAMLForm<Value>) -> Value? {
        guard let node = node(key) else { return nil }
        return form.read(node, faults)
    }

    /// The mapping at `key`, which may be missing.
    package func mapping(_ key: String, _ subject: String) -> YAMLMapping? {
        node(key).flatMap { YAMLMapping($0, subject, faults) }
    }

    /// What `decode` makes of each element of the list at `key`; elements that it refuses are left out.
    ///
    /// Empty where the key is missing. A fault where it is no list, or has more than `most` elements.
    package func list<Value>(_ key: String, most: Int = 10_000, _ decode: (YAMLNode) -> Value?) -> [Value] {
        guard let node = node(key) else { return [] }
        return YAMLForm<Value>.elements(of: node, 0...most, faults).compactMap(decode)
    }

    /// What `decode` makes of each mapping in the list at `key`, each finished afterwards.
    package func mappings<Value>(
        _ key: String, _ subject: String, most: Int = 10_000, _ decode: (YAMLMapping) -> Value?
    ) -> [Value] {
        list(key, most: most) { node in
            YAMLMapping(node, subject, faults).flatMap { mapping in
                defer { mapping.finish() }
                return decode(mapping)
            }
        }
    }

    /// Every entry, for a mapping whose keys are names that the file gives: all keys are known from now on.
    package func namedEntries() -> [YAMLNode.Entry] {
        known.formUnion(entries.keys)
        guard case .mapping(let entries) = node.content else { return [] }
        return entries
    }

    /// Makes keys known without reading them.
    package func knows(_ keys: String...) { known.formUnion(keys) }

    /// Notes a fault at the value of `key`.
    package func fault(_ key: String, _ what: String, _ remedy: String) {
        faults.fault(place(of: key), what, remedy)
    }

    /// Notes a fault for each key that was never asked for, naming the nearest known one.
    package func finish() {
        guard case .mapping(let entries) = node.content else { return }
        for entry in entries where !known.contains(entry.key) {
            let nearest = NearestName.of(entry.key, among: known)
            let isThere = nearest.map { self.entries[$0] != nil } ?? false
            faults.fault(
                entry.place, "key \(Wording.quoted(entry.key)) is not known in \(subject)",
                isThere
                    ? "remove it: \(Wording.quoted(nearest ?? "")) is there already"
                    : NearestName.remedy(for: entry.key, among: known))
        }
    }
}
