/// Makes the list of reads out of a profile's requests and its loose points.
///
/// Explicit requests stay whole, because one reply is one atomic group. Loose points of one table that are
/// read at the same moment share a request, as long as the device's limits allow: its cap, its gap, its
/// holes.
struct ReadPlanner {
    let limits: AccessLimits
    let requests: [ExplicitRequest]
    let points: [DevicePoint]
    /// Whether every point could be read, so that a request without points is a mistake of its own.
    let pointsAreRight: Bool
    let faults: FaultCollector

    func plan() -> ReadPlan {
        let readable = points.filter(\.access.reads)
        for point in points { checkHoles(point) }
        var planned = requests.map { request in
            let held = readable.filter(request.holds)
            check(request)
            if held.isEmpty, pointsAreRight {
                faults.fault(
                    request.mapping.place, "request \(Wording.quoted(request.id)) holds no point",
                    "remove it, or add the points that it is for")
            }
            return ReadRequest(
                id: request.id, table: request.table, address: request.address, count: request.count,
                moment: request.moment, points: held, isAtomic: true, parts: parts(of: request, held))
        }
        let loose = readable.filter { point in !requests.contains { $0.holds(point) } }
        for point in loose { checkLoose(point) }
        planned += coalesced(loose)
        return ReadPlan(requests: planned)
    }

    // MARK: Requests that the profile names

    private func check(_ request: ExplicitRequest) {
        let cap = limits.perRead(request.table)
        if request.count > cap, request.guardPoint == nil {
            request.mapping.fault(
                "count", "\(request.count) are more than the \(cap) of one read",
                "split the request, name its `guard`, or correct `limits`")
        }
        if request.addresses.upperBound > 65_536 {
            request.mapping.fault(
                "count", "the request ends beyond address 65535", "correct its address or count")
        }
        if let hole = limits.hole(in: request.addresses, of: request.table) {
            request.mapping.fault(
                "count", "the request runs into the hole \(hole)",
                "end it before the hole and begin another behind it, or correct `holes`")
        }
        if let first = requests.first(where: { $0.id == request.id }),
            first.mapping.place != request.mapping.place
        {
            request.mapping.fault(
                "id", "request \(Wording.quoted(request.id)) is there already", "give each its own id")
        }
    }

    /// The reads of a request that is wider than one reply; none for any other.
    private func parts(of request: ExplicitRequest, _ held: [DevicePoint]) -> [Range<Int>] {
        guard let name = request.guardPoint else { return [] }
        let cap = limits.perRead(request.table)
        guard request.count > cap else {
            request.mapping.fault("guard", "one reply holds the whole request", "remove `guard`")
            return []
        }
        guard let point = held.first(where: { $0.id == name }), point.type.isInteger, !point.table.holdsBits
        else {
            request.mapping.fault(
                "guard", "\(Wording.quoted(name)) is no whole number in a register of this request",
                "name the point that the device counts up before it changes the others")
            return []
        }
        for point in held { checkWidth(point) }
        return GroupParts(addresses: request.addresses, cap: cap, points: held).reads(guardedBy: point)
    }

    // MARK: Points

    private func checkHoles(_ point: DevicePoint) {
        guard let hole = limits.hole(in: point.addresses, of: point.table) else { return }
        faults.fault(
            point.place,
            "point \(Wording.quoted(point.id)) at \(point.addressText) lies in the hole \(hole)",
            "remove the point, or correct `holes`")
    }

    /// A loose point that touches a request would be read twice and belong to no group.
    private func checkLoose(_ point: DevicePoint) {
        let touched = requests.first { $0.table == point.table && $0.addresses.overlaps(point.addresses) }
        if let touched {
            faults.fault(
                point.place,
                "point \(Wording.quoted(point.id)) at \(point.addressText) runs over an end of request "
                    + Wording.quoted(touched.id),
                "move the request's end, or correct the point's address or type")
        }
        checkWidth(point)
    }

    private func checkWidth(_ point: DevicePoint) {
        let cap = limits.perRead(point.table)
        guard point.width > cap else { return }
        faults.fault(
            point.place,
            "point \(Wording.quoted(point.id)) has \(point.width) registers, one read \(cap)",
            "shorten it, or correct `limits`")
    }

    // MARK: Points that lie in no request

    /// Loose points that one request reads.
    private struct Run {
        var points: [DevicePoint]
        var end: Int

        init(_ point: DevicePoint) { (points, end) = ([point], point.addresses.upperBound) }
    }

    private func coalesced(_ loose: [DevicePoint]) -> [ReadRequest] {
        RegisterTable.allCases.flatMap { table -> [ReadRequest] in
            let untouchable = points.filter { $0.table == table && !$0.mayBeReadUnasked }
            var open: [ReadMoment: Run] = [:]
            var runs: [Run] = []
            for point in loose.filter({ $0.table == table }).sorted(by: { $0.address < $1.address }) {
                if var run = open[point.moment], fits(point, after: run, untouchable) {
                    run.points.append(point)
                    run.end = max(run.end, point.addresses.upperBound)
                    open[point.moment] = run
                } else {
                    open.updateValue(Run(point), forKey: point.moment).map { runs.append($0) }
                }
            }
            runs += open.values
            return named(runs.sorted { $0.points[0].isBefore($1.points[0]) })
        }
    }

    private func fits(_ point: DevicePoint, after run: Run, _ untouchable: [DevicePoint]) -> Bool {
        let first = run.points[0]
        guard !first.clearsOnRead, !point.clearsOnRead,
            max(run.end, point.addresses.upperBound) - first.address <= limits.perRead(point.table)
        else { return false }
        if point.address <= run.end { return true }
        let between = run.end..<point.address
        return between.count <= limits.gap && limits.hole(in: between, of: point.table) == nil
            && !untouchable.contains { $0.addresses.overlaps(between) }
    }

    /// Requests named for table and address, with a number behind it where two begin at the same one.
    private func named(_ runs: [Run]) -> [ReadRequest] {
        var uses: [String: Int] = [:]
        return runs.map { run in
            let first = run.points[0]
            let name = ReadRequest.name(first.table, first.address)
            uses[name, default: 0] += 1
            let count = uses[name, default: 1]
            return ReadRequest(
                id: count == 1 ? name : "\(name).\(count)", table: first.table, address: first.address,
                count: run.end - first.address, moment: first.moment, points: run.points)
        }
    }
}

extension ReadRequest {
    /// What a request is called that the profile did not name: `input.0x0127`.
    package static func name(_ table: RegisterTable, _ address: Int) -> String {
        "\(table.rawValue).\(AddressText.hex(address))"
    }
}

extension DevicePoint {
    /// Whether a read for its neighbours may go over it: not where reading has an effect, or is none of its
    /// purposes.
    fileprivate var mayBeReadUnasked: Bool { access.reads && !clearsOnRead && moment != .onDemand }

    /// Order of requests: by address, then as the profile has them.
    fileprivate func isBefore(_ other: DevicePoint) -> Bool {
        (address, place) < (other.address, other.place)
    }
}
