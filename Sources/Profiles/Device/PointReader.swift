internal import Codecs
internal import Metrology

/// Reads one point of a Modbus profile.
struct PointReader {
    let defaults: RegisterMapReader.Defaults
    let requests: [ExplicitRequest]

    /// What one entry of `points:` reads as.
    struct Entry {
        /// The id as it is written: an array's points have ids of their own.
        let id: String
        /// One point, or those of an array.
        let points: [DevicePoint]
        /// Whether it is a number that names no unit.
        let lacksUnit: Bool

        /// Whether one of these settings writes it.
        func isSet(by settings: [DeviceSetting]) -> Bool {
            points.contains { point in settings.contains { $0.point == point.id } }
        }
    }

    /// Elements of an array; the longest known curve in registers has 223 (Kolver K-DUCER).
    private static let lengths = 1...500

    /// The point or points of one mapping; nil after noting what is wrong.
    func entry(_ mapping: YAMLMapping) -> Entry? {
        let faults = mapping.faults
        let before = faults.count
        let id = mapping.required("id", .name)
        let place = AddressReader.read(mapping, defaultTable: defaults.table)
        let name: PointTypeReader.Name? =
            place?.table.holdsBits == true
            ? mapping.optional("type", .choice) ?? .bit : mapping.required("type", .choice)
        let types = PointTypeReader(mapping: mapping, isBitTable: place?.table.holdsBits == true)
        let type = name.flatMap(types.type)
        let order = types.order(type, defaults.byteOrder)
        let length = mapping.optional("length", .integer(Self.lengths))
        let access: DevicePoint.Access = mapping.optional("access", .choice) ?? .read
        let clears = mapping.optional("clears_on_read", .flag) ?? false
        let when = mapping.optional("when", .condition)
        let isUnconfirmed = mapping.optional("unconfirmed", .flag) ?? false
        let moment = MomentReader.read(mapping)
        let meaning = name.flatMap { self.meaning($0, type, mapping) }
        let report = report(mapping, meaning)
        if name == nil { knowTheRest(of: mapping) }
        guard let id, let place, let type, let meaning, faults.count == before else { return nil }
        let point = DevicePoint(
            id: id, table: place.table, address: place.address, type: type, byteOrder: order.order,
            byteOrderFrom: order.from, meaning: meaning,
            moment: clears ? .onDemand : moment ?? .every(milliseconds: defaults.pollMilliseconds),
            access: access,
            clearsOnRead: clears, when: when, isUnconfirmed: isUnconfirmed, report: report,
            place: mapping.place,
            writing: WritingReader(mapping: mapping, usual: defaults.writes).read(access))
        let points = (length.map(point.elements) ?? [point]).filter {
            check($0, hasOwnMoment: moment != nil, mapping)
        }
        guard faults.count == before else { return nil }
        let namesUnit = mapping.has("unit") || mapping.has("unit_from") || name == .bit
        return Entry(
            id: id, points: points.map(inItsRequest), lacksUnit: point.quantity != nil && !namesUnit)
    }

    private func report(_ mapping: YAMLMapping, _ meaning: DevicePoint.Meaning?) -> ReportRule? {
        guard let own = ReportRule.read(mapping) else { return defaults.report }
        if case .quantity = meaning { return own }
        if own.deadband > 0, meaning != nil {
            mapping.fault(
                "report", "words and texts have no deadband", "remove `deadband`: each change is told")
        }
        return own
    }

    /// Keys that depend on the type, where that is wrong already.
    private func knowTheRest(of mapping: YAMLMapping) {
        mapping.knows("mask", "bit", "half", "count", "layout", "enum", "scale", "offset", "scale_from")
        mapping.knows("resolution", "valid", "sentinel", "unit", "unit_from", "kind")
    }

    /// The point with the moment of the request that holds it.
    private func inItsRequest(_ point: DevicePoint) -> DevicePoint {
        guard let holder = requests.first(where: { $0.holds(point) }) else { return point }
        var point = point
        point.moment = holder.moment
        return point
    }

    private func meaning(
        _ name: PointTypeReader.Name, _ type: ModbusValueType?, _ mapping: YAMLMapping
    ) -> DevicePoint.Meaning? {
        if name == .string { return .text }
        if let words = mapping.mapping("enum", "an enum") {
            guard !name.isFloat else {
                mapping.fault("enum", "a float has no words", "remove `enum`")
                return nil
            }
            return self.words(words, type).map { .words($0) }
        }
        return quantity(name, type, mapping).map { .quantity($0) }
    }

    private func words(_ mapping: YAMLMapping, _ type: ModbusValueType?) -> DevicePoint.CodeWords? {
        var words: [Int128: String] = [:]
        let otherwise = mapping.optional("else", .text(1...64))
        let code = YAMLForm<Int128>.rawNumber(of: type)
        for entry in mapping.namedEntries() where entry.key != "else" {
            let key = YAMLNode(place: entry.place, content: .scalar(text: entry.key, isQuoted: false))
            guard let number = code.read(key, mapping.faults),
                let word = YAMLForm<String>.text(1...64).read(entry.value, mapping.faults)
            else { continue }
            guard words[number] == nil else {
                mapping.faults.fault(entry.place, "code \(number) has a word already", "keep one of them")
                continue
            }
            words[number] = word
        }
        return words.isEmpty ? nil : DevicePoint.CodeWords(words, otherwise: otherwise)
    }

    private func quantity(
        _ name: PointTypeReader.Name, _ type: ModbusValueType?, _ mapping: YAMLMapping
    ) -> DevicePoint.Quantity? {
        let scale = mapping.optional("scale", .decimal) ?? 1
        let offset = mapping.optional("offset", .decimal) ?? 0
        let scaleFrom = mapping.optional("scale_from", .name)
        let resolution = mapping.optional("resolution", .decimal)
        let valid = mapping.optional("valid", .list(of: .decimal, 2...2))
        let sentinels = mapping.optional("sentinel", .list(of: .rawNumber(of: type), 1...16)) ?? []
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
        guard let (unit, kind) = unit(mapping) else { return nil }
        return DevicePoint.Quantity(
            scale: scale, offset: offset, scaleFrom: scaleFrom, unit: unit, kind: kind,
            resolution: resolution,
            valid: valid.flatMap { $0.count == 2 ? DevicePoint.ValidRange(low: $0[0], high: $0[1]) : nil },
            sentinels: sentinels)
    }

    private func unit(_ mapping: YAMLMapping) -> (unit: DevicePoint.PointUnit, kind: QuantityKind)? {
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
        case .uint8, .int8:
            mapping.fault("access", "a part of a register is not written by itself", "write the whole uint16")
        default: break
        }
        if point.quantity?.scaleFrom != nil {
            mapping.fault("access", "a point with `scale_from` is not written", "read it only")
        }
        if point.byteOrderFrom != nil {
            mapping.fault("access", "a point with `byte_order_from` is not written", "read it only")
        }
    }
}

extension YAMLForm where Value == Int128 {
    /// A raw number that a point of `type` can say; any, where the type is wrong already.
    fileprivate static func rawNumber(of type: ModbusValueType?) -> YAMLForm {
        YAMLForm("a whole number") { node, faults in
            guard let text = node.text, let number = wholeNumber(text) else {
                faults.fault(node.place, "\(node.form) stands here", "write a whole number")
                return nil
            }
            guard let type, let range = type.wholeNumbers, !type.says(number) else { return number }
            faults.fault(
                node.place, "\(number) is nothing that the point can say",
                range.contains(number)
                    ? "write a number without the bits that `mask` leaves out: the gaps between its bits stay"
                    : "write \(range.lowerBound)…\(range.upperBound), the raw number after `type` and `mask`")
            return nil
        }
    }
}

extension YAMLForm where Value == DevicePoint.Condition {
    /// `ready`, a bit; or `{point: quality, is: [good, fixed]}`.
    fileprivate static var condition: YAMLForm {
        YAMLForm("a bit's name, or {point: …, is: […]}") { node, faults in
            guard case .mapping = node.content else {
                return YAMLForm<String>.name.read(node, faults).map { .init(point: $0, words: nil) }
            }
            guard let mapping = YAMLMapping(node, "a condition", faults) else { return nil }
            let point = mapping.required("point", .name)
            let words = mapping.required("is", .oneOrMore(of: .text(1...64), most: 64))
            mapping.finish()
            guard let point, let words else { return nil }
            return .init(point: point, words: words)
        }
    }
}
