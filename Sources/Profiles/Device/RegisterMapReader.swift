internal import Codecs
internal import Metrology

/// Reads the Modbus part of a profile.
struct RegisterMapReader {
    let top: YAMLMapping
    let defaults: Defaults

    var faults: FaultCollector { top.faults }

    /// What points and requests have that do not say otherwise.
    struct Defaults {
        var table = RegisterTable.holding
        var byteOrder = ModbusByteOrder.abcd
        var pollMilliseconds = 1_000
        var timeoutMilliseconds = 500
        var writes = DevicePoint.Function.block
        var report: ReportRule?
    }

    /// Coils or inputs of one read (V1.1b3, section 6.1), and registers of the widest guarded group.
    static let bitsPerRead = 2_000
    /// Points of one device, those of arrays included: beyond any device, and little enough to check at once.
    static let mostPoints = 5_000
    /// Points that a warning names.
    private static let mostNamed = 40
    /// Periods and timeouts: nothing answers faster, nothing is worth waiting for longer.
    static let polls = 10...86_400_000
    static let timeouts = 10...60_000

    init(_ top: YAMLMapping) {
        self.top = top
        var defaults = Defaults()
        if let map = top.mapping("defaults", "defaults") {
            defaults.table = map.optional("table", .choice) ?? defaults.table
            defaults.byteOrder = map.optional("byte_order", .choice) ?? defaults.byteOrder
            if defaults.byteOrder.byteCount != 4 {
                map.fault(
                    "byte_order", "eight letters order 64 bits only",
                    "write four letters here, and eight at the points that need them")
            }
            defaults.pollMilliseconds =
                map.optional("poll", .duration(Self.polls)) ?? defaults.pollMilliseconds
            defaults.timeoutMilliseconds =
                map.optional("timeout", .duration(Self.timeouts)) ?? defaults.timeoutMilliseconds
            defaults.writes = map.optional("writes", .choice) ?? defaults.writes
            if defaults.writes == .mask {
                map.fault("writes", "a mask writes bits, not all points", "write it at those points")
            }
            defaults.report = ReportRule.read(map)
            map.finish()
        }
        self.defaults = defaults
    }

    /// The whole map; nil after noting what is wrong.
    func map() -> RegisterMap? {
        let before = faults.count
        let limits = AccessLimits.read(top)
        let requests = top.mappings("requests", "a request", most: 1_000, request)
        let reader = PointReader(defaults: defaults, requests: requests)
        faults.forgetUnread()
        let entries = top.mappings("points", "a point", most: Self.mostPoints) { mapping in
            let entry = reader.entry(mapping)
            if entry == nil, let id = mapping.node("id")?.text { faults.noteUnread(id) }
            return entry
        }
        let points = entries.flatMap(\.points)
        checkCount(of: points, isComplete: faults.count == before)
        let planner = ReadPlanner(
            limits: limits, requests: requests, points: points, pointsAreRight: faults.count == before,
            faults: faults)
        let plan = planner.plan()
        RegisterMapChecks(
            entries: entries, points: points, requests: requests, registersPerWrite: limits.registersPerWrite,
            faults: faults
        ).run()
        tellUnconfirmed(entries)
        let cycle = top.mapping("cycle", "a cycle").flatMap { mapping in
            defer { mapping.finish() }
            return DeviceCycleReader(cycle: mapping, points: points, plan: plan).read()
        }
        let setup = top.mappings("setup", "a setting", most: 1_000) {
            SettingReader(setting: $0, points: points).read()
        }
        let vectors = top.mappings("vectors", "a vector", most: 1_000) {
            GoldenVectorReader(vector: $0, defaults: defaults, points: points).read()
        }
        let timing = DeviceTiming.read(top, plan: plan)
        let identity = IdentityRuleReader.read(top, points: points)
        guard faults.count == before else { return nil }
        if cycle == nil { tellUnwritten(entries.filter { !$0.isSet(by: setup) }) }
        return RegisterMap(
            timeoutMilliseconds: defaults.timeoutMilliseconds, timing: timing, limits: limits, points: points,
            readPlan: plan, cycle: cycle, setup: setup, vectors: vectors, identity: identity)
    }

    private func checkCount(of points: [DevicePoint], isComplete: Bool) {
        if points.count > Self.mostPoints {
            top.fault(
                "points", "with their arrays they are \(points.count) points",
                "at most \(Self.mostPoints) are allowed")
        }
        if points.isEmpty, isComplete {
            faults.fault(top.place, "the profile has no points", "add `points:`")
        }
    }

    /// One warning for all of them, so that it is read.
    private func tellUnconfirmed(_ entries: [PointReader.Entry]) {
        let ids = entries.filter { $0.points.contains(where: \.isUnconfirmed) }.map(\.id)
        guard !ids.isEmpty else { return }
        faults.warn(
            top.place,
            (ids.count == 1 ? "1 register is" : "\(ids.count) registers are")
                + " unconfirmed: \(Self.list(ids))",
            "compare them with the manual or the device, then remove `unconfirmed`")
    }

    /// A plan's set points go out with a cycle; without one nothing but `setup` writes.
    private func tellUnwritten(_ entries: [PointReader.Entry]) {
        let ids = entries.filter { $0.points.contains(where: \.access.writes) }.map(\.id)
        guard !ids.isEmpty else { return }
        faults.warn(
            top.place,
            (ids.count == 1 ? "1 point is" : "\(ids.count) points are")
                + " writable, and nothing writes: \(Self.list(ids))",
            "remove `access`; without `cycle:` only what stands in `setup:` is ever written")
    }

    private static func list(_ ids: [String]) -> String {
        let named = ids.prefix(mostNamed).joined(separator: ", ")
        return named + (ids.count > mostNamed ? " and \(ids.count - mostNamed) more" : "")
    }

    private func request(_ mapping: YAMLMapping) -> ExplicitRequest? {
        let id = mapping.required("id", .name)
        let place = AddressReader.read(mapping, defaultTable: defaults.table)
        let count = mapping.required("count", .integer(1...Self.bitsPerRead))
        let guardPoint = mapping.optional("guard", .name)
        let moment = MomentReader.read(mapping) ?? .every(milliseconds: defaults.pollMilliseconds)
        guard let id, let place, let count else { return nil }
        return ExplicitRequest(
            id: id, table: place.table, address: place.address, count: count, guardPoint: guardPoint,
            moment: moment, mapping: mapping)
    }
}

/// A request as the profile writes it.
struct ExplicitRequest {
    let id: String
    let table: RegisterTable
    let address: Int
    let count: Int
    /// Read first and again last, where the request is wider than one reply.
    let guardPoint: String?
    let moment: ReadMoment
    let mapping: YAMLMapping

    var addresses: Range<Int> { address..<address + count }

    func holds(_ point: DevicePoint) -> Bool {
        point.table == table && addresses.contains(point.address)
            && addresses.upperBound >= point.addresses.upperBound
    }
}

/// Reads `address` (zero-based, as on the wire) or `ref` (40001), and `table`.
enum AddressReader {
    static func read(
        _ mapping: YAMLMapping, defaultTable: RegisterTable
    ) -> (table: RegisterTable, address: Int)? {
        let written: RegisterTable? = mapping.optional("table", .choice)
        let address = mapping.optional("address", .integer(0...65_535))
        warnOfReference(mapping, written ?? defaultTable)
        if !mapping.has("ref") {
            if !mapping.has("address") {
                mapping.faults.fault(
                    mapping.place, "\(mapping.subject) has no address",
                    "add `address: 0x0000` or `ref: 40001`")
            }
            return address.map { (written ?? defaultTable, $0) }
        }
        guard let number = mapping.optional("ref", .integer(1...465_536)) else { return nil }
        guard let named = AddressText.register(reference: number) else {
            mapping.fault(
                "ref", "\(number) names no register", "write 1…, 10001…, 30001… or 40001…, five or six digits"
            )
            return nil
        }
        guard written == nil || written == named.table, address == nil || address == named.address else {
            mapping.fault(
                "ref", "\(number) is \(named.table.rawValue) \(named.address), the other keys say otherwise",
                "keep `ref` or `address` with `table`")
            return nil
        }
        return named
    }

    /// `address: 40001`, as manuals write holding register 0, is taken as it stands, but seldom meant so.
    private static func warnOfReference(_ mapping: YAMLMapping, _ table: RegisterTable) {
        guard table != .coil, let text = mapping.node("address")?.text, let number = Int(text),
            let named = AddressText.register(reference: number)
        else { return }
        let areRegisters = !named.table.holdsBits && !table.holdsBits
        guard named.table == table || areRegisters else { return }
        let doubt = named.table == table ? "" : ", and the table here is \(table.rawValue)"
        mapping.faults.warn(
            mapping.place(of: "address"),
            "address \(number) looks like the one-based reference of \(named.table.rawValue) "
                + "\(named.address)\(doubt)",
            "write `ref: \(number)`\(doubt.isEmpty ? "" : " without `table`") if the manual counts so, or "
                + "the address in hexadecimal if it does not")
    }
}

/// Reads `read: on_connect | on_demand | poll` and `poll: 200 ms`.
enum MomentReader {
    private enum Word: String, CaseIterable {
        case poll
        case onConnect = "on_connect"
        case onDemand = "on_demand"
    }

    /// Nil where neither key is written.
    static func read(_ mapping: YAMLMapping) -> ReadMoment? {
        let word: Word? = mapping.optional("read", .choice)
        let poll = mapping.optional("poll", .duration(RegisterMapReader.polls))
        if let poll, word == nil || word == .poll { return .every(milliseconds: poll) }
        if poll != nil {
            mapping.fault("poll", "it is not polled: `read` says otherwise", "remove `poll` or `read`")
        }
        switch word {
        case .onConnect: return .onConnect
        case .onDemand: return .onDemand
        case .poll, nil: return nil
        }
    }
}
