/// Which item a mark's elements identify: serial, part number and UII, by the constructs of MIL-STD-130N.
struct ItemIdentity {
    private typealias Role = IdentifierVocabulary.Role
    private typealias Element = PartMark.Element

    /// A UII that elements of the mark form, and how.
    private struct Candidate {
        let uii: String
        let how: String
        let offset: Int
    }

    private(set) var serial = ""
    private(set) var partNumber: String?
    private(set) var originalPartNumber: String?
    private(set) var lot: String?
    private(set) var uii: String?
    private(set) var derivation: [String] = []

    private var enterprise: (agency: String, element: Element)?
    private var found: [Role: Element] = [:]

    /// Throws `MarkError` where two elements claim the same role, where they form two different UIIs, and
    /// where nothing identifies the item among its kind.
    init(_ elements: [PartMark.Element], _ vocabulary: IdentifierVocabulary) throws(MarkError) {
        for element in elements {
            guard let role = vocabulary.role(of: element.identifier) else { continue }
            try assign(element, role)
        }
        try derivePart()
        try deriveUII()
        try deriveSerial()
    }

    private mutating func assign(_ element: Element, _ role: Role) throws(MarkError) {
        if case .enterprise(let agency) = role {
            if let other = enterprise?.element { throw twice(other, element) }
            enterprise = (agency, element)
        } else if let other = found.updateValue(element, forKey: role) {
            throw twice(other, element)
        }
    }

    private func twice(_ first: Element, _ second: Element) -> MarkError {
        MarkError(
            "\(second.identifier) after \(first.identifier): which one holds cannot be told",
            at: second.offset)
    }

    private mutating func derivePart() throws(MarkError) {
        if let part = found[.originalPart], let lot = found[.originalLot], part.offset != lot.offset {
            throw MarkError(
                "both \(part.identifier) and \(lot.identifier): which one forms the UII cannot be told",
                at: lot.offset)
        }
        originalPartNumber = found[.originalPart]?.value
        let current = found[.currentPart] ?? found[.originalPart]
        partNumber = current?.value
        if let current { derivation.append("part number is \(current.identifier)") }
        let lot = found[.originalLot] ?? found[.traceLot]
        self.lot = lot?.value
        if let lot { derivation.append("lot is \(lot.identifier)") }
    }

    private mutating func deriveUII() throws(MarkError) {
        let candidates = candidates()
        guard let first = candidates.first else { return }
        for other in candidates.dropFirst() where other.uii != first.uii {
            throw MarkError("two different UIIs: \(first.how), and \(other.how)", at: other.offset)
        }
        let limit = IdentifierVocabulary.Rule.longestIdentity
        guard first.uii.utf8.count <= limit else {
            throw MarkError(
                "a UII of \(first.uii.utf8.count) characters, more than \(limit)", at: first.offset)
        }
        uii = first.uii
        derivation.append("UII is \(first.how)")
    }

    /// Every UII that the elements form; complete ones first.
    private func candidates() -> [Candidate] {
        var all: [Candidate] = []
        for (role, element) in found.sorted(by: { $0.value.offset < $1.value.offset }) {
            switch role {
            case .complete:
                all.append(Candidate(uii: element.value, how: element.identifier, offset: element.offset))
            case .equivalent:
                let how = "\(element.identifier) as IUID equivalent"
                all.append(Candidate(uii: element.value, how: how, offset: element.offset))
            case .enterpriseAndSerial(let agency):
                let how = "\(agency) + \(element.identifier) (construct 1)"
                all.append(Candidate(uii: agency + element.value, how: how, offset: element.offset))
            default: break
            }
        }
        return all + [construct1(), construct2()].compactMap { $0 }
    }

    private func construct1() -> Candidate? {
        found[.enterpriseSerial].flatMap { candidate([$0], "construct 1") }
    }

    private func construct2() -> Candidate? {
        guard let serial = found[.serial], let within = found[.originalPart] ?? found[.originalLot] else {
            return nil
        }
        return candidate(
            [within, serial], found[.originalPart] == nil ? "construct 2 by lot" : "construct 2")
    }

    private func candidate(_ elements: [Element], _ construct: String) -> Candidate? {
        guard let (agency, enterprise) = enterprise else { return nil }
        let parts = [enterprise] + elements
        let names = (agency.isEmpty ? [] : [agency]) + parts.map(\.identifier)
        return Candidate(
            uii: agency + parts.map(\.value).joined(),
            how: "\(names.joined(separator: " + ")) (\(construct))", offset: parts.last?.offset ?? 0)
    }

    private mutating func deriveSerial() throws(MarkError) {
        if let within = found[.serial], let other = found[.enterpriseSerial] { throw twice(within, other) }
        if let element = found[.serial] ?? found[.enterpriseSerial] {
            serial = element.value
            derivation.insert("serial is \(element.identifier)", at: 0)
        } else if let uii {
            // A UII holds no marks by which it could be split into its parts.
            serial = uii
            derivation.insert("serial is the whole UII, which is never split", at: 0)
        } else {
            throw MarkError("the mark holds no serial number and no complete UII", at: 0)
        }
    }
}
