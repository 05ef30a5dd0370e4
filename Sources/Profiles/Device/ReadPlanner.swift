/// Makes the list of reads out of a profile's requests and its loose points.
///
/// Explicit requests stay whole, because one reply is one atomic group. Loose points that lie side by side in
/// one table and are read at the same moment share a request, as long as the device's cap allows.
struct ReadPlanner {
    let registersPerRead: Int
    let requests: [ExplicitRequest]
    let points: [DevicePoint]
    /// Whether every point could be read, so that a request without points is a mistake of its own.
    let pointsAreRight: Bool
    let faults: FaultCollector

    func plan() -> ReadPlan {
        let readable = points.filter(\.access.reads)
        var planned: [ReadRequest] = []
        for request in requests {
            check(request)
            let held = readable.filter(request.holds)
            if held.isEmpty, pointsAreRight {
                faults.fault(
                    request.mapping.place, "request \(Wording.quoted(request.id)) holds no point",
                    "remove it, or add the points that it is for")
            }
            planned.append(
                ReadRequest(
                    id: request.id, table: request.table, address: request.address, count: request.count,
                    moment: request.moment, points: held))
        }
        let loose = readable.filter { point in !requests.contains { $0.holds(point) } }
        for point in loose { checkLoose(point) }
        return ReadPlan(requests: planned + coalesced(loose))
    }

    private func cap(_ table: RegisterTable) -> Int {
        table.holdsBits ? RegisterMapReader.bitsPerRead : registersPerRead
    }

    private func check(_ request: ExplicitRequest) {
        if request.count > cap(request.table) {
            request.mapping.fault(
                "count", "\(request.count) are more than the \(cap(request.table)) of one read",
                "split the request, or correct `limits`")
        }
        if request.addresses.upperBound > 65_536 {
            request.mapping.fault(
                "count", "the request ends beyond address 65535", "correct its address or count")
        }
        if let first = requests.first(where: { $0.id == request.id }),
            first.mapping.place != request.mapping.place
        {
            request.mapping.fault(
                "id", "request \(Wording.quoted(request.id)) is there already", "give each its own id")
        }
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
        if point.width > cap(point.table) {
            faults.fault(
                point.place,
                "point \(Wording.quoted(point.id)) has \(point.width) registers, one read "
                    + "\(cap(point.table))",
                "shorten it, or correct `limits`")
        }
    }

    private func coalesced(_ loose: [DevicePoint]) -> [ReadRequest] {
        var runs: [[DevicePoint]] = []
        for table in RegisterTable.allCases {
            let inTable = loose.filter { $0.table == table }.sorted { $0.address < $1.address }
            for point in inTable {
                if let index = runs.lastIndex(where: { fits(point, after: $0) }) {
                    runs[index].append(point)
                } else {
                    runs.append([point])
                }
            }
        }
        return runs.compactMap(request)
    }

    private func fits(_ point: DevicePoint, after run: [DevicePoint]) -> Bool {
        guard let first = run.first, let end = run.map(\.addresses.upperBound).max(),
            first.table == point.table,
            first.moment == point.moment, !first.clearsOnRead, !point.clearsOnRead
        else { return false }
        return point.address <= end && point.addresses.upperBound - first.address <= cap(point.table)
    }

    private func request(_ run: [DevicePoint]) -> ReadRequest? {
        guard let first = run.first, let end = run.map(\.addresses.upperBound).max() else { return nil }
        let digits = String(first.address, radix: 16, uppercase: true)
        let hex = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return ReadRequest(
            id: "\(first.table.rawValue).0x\(hex)", table: first.table, address: first.address,
            count: end - first.address, moment: first.moment, points: run)
    }
}
