package import Codecs
package import Metrology

/// A value of a tightening that a plan may judge: the same for every make, since Open Protocol says what its
/// messages hold.
package struct TighteningValue: Sendable, Equatable {
    /// How the characters of its field are meant.
    package enum Meaning: Sendable, Equatable {
        /// Hundredths of the torque unit that the message names.
        case torque
        /// Whole degrees, or as many as the message's scale says.
        case angle
        /// A number that counts or names something.
        case number
        case text
        /// A word for each number; any other number makes the value bad.
        case words([Int: String])
    }

    package let id: String
    package let field: OpenProtocolField
    package let meaning: Meaning

    /// Units in which controllers tell torques that this gateway can convert (MID 0061, parameter 48).
    package static let torqueUnits: [(told: OpenProtocolTorqueUnit, code: String)] = [
        (.newtonMetre, "N.m"), (.poundFoot, "[lbf_av].[ft_i]"), (.poundInch, "[lbf_av].[in_i]"),
        (.kilopondMetre, "kgf.m"), (.kilogramCentimetre, "kgf.cm"),
    ]

    private static let status = Meaning.words([0: "low", 1: "OK", 2: "high"])
    /// Id of the value that is the controller's own word on the whole tightening.
    static let verdict = "verdict"

    /// Every value, in the order in which people look for them.
    package static let all: [TighteningValue] = [
        TighteningValue(
            id: verdict, field: .tighteningStatus, meaning: .words([0: "NOK", 1: "OK"])),
        TighteningValue(id: "torque", field: .torque, meaning: .torque),
        TighteningValue(id: "torque_status", field: .torqueStatus, meaning: status),
        TighteningValue(id: "torque_min", field: .torqueMin, meaning: .torque),
        TighteningValue(id: "torque_max", field: .torqueMax, meaning: .torque),
        TighteningValue(id: "torque_target", field: .torqueTarget, meaning: .torque),
        TighteningValue(id: "angle", field: .angle, meaning: .angle),
        TighteningValue(id: "angle_status", field: .angleStatus, meaning: status),
        TighteningValue(id: "angle_min", field: .angleMin, meaning: .angle),
        TighteningValue(id: "angle_max", field: .angleMax, meaning: .angle),
        TighteningValue(id: "angle_target", field: .angleTarget, meaning: .angle),
        TighteningValue(id: "rundown_angle", field: .rundownAngle, meaning: .angle),
        TighteningValue(id: "self_tap_torque", field: .selfTapTorque, meaning: .torque),
        TighteningValue(id: "prevail_torque", field: .prevailTorque, meaning: .torque),
        TighteningValue(id: "parameter_set", field: .parameterSetID, meaning: .number),
        TighteningValue(id: "job", field: .jobID, meaning: .number),
        TighteningValue(id: "batch_size", field: .batchSize, meaning: .number),
        TighteningValue(id: "batch_counter", field: .batchCounter, meaning: .number),
        TighteningValue(
            id: "batch_status", field: .batchStatus,
            meaning: .words([0: "NOK", 1: "OK", 2: "unused", 3: "running"])),
        TighteningValue(id: "tightening_id", field: .tighteningID, meaning: .number),
        TighteningValue(id: "identifier", field: .identifier, meaning: .text),
        TighteningValue(id: "tool_serial", field: .toolSerial, meaning: .text),
        TighteningValue(id: "controller_time", field: .time, meaning: .text),
    ]

    /// Those that a result of several spindles has for all of them together (MID 0101).
    static let ofSeveral: [TighteningValue] = {
        let told: Set = [
            verdict, "torque_min", "torque_max", "torque_target", "angle_min", "angle_max", "angle_target",
            "parameter_set", "job", "batch_size", "batch_counter", "batch_status", "identifier",
            "controller_time",
        ]
        return all.filter { told.contains($0.id) }
            + [TighteningValue(id: "sync_id", field: .syncID, meaning: .number)]
    }()

    /// What a plan sees of it at a controller that tells torques in `unit`.
    func planValue(_ unit: UnitOfMeasure) -> PlanValue {
        let meaning: PlanValue.Meaning =
            switch self.meaning {
            case .torque: .quantity(unit)
            case .angle: UnitOfMeasure("deg").map { .quantity($0) } ?? .text
            case .number: UnitOfMeasure("1").map { .quantity($0) } ?? .text
            case .text: .text
            case .words(let words): .words(Set(words.values))
            }
        return PlanValue(id: id, meaning: meaning, isRead: true)
    }
}

extension OpenProtocolTightening {
    /// What the message says of each value. One that its revision does not have, or that is blank, is bad,
    /// and so is a torque that comes in another unit than `unit`, which the profile says.
    package func readings(torqueIn unit: UnitOfMeasure) -> [PointReading] {
        let told = TighteningValue.torqueUnits.first { $0.told == torqueUnit }?.code
        let isAsExpected = told.flatMap { UnitOfMeasure($0) } == unit
        let isWhole = angleScale.map { $0 == (1, 1) } ?? false
        return TighteningValue.all.map {
            $0.reading(in: fields, torqueUnit: isAsExpected ? unit : nil, isAngleWhole: isWhole)
        }
    }
}

extension TighteningValue {
    /// What a message says of it. Torques are bad where `torqueUnit` is nil, for they come in another unit
    /// than expected, and angles where they are no whole degrees.
    func reading(
        in fields: OpenProtocolFields, torqueUnit: UnitOfMeasure?, isAngleWhole: Bool = true
    ) -> PointReading {
        let raw = fields.bytes(field).map(Array.init) ?? []
        guard let (read, unit) = read(fields, torqueUnit, isAngleWhole) else {
            return PointReading(
                point: id, value: nil, unit: nil, raw: raw,
                quality: .bad(raw.allSatisfy { $0 == 0x20 } ? .sentinel : .malformed))
        }
        return PointReading(point: id, value: read, unit: unit, raw: raw, quality: .good)
    }

    private func read(
        _ fields: OpenProtocolFields, _ torqueUnit: UnitOfMeasure?, _ isAngleWhole: Bool
    ) -> (PointValue, UnitOfMeasure?)? {
        switch meaning {
        case .text: return fields.text(field).flatMap { $0.isEmpty ? nil : (.text($0), nil) }
        case .words(let words): return fields.number(field).flatMap { words[$0] }.map { (.text($0), nil) }
        case .number:
            guard let number = fields.number(field), let one = UnitOfMeasure("1") else { return nil }
            return (.decimal(ExactDecimal(Int128(number))), one)
        case .torque:
            guard let hundredths = fields.number(field), let torqueUnit else { return nil }
            return (.decimal(ExactDecimal(Int128(hundredths), e: -2)), torqueUnit)
        case .angle:
            guard let number = fields.number(field), isAngleWhole, let degrees = UnitOfMeasure("deg") else {
                return nil
            }
            return (.decimal(ExactDecimal(Int128(number))), degrees)
        }
    }
}
