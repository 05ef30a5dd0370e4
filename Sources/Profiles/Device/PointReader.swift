internal import Codecs
internal import Metrology

/// Reads one point of a Modbus profile.
struct PointReader {
    let defaults: RegisterMapReader.Defaults
    let requests: [ExplicitRequest]

    /// Words of `type:`.
    private enum TypeName: String, CaseIterable {
        case uint16, int16, uint32, int32, uint64, int64, float32, float64, bit, string

        var isFloat: Bool { self == .float32 || self == .float64 }
    }

    /// The point, and whether it is a number that names no unit.
    func point(_ mapping: YAMLMapping) -> (point: DevicePoint, lacksUnit: Bool)? {
        let faults = mapping.faults
        let before = faults.count
        let id = mapping.required("id", .name)
        let place = AddressReader.read(mapping, defaultTable: defaults.table)
        let name: TypeName? =
            place?.table.holdsBits == true
            ? mapping.optional("type", .choice) ?? .bit : mapping.required("type", .choice)
        let order = mapping.optional("byte_order", .choice) ?? defaults.byteOrder
        let type = name.flatMap { self.type($0, mapping, isBitTable: place?.table.holdsBits == true) }
        let access: DevicePoint.Access = mapping.optional("access", .choice) ?? .read
        let clears = mapping.optional("clears_on_read", .flag) ?? false
        let when = mapping.optional("when", .name)
        let isUnconfirmed = mapping.optional("unconfirmed", .flag) ?? false
        let moment = MomentReader.read(mapping)
        let meaning = name.flatMap { self.meaning($0, mapping) }
        if name == nil { mapping.knows("mask", "bit", "count", "enum", "scale", "offset", "scale_from") }
        if name == nil { mapping.knows("resolution", "valid", "sentinel", "unit", "unit_from", "kind") }
        guard let id, let place, let type, let meaning, faults.count == before else { return nil }
        if isUnconfirmed {
            faults.warn(
                mapping.place, "point \(Wording.quoted(id)) is not confirmed",
                "compare it with the manual or the device, then remove `unconfirmed`")
        }
        var point = DevicePoint(
            id: id, table: place.table, address: place.address, type: type, byteOrder: order,
            meaning: meaning,
            moment: clears ? .onDemand : moment ?? .every(milliseconds: defaults.pollMilliseconds),
            access: access,
            clearsOnRead: clears, when: when, isUnconfirmed: isUnconfirmed, place: mapping.place,
            writing: WritingReader(mapping: mapping, usual: defaults.writes).read(access))
        guard check(point, hasOwnMoment: moment != nil, mapping) else { return nil }
        if let holder = requests.first(where: { $0.holds(point) }) { point.moment = holder.moment }
        let namesUnit = mapping.has("unit") || mapping.has("unit_from") || name == .bit
        return (point, lacksUnit: point.quantity != nil && !namesUnit)
    }

    private func type(_ name: TypeName, _ mapping: YAMLMapping, isBitTable: Bool) -> ModbusValueType? {
        let mask = mapping.optional("mask", .integer(1...0xFFFF))
        let bit = mapping.optional("bit", .integer(0...15))
        let count = mapping.optional("count", .integer(1...125))
        if mask != nil, name != .uint16 {
            mapping.fault("mask", "only a uint16 has a mask", "write `type: uint16`, or remove `mask`")
        }
        if bit != nil, name != .bit || isBitTable {
            mapping.fault(
                "bit", "only a bit of a register has a number", "write `type: bit`, or remove `bit`")
        }
        if count != nil, name != .string {
            mapping.fault(
                "count", "only a string has a count", "remove `count`: the type says how long it is")
        }
        switch name {
        case .uint16: return mask.map { .bits(mask: UInt16($0)) } ?? .uint16
        case .int16: return .int16
        case .uint32: return .uint32
        case .int32: return .int32
        case .uint64: return .uint64
        case .int64: return .int64
        case .float32: return .float32
        case .float64: return .float64
        case .bit:
            if isBitTable { return .bit(0) }
            return mapping.required("bit", .integer(0...15)).map { .bit($0) }
        case .string: return mapping.required("count", .integer(1...125)).map { .text(registers: $0) }
        }
    }

    private func meaning(_ name: TypeName, _ mapping: YAMLMapping) -> DevicePoint.Meaning? {
        if name == .string { return .text }
        if let words = mapping.mapping("enum", "an enum") {
            guard !name.isFloat else {
                mapping.fault("enum", "a float has no words", "remove `enum`")
                return nil
            }
            return self.words(words).map { .words($0) }
        }
        return quantity(name, mapping).map { .quantity($0) }
    }

    private func words(_ mapping: YAMLMapping) -> DevicePoint.CodeWords? {
        var words: [Int128: String] = [:]
        let otherwise = mapping.optional("else", .text(1...64))
        let code = YAMLForm<Int>.integer(Int.min...Int.max)
        for entry in mapping.namedEntries() where entry.key != "else" {
            let key = YAMLNode(place: entry.place, content: .scalar(text: entry.key, isQuoted: false))
            guard let number = code.read(key, mapping.faults),
                let word = YAMLForm<String>.text(1...64).read(entry.value, mapping.faults)
            else { continue }
            guard words[Int128(number)] == nil else {
                mapping.faults.fault(entry.place, "code \(number) has a word already", "keep one of them")
                continue
            }
            words[Int128(number)] = word
        }
        return words.isEmpty ? nil : DevicePoint.CodeWords(words, otherwise: otherwise)
    }

    private func quantity(_ name: TypeName, _ mapping: YAMLMapping) -> DevicePoint.Quantity? {
        let scale = mapping.optional("scale", .decimal) ?? 1
        let offset = mapping.optional("offset", .decimal) ?? 0
        let scaleFrom = mapping.optional("scale_from", .name)
        let resolution = mapping.optional("resolution", .decimal)
        let valid = mapping.optional("valid", .list(of: .decimal, 2...2))
        let sentinels = mapping.optional("sentinel", .list(of: .integer(Int.min...Int.max), 1...16)) ?? []
        if scale == 0 {
            mapping.fault("scale", "a scale of 0 makes everything 0", "write the value of one count")
        }
        if let resolution, resolution <= 0 {
            mapping.fault("resolution", "a resolution of \(resolution) is no step", "write a positive number")
        }
        if let valid, valid.count == 2, valid[0] > valid[1] {
            mapping.fault("valid", "\(valid[0]) is more than \(valid[1])", "write the lower end first")
        }
        if name.isFloat, !sentinels.isEmpty {
            mapping.fault("sentinel", "floats say NaN by themselves", "remove `sentinel`")
        }
        guard let (unit, kind) = unit(name, mapping) else { return nil }
        return DevicePoint.Quantity(
            scale: scale, offset: offset, scaleFrom: scaleFrom, unit: unit, kind: kind,
            resolution: resolution,
            valid: valid.flatMap { $0.count == 2 ? DevicePoint.ValidRange(low: $0[0], high: $0[1]) : nil },
            sentinels: sentinels.map { Int128($0) })
    }

    private func unit(
        _ name: TypeName, _ mapping: YAMLMapping
    ) -> (unit: DevicePoint.PointUnit, kind: QuantityKind)? {
        let fixed = mapping.optional("unit", .unit)
        let from = mapping.optional("unit_from", .name)
        let kind: QuantityKind? = mapping.optional("kind", .choice)
        if let from {
            guard fixed == nil else {
                mapping.fault("unit_from", "there is a unit already", "keep `unit` or `unit_from`")
                return nil
            }
            if kind == nil, !mapping.has("kind") {
                mapping.faults.fault(
                    mapping.place, "a unit that the device chooses needs a kind",
                    "add `kind: volume` or another")
            }
            return kind.map { (.from(from), $0) }
        }
        if let fixed {
            guard kind == nil || kind == fixed.kind else {
                mapping.fault(
                    "kind", "\(fixed.code) measures \(fixed.kind.rawValue)", "write that, or another unit")
                return nil
            }
            return (.fixed(fixed), fixed.kind)
        }
        guard !mapping.has("unit"), let one = UnitOfMeasure("1") else { return nil }
        // Whether a number may go without is checked later, when it is known who refers to it.
        return (.fixed(one), .dimensionless)
    }

    private func check(_ point: DevicePoint, hasOwnMoment: Bool, _ mapping: YAMLMapping) -> Bool {
        let faults = mapping.faults
        let before = faults.count
        if point.addresses.upperBound > 65_536 {
            faults.fault(mapping.place, "the point ends beyond register 65535", "correct its address or type")
        }
        if let holder = requests.first(where: { $0.holds(point) && point.access.reads }) {
            if hasOwnMoment {
                mapping.fault(
                    mapping.has("poll") ? "poll" : "read",
                    "request \(Wording.quoted(holder.id)) says when it is read", "remove it here")
            }
            if point.clearsOnRead {
                mapping.fault(
                    "clears_on_read", "request \(Wording.quoted(holder.id)) would clear it",
                    "keep it out of every request")
            }
        }
        checkWritable(point, mapping)
        return faults.count == before
    }

    private func checkWritable(_ point: DevicePoint, _ mapping: YAMLMapping) {
        guard point.access.writes else { return }
        if point.table == .input || point.table == .discrete {
            mapping.fault(
                "access", "the \(point.table.rawValue) table cannot be written", "use holding or coil")
        }
        switch point.type {
        case .bit where !point.table.holdsBits && point.writing.function != .mask,
            .bits where point.writing.function != .mask:
            mapping.fault(
                "access", "a part of a register is not written by itself",
                "write the whole uint16, or add `writes: mask` if the device knows function 22")
        default: break
        }
        if point.quantity?.scaleFrom != nil {
            mapping.fault("access", "a point with `scale_from` is not written", "read it only")
        }
    }
}
