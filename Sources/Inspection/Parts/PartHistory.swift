package import Codecs

/// What the ledger knows of parts that may be the one that was scanned.
package struct PartHistory: Sendable, Equatable {
    /// A part that was inspected, and what people decided about it since; nil while nobody has.
    package struct Inspected: Sendable, Equatable {
        package let part: PartIdentity
        package let disposition: String?
    }

    /// The inspected parts, in the order of the ledger.
    package let inspected: [Inspected]
    /// Whether nothing that counts is missing: where something may be, the part is not passed.
    package let isWhole: Bool

    /// Words by which people end a part's life: after these it has no business at a station.
    ///
    /// `reject` is the word of our own records; quality systems say scrapped.
    package static let endings: Set<String> = ["reject", "scrap", "scrapped"]

    /// The history that `entries` tell: bodies of records and of dispositions, in the ledger's order.
    ///
    /// What is neither is passed over, and so is a disposition of a record that is not among them.
    package init(entries: [JSONValue], isWhole: Bool = true) {
        self.isWhole = isWhole
        var parts: [(id: String, part: PartIdentity)] = []
        var decided: [String: (order: Int, word: String)] = [:]
        for (order, body) in entries.enumerated() {
            if let id = body["id"]?.text, let part = body["part"].flatMap(PartIdentity.init(json:)) {
                parts.append((id, part))
            } else if let record = body["record"]?.text, let word = body["disposition"]?.text {
                decided[record] = (order, word)
            }
        }
        inspected = parts.map { entry in
            let same = parts.filter { $0.part.isSame(as: entry.part) }.compactMap { decided[$0.id] }
            return Inspected(part: entry.part, disposition: same.max { $0.order < $1.order }?.word)
        }
    }

    package static let empty = PartHistory(entries: [])
}

extension PartIdentity {
    /// Whether both marks name one item: by UII where both have one, else by serial and part number.
    package func isSame(as other: PartIdentity) -> Bool {
        if let uii, let others = other.uii { return uii == others }
        return serial == other.serial && number == other.number
    }

    /// Whether both marks could be on one item: a serial alone may be one of several part numbers.
    package func mayBeSame(as other: PartIdentity) -> Bool {
        if let uii, let others = other.uii { return uii == others }
        return serial == other.serial
    }
}
