/// Which item a mark's elements identify: serial, part number and UII, by the constructs of MIL-STD-130N.
struct ItemIdentity {
    private typealias Element = PartMark.Element

    /// A UII that elements of the mark form, and how.
    private struct Candidate {
        let uii: String
        let origin: PartMark.Origin
        let offset: Int
    }

    private(set) var serial = ""
    private(set) var partNumber: String?
    private(set) var originalPartNumber: String?
    private(set) var lot: String?
    private(set) var uii: String?
    private(set) var origins = PartMark.Origins()

    private let elements: [PartMark.Element]
    private let isGS1: Bool
    /// By role, which of `elements` has it; -1 for none. No mark has more than `PartMark.mostElements`.
    private var places = SIMD16<Int8>(repeating: -1)
    /// What is put before the enterprise identifier, and before enterprise and serial in one.
    private var agency = ""

    /// Throws `MarkError` where two elements claim the same role, where they form two different UIIs, and
    /// where nothing identifies the item among its kind.
    init(_ elements: [PartMark.Element], _ vocabulary: IdentifierVocabulary) throws(MarkError) {
        self.elements = elements
        isGS1 = vocabulary.isGS1
        for index in elements.indices {
            guard let meaning = vocabulary.meaning(of: elements[index].identifier), let role = meaning.role
            else { continue }
            try assign(index, role)
            if role == .enterprise { agency = meaning.agency }
        }
        try derivePart()
        try deriveUII()
        try deriveSerial()
    }

    private func place(_ role: ElementRole) -> Int? {
        let place = Int(places[role.rawValue])
        return place < 0 ? nil : place
    }

    private mutating func assign(_ index: Int, _ role: ElementRole) throws(MarkError) {
        if let first = place(role) { throw twice(first, index) }
        places[role.rawValue] = Int8(truncatingIfNeeded: index)
    }

    private func twice(_ first: Int, _ second: Int) -> MarkError {
        MarkError(
            "\(elements[second].identifier) after \(elements[first].identifier): which one holds cannot be "
                + "told", at: elements[second].offset)
    }

    private mutating func derivePart() throws(MarkError) {
        if let part = place(.originalPart), let lot = place(.originalLot) {
            throw MarkError(
                "both \(elements[part].identifier) and \(elements[lot].identifier): which one forms the UII "
                    + "cannot be told", at: max(elements[part].offset, elements[lot].offset))
        }
        originalPartNumber = place(.originalPart).map { elements[$0].value }
        origins.partNumber =
            place(.currentPart) ?? place(.originalPart) ?? place(.customerPart) ?? place(.tradeItem)
        partNumber = origins.partNumber.map { elements[$0].value }
        origins.lot = place(.originalLot) ?? place(.traceLot)
        lot = origins.lot.map { elements[$0].value }
    }

    private mutating func deriveUII() throws(MarkError) {
        try take(whole(.complete))
        try take(equivalent())
        try take(together())
        try take(construct1())
        try take(construct2())
    }

    /// Makes `candidate` the UII, unless there is another.
    private mutating func take(_ candidate: Candidate?) throws(MarkError) {
        guard let candidate else { return }
        if let uii, let origin = origins.uii {
            guard uii != candidate.uii else { return }
            throw MarkError(
                "two different UIIs: \(PartMark.words(origin, elements)), and "
                    + PartMark.words(candidate.origin, elements), at: candidate.offset)
        }
        let limit = ElementRule.longestIdentity
        guard candidate.uii.utf8.count <= limit else {
            throw MarkError(
                "a UII of \(candidate.uii.utf8.count) characters, more than \(limit)", at: candidate.offset)
        }
        uii = candidate.uii
        origins.uii = candidate.origin
    }

    private func whole(_ role: ElementRole) -> Candidate? {
        place(role).map {
            Candidate(
                uii: elements[$0].value,
                origin: PartMark.Origin(kind: role == .complete ? .complete : .equivalent, elements: [$0]),
                offset: elements[$0].offset)
        }
    }

    /// GS1 allows characters that no UII has: such a value identifies the item, and is no UII.
    private func equivalent() -> Candidate? {
        whole(.equivalent).flatMap { $0.uii.utf8.allSatisfy(\.isItemIdentity) ? $0 : nil }
    }

    /// Enterprise and serial in one value, a CAGE code before them.
    private func together() -> Candidate? {
        place(.enterpriseAndSerial).map {
            let origin = PartMark.Origin(kind: .construct1, agency: "D", elements: [$0])
            return Candidate(uii: "D" + elements[$0].value, origin: origin, offset: elements[$0].offset)
        }
    }

    private func construct1() -> Candidate? {
        guard let enterprise = place(.enterprise), let serial = place(.enterpriseSerial) else { return nil }
        return candidate([enterprise, serial], .construct1)
    }

    private func construct2() -> Candidate? {
        guard let enterprise = place(.enterprise), let serial = place(.serial),
            let within = place(.originalPart) ?? place(.originalLot)
        else { return nil }
        return candidate(
            [enterprise, within, serial], place(.originalPart) == nil ? .construct2ByLot : .construct2)
    }

    private func candidate(_ parts: [Int], _ kind: PartMark.Origin.Kind) -> Candidate {
        var uii = agency
        for part in parts { uii += elements[part].value }
        return Candidate(
            uii: uii, origin: PartMark.Origin(kind: kind, agency: agency, elements: parts),
            offset: elements[parts[parts.count - 1]].offset)
    }

    private mutating func deriveSerial() throws(MarkError) {
        if let within = place(.serial), let other = place(.enterpriseSerial) { throw twice(within, other) }
        if isGS1, let serial = place(.serial), place(.tradeItem) == nil {
            throw MarkError(
                "\(elements[serial].identifier) without 01: GS1's serial numbers count within a kind of item",
                at: elements[serial].offset)
        }
        if let place = place(.serial) ?? place(.enterpriseSerial) {
            origins.serial = .element(place)
            serial = elements[place].value
        } else if let uii {
            // A UII holds no marks by which it could be split into its parts.
            origins.serial = .uii
            serial = uii
        } else if let place = place(.equivalent) {
            origins.serial = .element(place)
            serial = elements[place].value
        } else {
            throw MarkError("the mark holds no serial number and no complete UII", at: 0)
        }
    }
}
