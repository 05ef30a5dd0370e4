package import Codecs

/// Who a device says it is, as far as it says so.
package struct DeviceIdentity: Sendable, Equatable {
    /// What a device can tell of itself, by its name in records.
    package enum Part: String, Sendable, CaseIterable {
        case serial, firmware, hardware, vendor, product
    }

    /// What a device can tell of its state along with that, by its name in the ledger. It is as the device
    /// sent it, and no other makes it another device.
    package enum Fact: String, Sendable, CaseIterable {
        case tightenings
        case tighteningsSinceService = "tightenings_since_service"
        case lastCalibration = "last_calibration"
        case calibrationValue = "calibration_value"
        case lastService = "last_service"

        /// Whether it changes by work alone.
        var isCount: Bool { self == .tightenings || self == .tighteningsSinceService }
    }

    /// What was told; never an empty text.
    package let parts: [Part: String]
    /// The same.
    package let facts: [Fact: String]

    /// Nothing is known.
    package static let unknown = DeviceIdentity([:])

    /// Blanks around a text do not count, and neither do an empty one and a number of zeros: devices that
    /// were never given a serial number say so.
    package init(_ parts: [Part: String], facts: [Fact: String] = [:]) {
        self.facts = facts.filter { !$0.value.isEmpty }
        self.parts = parts.compactMapValues { text in
            let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            return trimmed.allSatisfy { $0 == "0" } ? nil : String(trimmed)
        }
    }

    package subscript(part: Part) -> String? { parts[part] }

    /// The parts that are known of both and differ.
    package func changes(since known: DeviceIdentity) -> [Part] {
        Part.allCases.filter { part in
            guard let old = known[part], let new = self[part] else { return false }
            return !Self.isSame(old, new)
        }
    }

    /// This identity, and of `known` what it does not tell.
    /// Facts are those of one device: they end with its serial number.
    package func completed(by known: DeviceIdentity) -> DeviceIdentity {
        let isSame = !changes(since: known).contains(.serial)
        return DeviceIdentity(
            parts.merging(known.parts) { new, _ in new },
            facts: isSame ? facts.merging(known.facts) { new, _ in new } : facts)
    }

    /// Whether the device was calibrated or serviced since `known` was told.
    package func isServiced(since known: DeviceIdentity) -> Bool {
        facts.contains { fact, text in !fact.isCount && known.facts[fact] != text }
    }

    /// Whether both texts name the same: a number is the same with zeros before it, as registers drop them.
    package static func isSame(_ one: String, _ other: String) -> Bool {
        func bare(_ text: String) -> Substring {
            text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text.drop { $0 == "0" } : text[...]
        }
        return bare(one) == bare(other)
    }

    /// The parts by their names, and under `told` the facts, where there are any.
    package var json: JSONValue {
        var members = Dictionary(
            uniqueKeysWithValues: parts.map { ($0.key.rawValue, JSONValue.string($0.value)) })
        if !facts.isEmpty {
            members["told"] = .object(
                Dictionary(uniqueKeysWithValues: facts.map { ($0.key.rawValue, .string($0.value)) }))
        }
        return .object(members)
    }

    /// The identity that `json` wrote; what is no text of a part is left out.
    package init(json: JSONValue) {
        self.init(
            Dictionary(
                uniqueKeysWithValues: Part.allCases.compactMap { part in
                    json[part.rawValue]?.text.map { (part, $0) }
                }),
            facts: Dictionary(
                uniqueKeysWithValues: Fact.allCases.compactMap { fact in
                    json["told"]?[fact.rawValue]?.text.map { (fact, $0) }
                }))
    }
}
