internal import Codecs
internal import Metrology

/// A point that needs no other, at an address in memory that never changes: decoding reads of it what it
/// needs and copies nothing.
final class FixedPoint: Sendable, Equatable {
    private let point: DevicePoint
    /// For a float that counts as it stands, in one unit: most of what meters send.
    private let plainFloat: PlainFloat?

    fileprivate struct PlainFloat: Sendable {
        let id: String
        let address: Int
        let order: ModbusByteOrder
        let unit: UnitOfMeasure
        let valid: DevicePoint.ValidRange?
    }

    init(_ point: DevicePoint) {
        self.point = point
        plainFloat = PlainFloat(point)
    }

    static func == (left: FixedPoint, right: FixedPoint) -> Bool { left.point == right.point }

    func reading(from block: ModbusValueBlock) -> PointReading {
        plainFloat?.reading(from: block) ?? point.reading(from: block, [:])
    }
}

extension FixedPoint.PlainFloat {
    fileprivate init?(_ point: DevicePoint) {
        guard !point.table.holdsBits, point.type == .float32, !point.isDependent,
            case .quantity(let quantity) = point.meaning, case .fixed(let unit) = quantity.unit,
            unit.kind == quantity.kind, quantity.scale == 1, quantity.scale.exponent == 0,
            quantity.offset == 0, quantity.offset.exponent >= 0, quantity.resolution == nil
        else { return nil }
        (id, address, order) = (point.id, point.address, point.byteOrder)
        (self.unit, valid) = (unit, quantity.valid)
    }

    /// Nil where it is anything but a good value: why, the point itself says.
    fileprivate func reading(from block: ModbusValueBlock) -> PointReading? {
        guard let raw = block.registers(at: address, count: 2),
            case .float32(let value) = ModbusValue(raw, as: .float32, order: order),
            let number = ExactDecimal(shortest: value), valid?.contains(number) != false
        else { return nil }
        return PointReading(point: id, value: .decimal(number), unit: unit, raw: raw, quality: .good)
    }
}
