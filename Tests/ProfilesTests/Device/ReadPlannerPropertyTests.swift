import Metrology
import Testing

@testable import Profiles

/// What holds of every plan, whatever the profile: two hundred profiles drawn by a seed that a failure names.
@Suite("What holds of every read plan")
struct ReadPlannerPropertyTests {
    @Test("Every readable point is in one request, no cap, hole or gap is passed", arguments: 0..<100)
    func plans(seed: UInt64) throws {
        var draw = ProfileDraw(seed: seed)
        for _ in 0..<2 {
            let profile = draw.profile()
            let faults = FaultCollector()
            let source = SourceFile(path: "p.yaml", bytes: Array(profile.utf8))
            let map = try #require(
                DeviceProfile.read(source, faults: faults)?.registers,
                "seed \(seed): \(faults.sorted.map(\.description))\n\(profile)")
            check(map, "seed \(seed)\n\(profile)")
        }
    }

    private func check(_ map: RegisterMap, _ drawn: String) {
        let requests = map.readPlan.requests
        for point in map.points where point.access.reads {
            let holders = requests.filter { $0.points.contains(point) }
            #expect(holders.count == 1, "\(point.id), \(drawn)")
            let isWhole = holders.allSatisfy { request in
                request.table == point.table
                    && request.reads.contains {
                        $0.lowerBound <= point.address && $0.upperBound >= point.addresses.upperBound
                    }
            }
            #expect(isWhole, "\(point.id) is cut, \(drawn)")
        }
        #expect(Set(requests.map(\.id)).count == requests.count, "\(drawn)")
        for request in requests {
            for read in request.reads {
                #expect(read.count <= map.limits.perRead(request.table), "\(request.id), \(drawn)")
                #expect(map.limits.hole(in: read, of: request.table) == nil, "\(request.id), \(drawn)")
            }
            if !request.isAtomic { checkLoose(request, map, drawn) }
        }
    }

    /// What nobody asked for is read only between two values, and only where reading it does nothing.
    private func checkLoose(_ request: ReadRequest, _ map: RegisterMap, _ drawn: String) {
        let asked = Set(request.points.flatMap(\.addresses))
        #expect(asked.min() == request.address && asked.max() == request.addresses.upperBound - 1)
        let gaps = request.addresses.split { asked.contains($0) }
        #expect(gaps.allSatisfy { $0.count <= map.limits.gap }, "\(request.id), \(drawn)")
        let unasked = Set(gaps.joined())
        let touched = map.points.filter {
            $0.table == request.table && !unasked.isDisjoint(with: $0.addresses)
        }
        #expect(
            touched.allSatisfy { $0.access.reads && !$0.clearsOnRead && $0.moment != .onDemand },
            "\(request.id), \(drawn)")
    }
}

/// Draws the text of a right profile (linear congruential generator, Knuth, MMIX).
private struct ProfileDraw {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2 &+ 1 }

    private mutating func number(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
    }

    mutating func profile() -> String {
        var requests = ""
        var points = ""
        var holes: [String] = []
        let cap = 4 + number(30)
        for table in ["holding", "input", "coil"] {
            var address = number(4)
            for place in 0..<number(40) {
                switch number(12) {
                case 0:
                    let end = address + number(6)
                    holes.append("\(table) \(address)-\(end)")
                    address = end + 1
                case 1 where table != "coil":
                    let (request, point, count) = group("\(table)\(place)", table, address, cap)
                    requests += request
                    points += point
                    address += count
                default:
                    let (point, width) = loose("\(table)\(place)", table, address)
                    points += point
                    address += width
                }
                address += number(3) == 0 ? number(6) : 0
            }
        }
        let limits = "registers_per_read: \(cap), bits_per_read: \(1 + number(40)), gap: \(number(5))"
        return """
            {profile: p, revision: 1, manufacturer: m, model: m, protocol: modbus, source: test,
            limits: {\(limits)},\(holes.isEmpty ? "" : "holes: [\(holes.joined(separator: ", "))],")
            requests: [\(requests)],
            points: [\(points){id: last, address: 60000, type: uint16, unit: "1"}]}
            """
    }

    private mutating func loose(_ id: String, _ table: String, _ address: Int) -> (String, Int) {
        if table == "coil" { return ("{id: \(id), table: coil, address: \(address), unit: \"1\"},\n", 1) }
        let (type, width) = [("uint16", 1), ("float32", 2), ("int64", 4)][number(3)]
        let manner = ["", "", "", ", poll: 5 s", ", read: on_connect", ", read: on_demand"][number(6)]
        let special = [", clears_on_read: true", ", access: write"][number(2)]
        let rest = number(10) > 0 ? manner : table == "holding" || special.contains("clears") ? special : ""
        let place = "table: \(table), address: \(address), type: \(type)"
        return ("{id: \(id), \(place), unit: \"1\"\(rest)},\n", width)
    }

    /// A request with points side by side in it, and with a guard where it is wider than one reply.
    private mutating func group(
        _ id: String, _ table: String, _ address: Int, _ cap: Int
    ) -> (String, String, Int) {
        var points = "{id: \(id)-0, table: \(table), address: \(address), type: uint16, unit: \"1\"},\n"
        var count = 1
        for place in 1..<2 + number(20) {
            let (type, width) = [("uint16", 1), ("float32", 2), ("int64", 4)][number(3)]
            count += number(3)
            let at = "table: \(table), address: \(address + count), type: \(type)"
            points += "{id: \(id)-\(place), \(at), unit: bar},\n"
            count += width
        }
        let isWide = count > cap
        let rest = isWide ? ", guard: \(id)-0" : ""
        return (
            "{id: \(id), table: \(table), address: \(address), count: \(count)\(rest)},\n", points, count
        )
    }
}
