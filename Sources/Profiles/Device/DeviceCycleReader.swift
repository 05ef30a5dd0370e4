internal import Codecs
internal import Metrology

/// Reads the `cycle:` of a profile; `DeviceCycle` shows its form.
struct DeviceCycleReader {
    let cycle: YAMLMapping
    let points: [DevicePoint]
    let plan: ReadPlan

    /// Periods of a heartbeat: nothing slower tells anything in time.
    static let heartbeats = 10...60_000
    /// Results that a device holds: as many as one register counts.
    private static let capacities = 1...65_535

    /// The cycle; nil after noting what is wrong.
    func read() -> DeviceCycle? {
        let faults = cycle.faults
        let before = faults.count
        guard let complete = cycle.mapping("complete", "complete") else {
            faults.fault(cycle.place, "the cycle never completes", "add `complete: {sequence: …}`")
            cycle.knows("bind", "start", "abort", "good", "verdict", "heartbeat")
            return nil
        }
        let found = complete.has("waiting") ? queue(complete) : sequence(complete)
        let request = found?.request
        let guardPoint = number("guard", of: complete, isRequired: false)
        if let guardPoint { checkTogether(guardPoint, request, complete, "guard") }
        let acknowledge = acknowledgement(complete, isQueue: complete.has("waiting"))
        complete.finish()
        let verdict = cycle.mapping("verdict", "a verdict").flatMap { self.verdict($0, request) }
        let heartbeat = cycle.mapping("heartbeat", "a heartbeat").flatMap(self.heartbeat)
        let binding = cycle.mapping("bind", "bind").flatMap { self.binding($0, request) }
        let start = command("start", of: cycle)
        let abort = command("abort", of: cycle)
        let good = cycle.mapping("good", "good").flatMap { condition($0, request) }
        guard let found, faults.count == before else { return nil }
        return DeviceCycle(
            request: found.request.id, recognition: found.recognition, guardPoint: guardPoint?.id,
            acknowledge: acknowledge, verdict: verdict, heartbeat: heartbeat, binding: binding, start: start,
            abort: abort, good: good)
    }

    /// How a result is recognised, and the request whose reply is one.
    private typealias Found = (recognition: DeviceCycle.Recognition, request: ReadRequest)

    private func sequence(_ complete: YAMLMapping) -> Found? {
        let sequence = number("sequence", of: complete, isRequired: true)
        complete.knows("entry", "capacity")
        for key in ["entry", "capacity"] where complete.has(key) {
            complete.fault(
                key, "only results that wait in a queue have \(Wording.quoted(key))",
                "write `waiting` instead of `sequence`, or remove it")
        }
        guard let sequence, let request = plan.request(holding: sequence.id) else { return nil }
        return (.sequence(sequence.id), request)
    }

    private func queue(_ complete: YAMLMapping) -> Found? {
        let waiting = number("waiting", of: complete, isRequired: true)
        let entry = complete.required("entry", .name)
        let capacity = complete.optional("capacity", .integer(Self.capacities))
        for key in ["sequence", "guard"] where complete.has(key) {
            complete.fault(
                key, "results that wait in a queue are not counted", "keep `waiting` or `sequence`")
        }
        if !complete.has("acknowledge") {
            complete.fault(
                "waiting", "nothing removes a result from the queue",
                "add `acknowledge: {point: …, value: …}`")
        }
        let request = entry.flatMap { plan.request($0) }
        if let entry, request == nil {
            complete.fault(
                "entry", "request \(Wording.quoted(entry)) does not exist",
                NearestName.remedy(for: entry, among: plan.requests.map(\.id)))
        }
        guard let waiting, let request, let counted = plan.request(holding: waiting.id) else { return nil }
        let queue = DeviceCycle.Queue(waiting: waiting.id, request: counted.id, capacity: capacity)
        return (.queue(queue), request)
    }

    func point(_ key: String, of mapping: YAMLMapping, isRequired: Bool = true) -> DevicePoint? {
        let id = isRequired ? mapping.required(key, .name) : mapping.optional(key, .name)
        guard let id else { return nil }
        guard let point = points.first(where: { $0.id == id }) else {
            mapping.faults.missing(
                id, among: points.map(\.id), mapping.place(of: key),
                "point \(Wording.quoted(id)) does not exist")
            return nil
        }
        return point
    }

    /// A whole number that is read, such as a sequence.
    func number(_ key: String, of mapping: YAMLMapping, isRequired: Bool) -> DevicePoint? {
        guard let point = point(key, of: mapping, isRequired: isRequired) else { return nil }
        guard point.type.isInteger, let quantity = point.quantity, quantity.scale == 1, !point.isDependent,
            point.access.reads, !point.clearsOnRead
        else {
            mapping.fault(
                key, "point \(Wording.quoted(point.id)) is no plain whole number that is read",
                "name an integer point without scale, words and `clears_on_read`")
            return nil
        }
        return point
    }

    func checkTogether(
        _ point: DevicePoint, _ request: ReadRequest?, _ mapping: YAMLMapping, _ key: String
    ) {
        guard let request, !request.points.contains(where: { $0.id == point.id }) else { return }
        mapping.fault(
            key, "point \(Wording.quoted(point.id)) is not in request \(Wording.quoted(request.id))",
            "put it into the request that holds the sequence: one reply, one result")
    }
}
