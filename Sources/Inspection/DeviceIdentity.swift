package import Codecs

/// Who a device says it is, as far as it says so.
package struct DeviceIdentity: Sendable, Equatable {
    /// What a device can tell of itself, by its name in records.
    package enum Part: String, Sendable, CaseIterable {
        case serial, firmware, hardware, vendor, product
    }

    /// What was told; never an empty text.
    package let parts: [Part: String]

    /// Nothing is known.
    package static let unknown = DeviceIdentity([:])

    /// Blanks around a text do not count, and neither do an empty one and a number of zeros: devices that
    /// were never given a serial number say so.
    package init(_ parts: [Part: String]) {
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
    package func completed(by known: DeviceIdentity) -> DeviceIdentity {
        DeviceIdentity(parts.merging(known.parts) { new, _ in new })
    }

    /// Whether both texts name the same: a number is the same with zeros before it, as registers drop them.
    package static func isSame(_ one: String, _ other: String) -> Bool {
        func bare(_ text: String) -> Substring {
            text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text.drop { $0 == "0" } : text[...]
        }
        return bare(one) == bare(other)
    }

    /// The parts by their names.
    package var json: JSONValue {
        .object(Dictionary(uniqueKeysWithValues: parts.map { ($0.key.rawValue, .string($0.value)) }))
    }

    /// The identity that `json` wrote; what is no text of a part is left out.
    package init(json: JSONValue) {
        self.init(
            Dictionary(
                uniqueKeysWithValues: Part.allCases.compactMap { part in
                    json[part.rawValue]?.text.map { (part, $0) }
                }))
    }
}
