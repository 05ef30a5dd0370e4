internal import Codecs
internal import Metrology

/// Looks for what makes no sense between the points of a profile.
struct RegisterMapChecks {
    let points: [DevicePoint]
    /// Places of numbers that name no unit.
    let unitless: Set<SourcePlace>
    let requests: [ExplicitRequest]
    let faults: FaultCollector

    func run() {
        checkIds()
        checkOverlaps()
        checkClearing()
        for point in points {
            checkReferences(of: point)
            if point.access.writes { WritingReader.check(point, among: points, faults) }
        }
    }

    private func checkIds() {
        var seen: [String: DevicePoint] = [:]
        for point in points {
            if let first = seen[point.id] {
                fault(point, "is there already, at line \(first.place.line)", "give each point its own id")
            }
            seen[point.id] = point
            if unitless.contains(point.place), !points.contains(where: { $0.quantity?.scaleFrom == point.id })
            {
                fault(
                    point, "is a number without a unit",
                    #"add `unit`, `unit_from`, `enum`, or `unit: "1"` for a count"#)
            }
        }
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
                        later, "overlaps \(Wording.quoted(other.id)) at \(other.addressText)",
                        "correct the address or type of one of them")
                }
            }
        }
    }

    /// One register may be looked at as a whole and bit by bit, but no bit twice.
    private static func mayShare(_ left: DevicePoint, _ right: DevicePoint) -> Bool {
        guard left.address == right.address else { return false }
        switch (left.type.mask, right.type.mask) {
        case (let left?, let right?): return left & right == 0
        case (nil, .some): return left.type == .uint16
        case (.some, nil): return right.type == .uint16
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
        if let when = point.when, let bit = referred(when, by: point, "when") {
            if bit.type.mask == nil || bit.quantity == nil || bit.when != nil {
                fault(
                    point, "waits for \(Wording.quoted(when)), which is no plain bit",
                    "name a point of type bit")
            } else if !sharesRequest(point, bit) {
                fault(
                    point, "waits for \(Wording.quoted(when)), which comes in another reply",
                    "put both into one request, so that they are of one instant")
            }
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
                NearestName.remedy(for: word, among: UnitOfMeasure.table.map(\.code)))
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
            fault(
                point, "refers by `\(key)` to \(Wording.quoted(id)), which does not exist",
                NearestName.remedy(for: id, among: points.map(\.id)))
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
    /// The bits of one register that it takes; nil for whole registers.
    var mask: UInt16? {
        switch self {
        case .bit(let bit): UInt16(1) << UInt16(bit)
        case .bits(let mask): mask
        default: nil
        }
    }

    var isInteger: Bool {
        switch self {
        case .float32, .float64, .text: false
        default: true
        }
    }
}
