internal import Codecs
internal import Metrology

/// Looks for what makes no sense between the points of a profile.
struct RegisterMapChecks {
    let entries: [PointReader.Entry]
    /// Those of all entries.
    let points: [DevicePoint]
    let requests: [ExplicitRequest]
    let registersPerWrite: Int
    let faults: FaultCollector

    func run() {
        checkIds()
        checkOverlaps()
        checkClearing()
        // What is wrong with one element of an array is wrong with all of them, and said once.
        for entry in entries {
            guard let point = entry.points.first else { continue }
            checkReferences(of: point)
            if point.access.writes { WritingReader.check(point, among: points, faults) }
            checkUnit(of: entry)
            checkWidth(of: point)
        }
    }

    private func checkIds() {
        var seen: [String: DevicePoint] = [:]
        for point in points {
            if let first = seen[point.id] {
                fault(point, "is there already, at line \(first.place.line)", "give each point its own id")
            }
            seen[point.id] = point
        }
    }

    private func checkUnit(of entry: PointReader.Entry) {
        guard entry.lacksUnit, let point = entry.points.first,
            !points.contains(where: { $0.quantity?.scaleFrom == point.id })
        else { return }
        faults.fault(
            point.place, "point \(Wording.quoted(entry.id)) is a number without a unit",
            #"add `unit`, `unit_from`, `enum`, or `unit: "1"` for a count"#)
    }

    private func checkWidth(of point: DevicePoint) {
        guard point.access.writes, point.width > registersPerWrite else { return }
        fault(
            point, "has \(point.width) registers, one write \(registersPerWrite)",
            "shorten it, or correct `limits`")
    }

    private func checkOverlaps() {
        for table in RegisterTable.allCases {
            let sorted = points.filter { $0.table == table }.sorted { $0.address < $1.address }
            for (index, left) in sorted.enumerated() {
                for right in sorted[(index + 1)...] {
                    if right.address >= left.addresses.upperBound { break }
                    if Self.mayShare(left, right) { continue }
                    let later = max(left.place, right.place) == right.place ? right : left
                    let other = later.id == right.id ? left : right
                    fault(
                        later,
                        "at \(later.addressesText) "
                            + (later.address > other.address ? "begins within " : "overlaps ")
                            + "\(Wording.quoted(other.id)) at \(other.addressesText)",
                        "correct the address or type of one of them")
                }
            }
        }
    }

    /// One register may be looked at as a whole and bit by bit, but no bit twice.
    private static func mayShare(_ left: DevicePoint, _ right: DevicePoint) -> Bool {
        guard left.address == right.address, left.width == right.width else { return false }
        switch (left.type.mask, right.type.mask) {
        case (let left?, let right?): return left & right == 0
        case (nil, .some): return left.type == .uint16 || left.type == .uint32
        case (.some, nil): return right.type == .uint16 || right.type == .uint32
        default: return false
        }
    }

    /// A register that clears itself must not lie in a request that is made for others.
    private func checkClearing() {
        for point in points where point.clearsOnRead {
            guard
                let request = requests.first(where: {
                    $0.table == point.table && $0.addresses.overlaps(point.addresses)
                })
            else { continue }
            fault(
                point, "is cleared by request \(Wording.quoted(request.id))",
                "let the request end before it or begin after it")
        }
    }

    private func checkReferences(of point: DevicePoint) {
        if let when = point.when { check(when, of: point) }
        if let from = point.byteOrderFrom, let source = referred(from, by: point, "byte_order_from") {
            checkOrders(source, for: point)
        }
        if let scaleFrom = point.quantity?.scaleFrom,
            let decimals = referred(scaleFrom, by: point, "scale_from")
        {
            if decimals.isDependent || decimals.quantity == nil || !decimals.type.isInteger {
                fault(
                    point,
                    "takes its decimals from \(Wording.quoted(scaleFrom)), which is no plain whole number",
                    "name an integer point without `scale_from`, `unit_from` and `when`")
            }
        }
        if case .from(let unitFrom) = point.quantity?.unit,
            let source = referred(unitFrom, by: point, "unit_from")
        {
            checkUnits(source, for: point)
        }
    }

    private func check(_ when: DevicePoint.Condition, of point: DevicePoint) {
        guard let source = referred(when.point, by: point, "when") else { return }
        let name = Wording.quoted(when.point)
        if let words = when.words {
            guard case .words(let known) = source.meaning, !source.isDependent else {
                fault(
                    point, "waits for a word of \(name), which is no plain point with words",
                    "name a point with an `enum` and without `when`")
                return
            }
            for word in words where !known.words.contains(word) {
                fault(
                    point, "waits for \(Wording.quoted(word)), which \(name) never says",
                    NearestName.remedy(for: word, among: known.words))
            }
        } else if source.type.mask == nil || source.quantity == nil || source.isDependent {
            fault(
                point, "waits for \(name), which is no plain bit",
                "name a point of type bit, or write `when: {point: …, is: […]}`")
            return
        }
        if sharesRequest(point, source) { return }
        // Some devices keep the quality of their values far from these: its last reading counts then.
        if when.words != nil, case .every = source.moment { return }
        fault(
            point, "waits for \(name), which comes in another reply",
            "put both into one request, so that they are of one instant")
    }

    private func checkOrders(_ source: DevicePoint, for point: DevicePoint) {
        guard case .words(let words) = source.meaning, !source.isDependent else {
            fault(
                point, "takes its byte order from \(Wording.quoted(source.id)), which has no words",
                "give that point an `enum` of orders such as CDAB")
            return
        }
        for word in words.words.sorted() where ModbusByteOrder(rawValue: word)?.byteCount != 4 {
            fault(
                source, "says \(Wording.quoted(word)), which is no byte order",
                "write ABCD, CDAB, BADC or DCBA")
        }
    }

    private func checkUnits(_ source: DevicePoint, for point: DevicePoint) {
        guard case .words(let words) = source.meaning, source.when == nil else {
            fault(
                point, "takes its unit from \(Wording.quoted(source.id)), which has no words",
                "give that point an `enum` of UCUM codes")
            return
        }
        for word in words.words.sorted() where UnitOfMeasure(word) == nil {
            fault(
                source, "says \(Wording.quoted(word)), which is no unit",
                UnitRemedy.text(for: word))
        }
        if !words.words.contains(where: { UnitOfMeasure($0)?.kind == point.quantity?.kind }) {
            fault(
                point,
                "measures \(point.quantity?.kind.rawValue ?? "nothing"), but "
                    + "\(Wording.quoted(source.id)) names no such unit",
                "correct `kind`, or add the units to the `enum`")
        }
    }

    private func referred(_ id: String, by point: DevicePoint, _ key: String) -> DevicePoint? {
        guard let target = points.first(where: { $0.id == id }) else {
            faults.missing(
                id, among: points.map(\.id), point.place,
                "point \(Wording.quoted(point.id)) refers by `\(key)` to \(Wording.quoted(id)), which does "
                    + "not exist")
            return nil
        }
        guard target.access.reads else {
            fault(
                point, "refers by `\(key)` to \(Wording.quoted(id)), which is not read", "let it be readable")
            return nil
        }
        return target
    }

    private func sharesRequest(_ left: DevicePoint, _ right: DevicePoint) -> Bool {
        requests.contains { $0.holds(left) && $0.holds(right) }
    }

    private func fault(_ point: DevicePoint, _ what: String, _ remedy: String) {
        faults.fault(point.place, "point \(Wording.quoted(point.id)) \(what)", remedy)
    }
}

extension ModbusValueType {
    /// The bits that it takes of its registers; nil for whole ones.
    var mask: UInt32? {
        switch self {
        case .bit(let bit): UInt32(1) << UInt32(bit)
        case .bits(let mask, _): mask
        case .uint8(let half), .int8(let half): half == .high ? 0xFF00 : 0x00FF
        default: nil
        }
    }

    var isInteger: Bool { wholeNumbers != nil }

    /// Whether its registers can hold this raw number: of a mask with gaps not every one in its range.
    func says(_ number: Int128) -> Bool {
        guard wholeNumbers?.contains(number) == true else { return false }
        guard case .bits(let mask, _) = self else { return true }
        return number & ~Int128(mask >> UInt32(mask.trailingZeroBitCount & 31)) == 0
    }

    /// Characters that a text has room for.
    var characters: Int {
        guard case .text(let registers, let layout) = self else { return 0 }
        return registers * layout.charactersPerRegister
    }
}
