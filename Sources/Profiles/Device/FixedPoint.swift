internal import Codecs
internal import Metrology

/// A point that needs no other, at an address in memory that never changes: decoding reads of it what it
/// needs and copies nothing.
class FixedPoint: @unchecked Sendable {
    // Safety: every property of this class and of its heirs is set once.
    fileprivate let point: DevicePoint

    fileprivate init(_ point: DevicePoint) { self.point = point }

    static func make(_ point: DevicePoint) -> FixedPoint { PlainFloat(plain: point) ?? FixedPoint(point) }

    func sample(of block: ModbusValueBlock, from origin: SampleOrigin) -> Sample {
        Sample(point.reading(from: block, [:]), from: origin)
    }
}

extension FixedPoint: Equatable {
    static func == (left: FixedPoint, right: FixedPoint) -> Bool { left.point == right.point }
}

/// A float that counts as it stands, in one unit: most of what meters send.
private final class PlainFloat: FixedPoint, @unchecked Sendable {
    // Safety: every property is set once.
    private let id: String
    private let address: Int
    private let order: ModbusByteOrder
    private let unit: UnitOfMeasure
    private let valid: DevicePoint.ValidRange?

    init?(plain point: DevicePoint) {
        guard !point.table.holdsBits, point.type == .float32, !point.isDependent,
            case .quantity(let quantity) = point.meaning, case .fixed(let unit) = quantity.unit,
            unit.kind == quantity.kind, quantity.scale == 1, quantity.scale.exponent == 0,
            quantity.offset == 0, quantity.offset.exponent >= 0, quantity.resolution == nil
        else { return nil }
        (id, address, order) = (point.id, point.address, point.byteOrder)
        (self.unit, valid) = (unit, quantity.valid)
        super.init(point)
    }

    /// Anything but a good value is left to the point itself, which says why.
    override func sample(of block: ModbusValueBlock, from origin: SampleOrigin) -> Sample {
        guard let bytes = block.slice(at: address, count: 2),
            let value = ModbusValue.float32(bytes, order: order), let number = ExactDecimal(shortest: value),
            valid?.contains(number) != false
        else { return super.sample(of: block, from: origin) }
        return Sample(
            device: origin.device, point: id, value: .decimal(number), unit: unit, bytes: bytes,
            quality: .good, stamp: origin.stamp, provenance: origin.provenance)
    }
}
