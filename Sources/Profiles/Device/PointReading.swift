internal import Codecs
package import Metrology

/// What one reply says about one point, before it is stamped and becomes a sample.
package struct PointReading: Sendable, Equatable {
    package let point: String
    /// Nil where the quality is bad and nothing could be read.
    package let value: PointValue?
    /// Nil for texts and words.
    package let unit: UnitOfMeasure?
    /// The bytes of the reply that it was decoded from, in wire order; all readings of a reply may share its
    /// storage.
    package let bytes: ArraySlice<UInt8>
    package let quality: Quality

    /// `bytes` in storage of their own.
    package var raw: [UInt8] { Array(bytes) }

    package init(point: String, value: PointValue?, unit: UnitOfMeasure?, raw: [UInt8], quality: Quality) {
        self.init(point: point, value: value, unit: unit, bytes: raw[...], quality: quality)
    }

    init(
        point: String, value: PointValue?, unit: UnitOfMeasure?, bytes: ArraySlice<UInt8>, quality: Quality
    ) {
        (self.point, self.value, self.unit) = (point, value, unit)
        (self.bytes, self.quality) = (bytes, quality)
    }
}

extension ReadRequest {
    /// Bytes that a right reply carries after its byte count.
    package var replyByteCount: Int { table.holdsBits ? (count + 7) / 8 : 2 * count }

    /// The data of a whole reply PDU; nil where it answers another function or is not of the right length.
    ///
    /// For a group of several reads, `pdu` is all their replies; nil also where its guard changed meanwhile.
    package func data(ofReply pdu: [UInt8]) -> [UInt8]? {
        if !parts.isEmpty {
            guard case .whole(let data) = assembly(ofReplies: pdu) else { return nil }
            return data
        }
        guard pdu.count == 2 + replyByteCount, pdu[0] == table.readFunction, Int(pdu[1]) == replyByteCount
        else { return nil }
        return Array(pdu[2...])
    }

    /// A reading for each of the request's points, in their order.
    ///
    /// `data` is what the reply carried after its byte count; of any other length than the right one it makes
    /// every point bad. `known` holds earlier readings of points that these depend on: decimals, units.
    package func decode(_ data: [UInt8], knowing known: [String: PointReading] = [:]) -> [PointReading] {
        guard let block = block(data) else { return points.map { $0.bad(.malformed) } }
        return block.readings(of: points, knowing: known)
    }

    /// The same as samples of one reply, appended to `samples`.
    package func decode(
        _ data: [UInt8], from origin: SampleOrigin, knowing known: [String: PointReading] = [:],
        into samples: inout [Sample]
    ) {
        // Where no value needs another, nothing has to be kept of one for the next.
        if let independentPoints, let block = block(data) {
            for point in independentPoints { samples.append(point.sample(of: block, from: origin)) }
        } else {
            for reading in decode(data, knowing: known) { samples.append(Sample(reading, from: origin)) }
        }
    }

    private func block(_ data: [UInt8]) -> ModbusValueBlock? {
        guard data.count == replyByteCount else { return nil }
        return table.holdsBits
            ? ModbusValueBlock(bitsFrom: address, count: count, bytes: data)
            : ModbusValueBlock(registersFrom: address, bytes: data)
    }
}

/// What all samples of one reply have in common.
package struct SampleOrigin: Sendable {
    /// Asset id of the device.
    package let device: String
    /// When the reply's last byte arrived.
    package let stamp: Stamp
    package let provenance: Provenance

    package init(device: String, stamp: Stamp, provenance: Provenance) {
        (self.device, self.stamp, self.provenance) = (device, stamp, provenance)
    }
}

extension Sample {
    /// What a device's reply said about one point.
    package init(_ reading: consuming PointReading, from origin: SampleOrigin) {
        self.init(
            device: origin.device, point: reading.point, value: reading.value, unit: reading.unit,
            bytes: reading.bytes, quality: reading.quality, stamp: origin.stamp,
            provenance: origin.provenance)
    }
}

extension ModbusValueBlock {
    /// A reading for each point; those that others depend on are decoded first, whatever their order.
    func readings(of points: [DevicePoint], knowing known: [String: PointReading]) -> [PointReading] {
        var context = known
        for point in points where !point.isDependent {
            context[point.id] = point.reading(from: self, context)
        }
        return points.map { point in
            point.isDependent
                ? point.reading(from: self, context) : context[point.id] ?? point.bad(.malformed)
        }
    }
}

extension DevicePoint {
    /// Whether its value needs that of another point.
    var isDependent: Bool {
        if when != nil || byteOrderFrom != nil || quantity?.scaleFrom != nil { return true }
        guard case .from = quantity?.unit else { return false }
        return true
    }

    /// A reading without a value.
    package func bad(_ defect: Quality.Defect, raw: [UInt8] = []) -> PointReading {
        PointReading(point: id, value: nil, unit: nil, raw: raw, quality: .bad(defect))
    }

    func reading(from block: ModbusValueBlock, _ context: [String: PointReading]) -> PointReading {
        let order = byteOrderFrom.map { context[$0]?.byteOrder } ?? byteOrder
        guard let (value, raw) = block.value(of: self, order: order) else { return bad(.malformed) }
        guard let value else { return bad(.malformed, raw: raw) }
        let read = meant(value, raw, context)
        guard let when, read.quality == .good else { return read }
        guard let said = context[when.point], said.quality == .good else { return read.with(.malformed) }
        return when.isMet(by: said.value) ? read : read.with(.flagged)
    }

    private func meant(_ value: ModbusValue, _ raw: [UInt8], _ context: [String: PointReading])
        -> PointReading
    {
        switch (meaning, value) {
        case (.text, .text(let text)):
            PointReading(point: id, value: .text(text), unit: nil, raw: raw, quality: .good)
        case (.words(let words), .integer(let code)):
            if let word = words[code] {
                PointReading(point: id, value: .text(word), unit: nil, raw: raw, quality: .good)
            } else {
                bad(.malformed, raw: raw)
            }
        case (.quantity(let quantity), _): measured(quantity, value, raw, context)
        default: bad(.malformed, raw: raw)
        }
    }

    private func measured(
        _ quantity: Quantity, _ value: ModbusValue, _ raw: [UInt8], _ context: [String: PointReading]
    ) -> PointReading {
        let number: ExactDecimal?
        switch value {
        case .integer(let integer):
            guard !quantity.sentinels.contains(integer) else { return bad(.sentinel, raw: raw) }
            number = ExactDecimal(integer)
        case .float16(let float): number = ExactDecimal(shortest: float)
        case .float32(let float): number = ExactDecimal(shortest: float)
        case .float64(let double): number = ExactDecimal(shortest: double)
        case .notFinite: return bad(.sentinel, raw: raw)
        case .text: return bad(.malformed, raw: raw)
        }
        guard let number, number.isBounded, let scaled = quantity.scaled(number, context),
            let unit = quantity.unit(context)
        else { return bad(.malformed, raw: raw) }
        let reading = PointReading(point: id, value: .decimal(scaled), unit: unit, raw: raw, quality: .good)
        let isPlausible = unit.kind == quantity.kind && quantity.valid?.contains(scaled) != false
        return isPlausible ? reading : reading.with(.implausible)
    }
}

extension DevicePoint.Condition {
    fileprivate func isMet(by value: PointValue?) -> Bool {
        guard let words else { return value?.decimal == 1 }
        guard case .text(let word) = value else { return false }
        return words.contains(word)
    }
}

extension DevicePoint.Quantity {
    /// `number` with this quantity's scale, offset and decimals, at its resolution; nil where it is out of
    /// bounds or the decimals are not known.
    fileprivate func scaled(_ number: ExactDecimal, _ context: [String: PointReading]) -> ExactDecimal? {
        guard var value = number.scaled(by: scale, plus: offset) else { return nil }
        if let scaleFrom {
            guard let decimals = context[scaleFrom], decimals.quality == .good,
                let places = decimals.value?.decimal, let count = Int(places.description),
                (0...9).contains(count)
            else { return nil }
            value = ExactDecimal(value.coefficient, e: value.exponent - count)
        }
        if let resolution { value = value.rounded(toMultipleOf: resolution) }
        return value.isBounded ? value : nil
    }

    fileprivate func unit(_ context: [String: PointReading]) -> UnitOfMeasure? {
        switch unit {
        case .fixed(let unit): return unit
        case .from(let point):
            guard let reading = context[point], reading.quality == .good, case .text(let code) = reading.value
            else { return nil }
            return UnitOfMeasure(code)
        }
    }
}

extension PointReading {
    /// The byte order that it names; nil for anything else.
    fileprivate var byteOrder: ModbusByteOrder? {
        guard quality == .good, case .text(let word) = value else { return nil }
        return ModbusByteOrder(rawValue: word)
    }

    fileprivate func with(_ defect: Quality.Defect) -> PointReading {
        PointReading(point: point, value: value, unit: unit, raw: raw, quality: .bad(defect))
    }
}

extension ModbusValueBlock {
    /// A point's value and wire bytes: nil where this block lacks it, a nil value where its bytes say
    /// nothing.
    fileprivate func value(
        of point: DevicePoint, order: ModbusByteOrder?
    ) -> (value: ModbusValue?, raw: [UInt8])? {
        if point.table.holdsBits {
            return bit(at: point.address).map { (.integer($0 ? 1 : 0), [$0 ? 1 : 0]) }
        }
        return registers(at: point.address, count: point.width).map { bytes in
            (order.flatMap { ModbusValue(bytes, as: point.type, order: $0) }, bytes)
        }
    }
}
