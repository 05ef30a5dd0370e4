internal import Codecs
package import Inspection
package import Metrology

/// What one write request carries.
package struct RegisterWrite: Sendable, Equatable {
    package let address: Int
    package let content: Content

    /// What goes into registers or coils: the tables that can be written.
    package enum Content: Sendable, Equatable {
        /// Holding registers, in one frame (function 16).
        case registers([UInt16])
        /// One holding register, for a device that does not know function 16 (function 6).
        case register(UInt16)
        /// Some bits of a holding register: those of `mask` become those of `bits`, the device itself keeps
        /// the others (function 22).
        case masked(mask: UInt16, bits: UInt16)
        /// One coil (function 5).
        case coil(Bool)
        /// Coils side by side, in one frame (function 15).
        case coils([Bool])
    }

    package init(address: Int, content: Content) { (self.address, self.content) = (address, content) }
}

/// Why a value is not written to a device.
package struct WriteRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let point: String
    package let what: String
    package let remedy: String

    package var description: String { "point \(Wording.quoted(point)): \(what): \(remedy)" }
}

extension RegisterMap {
    /// One frame that writes all of `values`.
    ///
    /// Throws where a point is not listed as writable, a value is outside its `valid` or does not fit its
    /// type exactly, or the points do not lie side by side in one table: nothing that is not named is
    /// written.
    package func write(_ values: [(point: String, value: PointValue)]) throws(WriteRefusal) -> RegisterWrite {
        try plan(values).write
    }

    /// The frames that start a step, in order: what binds the result, the set points, the start command;
    /// empty where the device takes none of them.
    ///
    /// It is one frame, but for fields of registers, which come first, one frame a register, and for a start
    /// command that is a field, a pulse or in another table: that comes last, in a frame of its own, so that
    /// the device begins with everything set. `token` is what the cycle's `bind` asks for. Throws as `write`
    /// does.
    package func startWrites(_ setPoints: [SetPoint], token: String) throws(WriteRefusal) -> [PlannedWrite] {
        var values = setPoints.map { (point: $0.point, value: PointValue.decimal($0.value)) }
        if let binding = cycle?.binding { values.append((binding.write, .text(token))) }
        var fields: [Int: [(point: String, value: PointValue)]] = [:]
        for value in values {
            guard let point = point(value.point), point.fieldMask != nil else { continue }
            fields[point.address, default: []].append(value)
        }
        values.removeAll { point($0.point)?.fieldMask != nil }
        var writes: [PlannedWrite] = []
        for (_, values) in fields.sorted(by: { $0.key < $1.key }) { writes.append(try plan(values)) }
        guard let start = cycle?.start else { return values.isEmpty ? writes : writes + [try plan(values)] }
        let command = (point: start.point, value: PointValue.decimal(start.value))
        let (table, isField) = (point(start.point)?.table, point(start.point)?.fieldMask != nil)
        let isApart =
            isField || start.pulseMilliseconds != nil
            || values.contains { self.point($0.point)?.table != table }
        guard isApart, !values.isEmpty else { return writes + [try plan(values + [command])] }
        return writes + [try plan(values), try plan([command])]
    }

    /// The frame of a command; with `isOver` the one that takes it back after its pulse.
    package func commandWrite(
        _ command: DeviceCycle.Command, isOver: Bool = false
    ) throws(WriteRefusal) -> PlannedWrite {
        try plan([(command.point, .decimal(isOver ? 0 : command.value))])
    }

    /// The frame that tells the device that the result `sequence` is stored; nil where it is told otherwise.
    package func acknowledgeWrite(sequence: ExactDecimal) throws(WriteRefusal) -> PlannedWrite? {
        switch cycle?.acknowledge {
        case .write(let point): try plan([(point, .decimal(sequence))])
        case .command(let command): try commandWrite(command)
        case .read, nil: nil
        }
    }

    /// The request whose reading tells the device that its result is stored; nil where it is told otherwise.
    package var acknowledgeRead: ReadRequest? {
        guard case .read(let point) = cycle?.acknowledge else { return nil }
        return readPlan.request(holding: point)
    }
}

extension DevicePoint {
    /// The registers that make this point say `value`; for a coil one word, 0 or 1.
    ///
    /// A number is taken in the point's own unit; for a point with words also its code.
    package func words(writing value: PointValue) throws(WriteRefusal) -> [UInt16] {
        guard access.writes else {
            throw WriteRefusal(
                point: id, what: "it is not writable", remedy: "only points with `access: write` are written")
        }
        guard let raw = try raw(of: value) else {
            throw WriteRefusal(
                point: id, what: "\(Wording.quoted(value.description)) is nothing that it can hold",
                remedy: "give a \(expectation)")
        }
        if table.holdsBits {
            guard raw == .integer(0) || raw == .integer(1) else {
                throw WriteRefusal(point: id, what: "\(value) is no state of a coil", remedy: "0 or 1")
            }
            return raw == .integer(1) ? [1] : [0]
        }
        if let mask = registerMask, case .integer(let bits) = raw {
            let shift = mask.trailingZeroBitCount
            guard (0...Int128(mask >> shift)).contains(bits), bits & ~Int128(mask >> shift) == 0 else {
                throw WriteRefusal(
                    point: id, what: "\(value) does not fit its bits",
                    remedy: "0…\(mask >> shift), with no bit that `mask` leaves out")
            }
            return [UInt16(truncatingIfNeeded: bits) << UInt16(shift)]
        }
        guard let words = raw.words(as: type, order: byteOrder) else {
            throw WriteRefusal(
                point: id, what: "\(Wording.quoted(value.description)) does not fit",
                remedy: "give a \(expectation)")
        }
        return words
    }

    private func raw(of value: PointValue) throws(WriteRefusal) -> ModbusValue? {
        switch (meaning, value) {
        case (.text, .text(let text)): return .text(text)
        case (.words(let words), .text(let text)):
            return words.codes.filter { $0.value == text }.keys.min().map { .integer($0) }
        case (.words(let words), .decimal(let code)):
            return words.codes.keys.first { ExactDecimal($0) == code }.map { .integer($0) }
        case (.quantity(let quantity), .decimal(let number)):
            if let valid = quantity.valid, !valid.contains(number) {
                throw WriteRefusal(
                    point: id, what: "\(number) is outside \(valid.low)…\(valid.high)", remedy: "stay within")
            }
            switch type {
            case .float16, .float32, .float64: return quantity.float(number, type)
            default: return quantity.unscaled(number).map { .integer($0) }
            }
        default: return nil
        }
    }

    private var expectation: String {
        switch meaning {
        case .text: "text of at most \(type.characters) printable ASCII characters"
        case .words(let words): "word such as \(words.words.min() ?? "")"
        case .quantity(let quantity):
            "number that \(type) × \(quantity.scale) + \(quantity.offset) can say exactly"
        }
    }
}

extension DevicePoint.Quantity {
    /// The whole raw number r with r × scale + offset = number; nil where there is none.
    fileprivate func unscaled(_ number: ExactDecimal) -> Int128? {
        guard scaleFrom == nil, scale.coefficient != 0 else { return nil }
        let rest = number - offset
        let shift = rest.exponent - scale.exponent
        guard abs(shift) <= 36 else { return nil }
        let power = (0..<abs(shift)).reduce(Int128(1)) { power, _ in power * 10 }
        let (top, topOverflows) = rest.coefficient.multipliedReportingOverflow(by: shift > 0 ? power : 1)
        let (bottom, bottomOverflows) = scale.coefficient.multipliedReportingOverflow(
            by: shift < 0 ? power : 1)
        guard !topOverflows, !bottomOverflows, top.isMultiple(of: bottom) else { return nil }
        return top / bottom
    }

    /// `number` as the nearest float; nil for a scaled one, which would not come back exactly.
    fileprivate func float(_ number: ExactDecimal, _ type: ModbusValueType) -> ModbusValue? {
        guard scaleFrom == nil, scale == 1, offset == 0 else { return nil }
        if type == .float16 { return Float16(number.description).map { .float16($0) } }
        if type == .float32 { return Float(number.description).map { .float32($0) } }
        return Double(number.description).map { .float64($0) }
    }
}
