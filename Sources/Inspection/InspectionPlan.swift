package import Codecs
package import Metrology

/// What is inspected on a kind of part at one operation, with what, in which order, and within which limits.
///
/// A plan never changes: another content is another revision with another hash, and the record names both.
package struct InspectionPlan: Sendable, Equatable {
    package let id: String
    package let revision: Int
    /// SHA-256 of the file's bytes, lower-case hex: what judged a part can be found again by it.
    package let sha256: String
    /// Part numbers that this plan may judge.
    package let partNumbers: [String]
    /// What codes of one word mean, serial numbers foremost.
    package let plainCodes: PlainCode.Table
    /// The routing operation: `060 Flow test`.
    package let operation: String
    /// What begins the first step once the part was scanned.
    package let start: CycleStart
    /// How often a part may be inspected again after its first attempt.
    package let retests: Int
    /// In order; never empty.
    package let steps: [PlanStep]
    /// In the order of the file; never empty; each belongs to one of `steps`.
    package let characteristics: [Characteristic]
    /// Where in `characteristics` the one with an id is.
    private let placeOf: [String: Int]

    package init(
        id: String, revision: Int, sha256: String, partNumbers: [String], plainCodes: PlainCode.Table,
        operation: String, start: CycleStart = .scan, retests: Int, steps: [PlanStep],
        characteristics: [Characteristic]
    ) {
        (self.id, self.revision, self.sha256, self.partNumbers) = (id, revision, sha256, partNumbers)
        (self.plainCodes, self.operation, self.retests) = (plainCodes, operation, retests)
        self.start = start
        (self.steps, self.characteristics) = (steps, characteristics)
        placeOf = Dictionary(
            characteristics.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The characteristic with this id; nil where there is none.
    package func characteristic(_ id: String) -> Characteristic? { placeOf[id].map { characteristics[$0] } }

    /// The roles that a station must bind to devices for this plan, sorted.
    package var roles: [String] {
        Set(steps.map(\.completes) + characteristics.map(\.source.role)).sorted()
    }

    /// The characteristics that `step` measures, in order.
    package func characteristics(of step: PlanStep) -> [Characteristic] {
        characteristics.filter { $0.step == step.id }
    }

    /// The roles whose devices `step` needs: the one that completes it, and those that it reads.
    package func roles(of step: PlanStep) -> Set<String> {
        Set(characteristics(of: step).map(\.source.role)).union([step.completes])
    }
}

/// What begins the first step of a cycle whose part was scanned.
package enum CycleStart: String, Sendable, CaseIterable {
    /// The scan of the part itself.
    case scan
    /// The code START, which the technician scans once the part is clamped.
    case code
}

/// Where a characteristic's value comes from: a point of the device that the station binds to a role.
package struct PointReference: Sendable, Hashable, CustomStringConvertible {
    package let role: String
    package let point: String

    package init(role: String, point: String) { (self.role, self.point) = (role, point) }

    package var description: String { "\(role).\(point)" }
}

/// How much depends on a characteristic.
package enum CharacteristicClass: String, Sendable, CaseIterable {
    case minor, major, critical, key
}

/// One thing that is measured and judged.
package struct Characteristic: Sendable, Equatable {
    package let id: String
    /// What people read: `Full load delivery`.
    package let title: String
    /// Id of the step that measures it.
    package let step: String
    package let source: PointReference
    package let requirement: Requirement
    package let classification: CharacteristicClass

    /// What a value must be to pass.
    package enum Requirement: Sendable, Equatable {
        /// A number of this unit within a tolerance; rounded to `resolution` first, where there is one.
        case quantity(unit: UnitOfMeasure, tolerance: Tolerance, resolution: ExactDecimal?)
        /// Exactly this text, such as the tool's own `OK`.
        case text(equals: String)
    }

    package init(
        id: String, title: String, step: String, source: PointReference, requirement: Requirement,
        classification: CharacteristicClass
    ) {
        (self.id, self.title, self.step, self.source) = (id, title, step, source)
        (self.requirement, self.classification) = (requirement, classification)
    }
}
