extension PartMark {
    /// What a fact about the part was taken from.
    package struct Derivation: Sendable, Hashable, CustomStringConvertible {
        /// What people ask of a mark.
        package enum Fact: String, Sendable, CaseIterable {
            case serial
            case partNumber = "part number"
            case originalPartNumber = "original part number"
            case lot
            case uii = "UII"
        }

        package let fact: Fact
        /// Identifiers of the elements, an issuing agency code before them where one was put there; empty
        /// where the fact is the whole mark or the whole UII.
        package let sources: [String]
        private let words: String

        init(_ fact: Fact, _ sources: [String], words: String? = nil) {
            (self.fact, self.sources) = (fact, sources)
            self.words = words ?? sources.joined(separator: " + ")
        }

        /// One sentence: `UII is D + 17V + 1P + S (construct 2)`.
        package var description: String { "\(fact.rawValue) is \(words)" }
    }

    /// How elements form a UII.
    struct Origin: Sendable, Equatable {
        enum Kind: Sendable { case complete, equivalent, construct1, construct2, construct2ByLot }

        let kind: Kind
        var agency = ""
        /// Indices of `PartMark.elements`, in the order in which their values follow one another.
        let elements: [Int]
    }

    /// From which elements each fact comes, as indices: words are made when someone asks for them.
    struct Origins: Sendable, Equatable {
        enum Serial: Sendable, Equatable {
            case wholeMark, uii
            case element(Int)
        }

        var serial: Serial?
        var partNumber: Int?
        var lot: Int?
        var uii: Origin?
    }

    /// How serial, part number, lot and UII were derived; what the mark does not give is left out.
    package var derivation: [Derivation] {
        var all: [Derivation] = []
        switch origins.serial {
        case .wholeMark: all.append(Derivation(.serial, [], words: "the whole mark"))
        case .uii: all.append(Derivation(.serial, [], words: "the whole UII, which is never split"))
        case .element(let place): all.append(Derivation(.serial, [elements[place].identifier]))
        case nil: break
        }
        if let place = origins.partNumber {
            all.append(Derivation(.partNumber, [elements[place].identifier]))
        }
        if let lot = origins.lot { all.append(Derivation(.lot, [elements[lot].identifier])) }
        if let uii = origins.uii {
            all.append(
                Derivation(.uii, Self.sources(uii, elements), words: Self.words(uii, elements)))
        }
        return all
    }

    /// What a UII is made of, as people read it.
    static func words(_ origin: Origin, _ elements: [Element]) -> String {
        let names = sources(origin, elements).joined(separator: " + ")
        return switch origin.kind {
        case .complete: names
        case .equivalent: "\(names) as IUID equivalent"
        case .construct1: "\(names) (construct 1)"
        case .construct2: "\(names) (construct 2)"
        case .construct2ByLot: "\(names) (construct 2 by lot)"
        }
    }

    private static func sources(_ origin: Origin, _ elements: [Element]) -> [String] {
        (origin.agency.isEmpty ? [] : [origin.agency]) + origin.elements.map { elements[$0].identifier }
    }
}
