package import Codecs
internal import Metrology

/// A value of one spindle of several that tighten at once, as a plan may judge it: `spindle_2.torque`.
package struct SpindleValue: Sendable, Equatable {
    /// What is told of a spindle, and where it stands in its 18 bytes (R2.16, tables 148 to 150).
    enum Field: String, CaseIterable {
        case verdict, torque, angle
        case torqueStatus = "torque_status"
        case angleStatus = "angle_status"

        var bytes: Range<Int> {
            switch self {
            case .verdict: 4..<5
            case .torqueStatus: 5..<6
            case .torque: 6..<12
            case .angleStatus: 12..<13
            case .angle: 13..<18
            }
        }
    }

    /// Bytes of a spindle in the message.
    static let width = 18

    /// From 1.
    let spindle: Int
    let field: Field

    var id: String { "spindle_\(spindle).\(field.rawValue)" }

    /// Every value of `count` spindles.
    static func all(_ count: Int) -> [SpindleValue] {
        guard count > 0 else { return [] }
        return (1...count).flatMap { spindle in
            Field.allCases.map { SpindleValue(spindle: spindle, field: $0) }
        }
    }

    /// Words of the torque's status: up to revision 3 low and high, from revision 4 not OK.
    private static let torqueWords: Set<String> = ["low", "OK", "high", "NOK"]

    /// What a plan sees of it.
    var planValue: PlanValue {
        let meaning: PlanValue.Meaning =
            switch field {
            case .verdict: .words(["NOK", "OK"])
            case .torqueStatus: .words(Self.torqueWords)
            case .angleStatus: .words(["NOK", "OK", "high"])
            case .torque: UnitOfMeasure("N.m").map { .quantity($0) } ?? .text
            case .angle: UnitOfMeasure("deg").map { .quantity($0) } ?? .text
            }
        return PlanValue(id: id, meaning: meaning, isRead: true)
    }

    /// What `told` says, in a message of this revision; nil where it says nothing that can be used.
    func value(
        _ told: OpenProtocolMultiResult.Spindle, revision: Int
    ) -> (value: PointValue, unit: UnitOfMeasure?)? {
        switch field {
        case .verdict: return told.isOK.map { (.text($0 ? "OK" : "NOK"), nil) }
        case .torqueStatus:
            let words = revision < 4 ? [0: "low", 1: "OK", 2: "high"] : [0: "NOK", 1: "OK"]
            return told.torqueStatus.flatMap { words[$0] }.map { (.text($0), nil) }
        case .angleStatus:
            return told.angleStatus.flatMap { [0: "NOK", 1: "OK", 2: "high"][$0] }.map { (.text($0), nil) }
        case .torque:
            guard let hundredths = told.torque, let unit = UnitOfMeasure("N.m") else { return nil }
            return (.decimal(ExactDecimal(Int128(hundredths), e: -2)), unit)
        case .angle:
            guard let degrees = told.angle, let unit = UnitOfMeasure("deg") else { return nil }
            return (.decimal(ExactDecimal(Int128(degrees))), unit)
        }
    }
}

extension OpenProtocolMultiResult {
    /// What the message says of each value of a controller with so many spindles.
    ///
    /// Where it tells of other spindles than 1 to `count`, or of presses, nothing of it can be judged; its
    /// verdict is that of the message and every spindle together.
    package func readings(spindles count: Int) -> [PointReading] {
        // Subtype 2 is a press: kilonewtons and millimetres (table 149).
        let isWhole =
            spindles.compactMap(\.number).sorted() == Array(1...max(count, 1)) && spindles.count == count
            && systemSubtype.map { $0 == 1 } != false
        return TighteningValue.ofSeveral.map { common($0, isWhole) }
            + SpindleValue.all(count).map { reading($0, isWhole) }
    }

    private func common(_ value: TighteningValue, _ isWhole: Bool) -> PointReading {
        guard value.id == TighteningValue.verdict else {
            return value.reading(in: fields, torqueUnit: isWhole ? UnitOfMeasure("N.m") : nil)
        }
        let raw = fields.bytes(.syncStatus).map(Array.init) ?? []
        guard isWhole, let isOK else {
            return PointReading(point: value.id, value: nil, unit: nil, raw: raw, quality: .bad(.malformed))
        }
        return PointReading(
            point: value.id, value: .text(isOK ? "OK" : "NOK"), unit: nil, raw: raw, quality: .good)
    }

    private func reading(_ value: SpindleValue, _ isWhole: Bool) -> PointReading {
        guard isWhole, let index = spindles.firstIndex(where: { $0.number == value.spindle }) else {
            return PointReading(point: value.id, value: nil, unit: nil, raw: [], quality: .bad(.malformed))
        }
        // Behind the common fields and the two digits of the parameter id.
        let start = fields.restOffset + 2 + index * SpindleValue.width
        let place = start + value.field.bytes.lowerBound..<start + value.field.bytes.upperBound
        let raw = message.bytes.indices.contains(place.upperBound - 1) ? Array(message.bytes[place]) : []
        guard let (read, unit) = value.value(spindles[index], revision: message.revision) else {
            return PointReading(point: value.id, value: nil, unit: nil, raw: raw, quality: .bad(.malformed))
        }
        return PointReading(point: value.id, value: read, unit: unit, raw: raw, quality: .good)
    }
}
