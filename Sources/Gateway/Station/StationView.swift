import Codecs
import Inspection
import Metrology

/// What the station page shows: one value, made anew from the machine and the devices at every change.
struct StationView: Sendable {
    /// A device bound to the station, as it is now.
    struct Device: Sendable {
        let id: String
        let state: String
        let detail: String
        /// Whether it is there and answers some request with an exception.
        var isRefusing = false
        /// Alarms that it shows.
        var alarms: JSONValue = []
    }

    /// A continuous value of a bound device.
    struct Live: Sendable {
        let sample: Sample
        /// Age after which it is greyed: two missed polls.
        let staleAfterNanoseconds: Int64
    }

    /// A part that was inspected here before.
    struct Past: Sendable {
        let serial: String
        let verdict: String
        let at: String
        let id: String

        init(record: JSONValue) {
            serial = record["part"]?["serial"]?.text ?? ""
            verdict = record["result"]?.text ?? ""
            at = record["ended_at"]?.text ?? ""
            id = record["id"]?.text ?? ""
        }
    }

    let machine: CycleMachine
    let devices: [Device]
    let live: [Live]
    let past: [Past]
    let queue: Int
    let quarantined: Int
    /// The curves of the last result, for who wants to fetch them; null where there are none.
    var curve: JSONValue = .null
    /// What people must know of the gateway itself, whatever the station does.
    var notices: [String] = []
    let showsVerdict: Bool
    /// When all this was so.
    let at: Stamp

    var station: String { machine.station.id }

    /// The `station` event of the page.
    var json: JSONValue {
        [
            "station": .string(station), "state": .string(state),
            "provenance": .string(machine.station.provenance.rawValue),
            "operator": .optional(machine.inspector),
            "part": part, "step": step, "instruction": .string(instruction), "verdict": .optional(verdict),
            "reasons": .array(reasons.map(JSONValue.string)),
            "live": .array(live.prefix(4).map(json)), "results": .array(results),
            "last": .array(
                past.prefix(5).map {
                    [
                        "serial": .string($0.serial), "result": .string($0.verdict), "at": .string($0.at),
                        "id": .string($0.id),
                    ]
                }),
            "queue": .number(Int64(queue)), "quarantined": .number(Int64(quarantined)), "curve": curve,
            "devices": .array(
                devices.map {
                    [
                        "id": .string($0.id), "state": .string($0.state), "detail": .string($0.detail),
                        "alarms": $0.alarms,
                    ]
                }),
            "refusal": machine.refusal.map {
                [
                    "text": .string($0.text), "code": .string($0.code.rawValue),
                    "at": .string($0.at.description), "calm": .bool($0.isCalm),
                ]
            } ?? .null,
            "notices": .array(notices.map(JSONValue.string)),
            "at": .string(at.utc.description),
        ]
    }

    var state: String {
        switch machine.phase {
        case .ready where machine.suspension != nil: "blocked"
        case .ready: machine.needsBadge ? "signin" : showsVerdict ? "verdict" : "ready"
        case .opening, .gauging, .storing: "running"
        case .waiting: hindrance != nil ? "blocked" : isHandWork ? "acting" : "running"
        case .approving: "blocked"
        case .committing: "committing"
        }
    }

    /// Whether START has to be scanned before anything begins.
    private var awaitsStart: Bool {
        guard case .waiting(_, let progress) = machine.phase else { return false }
        return progress.awaitsStart
    }

    /// Whether it is the technician's turn: START has to be scanned, or the waiting step is one that is done
    /// by hand, and its device has its settings: what is done before that does not count.
    private var isHandWork: Bool {
        guard case .waiting(_, let progress) = machine.phase, progress.isStarted else { return awaitsStart }
        return machine.isHandWork(progress)
    }

    /// Why the waiting step does not run, or not on; nil where it does.
    private var hindrance: String? {
        guard case .waiting(let cycle, let progress) = machine.phase else { return nil }
        if let suspension = machine.suspension, !progress.isStarted { return suspension }
        if progress.heldSinceNanoseconds != nil {
            return cycle.heldBy.map { StationWords.held(cycle.part.serial, other: $0.serial) }
                ?? StationWords.unseen(cycle.part.serial)
        }
        let plan = machine.station.plan
        let ids = plan.roles(of: plan.steps[progress.index]).compactMap { machine.station.gauges[$0]?.id }
        let needed = devices.filter { ids.contains($0.id) }
        let outlook: StationWords.Outlook =
            progress.awaitsStart ? .awaitsStart : progress.isStarted ? .goesOn : .starts
        if let device = needed.first(where: { $0.state != "online" && !$0.isRefusing }) {
            return StationWords.outOfReach(device.id, device.detail, outlook)
        }
        if let device = needed.first(where: \.isRefusing) {
            return StationWords.refuses(device.id, device.detail, outlook)
        }
        return progress.isStarted ? nil : progress.hindrance.map(StationWords.notStarted)
    }

    private var progress: CycleMachine.StepProgress? {
        switch machine.phase {
        case .waiting(_, let progress), .gauging(_, let progress, _), .storing(_, let progress, _),
            .approving(_, let progress):
            progress
        case .ready, .opening, .committing: nil
        }
    }

    private var stepIndex: Int? { progress?.index }

    private var step: JSONValue {
        guard let progress else { return .null }
        let step = machine.station.plan.steps[progress.index]
        return [
            "index": .number(Int64(progress.index + 1)),
            "count": .number(Int64(machine.station.plan.steps.count)),
            "id": .string(step.id), "title": .string(step.title),
            "sample": .number(Int64(progress.sample)), "samples": .number(Int64(step.count)),
            "try": .number(Int64(progress.attempt)),
        ]
    }

    /// What the running step says: which screw it is, and what was wrong with the try before.
    private var stepSentence: String {
        guard let progress else { return "" }
        let step = machine.station.plan.steps[progress.index]
        let asked = StationWords.step(step.title, sample: progress.sample, of: step.count)
        guard progress.attempt > 1, let wrong = shortfalls(machine.cycle?.lastTry ?? []).first else {
            return asked
        }
        let tries = step.onFailure.retries + 1
        return StationWords.onceMore(
            wrong, asked, attempt: progress.attempt,
            of: step.onFailure.retries == FailureRule.mostRetries ? nil : tries)
    }

    /// What is wrong with those of `results` that are no PASS, each sentence once.
    private func shortfalls(_ results: [JSONValue]) -> [String] {
        var sentences: [String] = []
        for result in results where result["result"]?.text != Verdict.pass.rawValue {
            let sentence = StationWords.shortfall(
                result, title: title(ofCharacteristic: result["characteristic"]?.text ?? ""))
            if !sentences.contains(sentence) { sentences.append(sentence) }
        }
        return sentences
    }

    private var part: JSONValue {
        let body = machine.cycle?.part.json ?? (showsVerdict ? machine.lastRecord?.body["part"] : nil)
        guard let body else { return .null }
        return ["serial": body["serial"] ?? .null, "number": body["number"] ?? .null]
    }

    private var verdict: String? { showsVerdict ? machine.lastRecord?.verdict.rawValue : nil }

    /// One sentence for each characteristic that did not pass, what failed first.
    private var reasons: [String] {
        if case .approving(let cycle, _) = machine.phase { return shortfalls(cycle.lastTry) }
        guard showsVerdict, let record = machine.lastRecord, record.verdict != .pass else { return [] }
        let results = record.body["results"]?.elements ?? []
        let worst = results.filter { $0["result"]?.text == record.verdict.rawValue }
        let findings = (record.body["gates"]?.elements ?? []).flatMap { $0["findings"]?.elements ?? [] }
            .compactMap { $0["text"]?.text }
        var sentences = findings + shortfalls(worst).filter { !findings.contains($0) }
        let loosened = MeasurementResult.Reason.loosened.rawValue
        if record.reasons.contains(loosened) { sentences.append(StationWords.reason(loosened)) }
        return sentences
    }

    private var instruction: String {
        switch machine.phase {
        case .ready:
            if let suspension = machine.suspension { return suspension }
            if machine.needsBadge { return StationWords.scanBadge }
            return verdict.map(StationWords.next(after:)) ?? StationWords.scanPart
        case .committing: return StationWords.storing
        case .opening: return StationWords.storing
        case .waiting, .gauging, .storing:
            if let hindrance { return hindrance }
            return awaitsStart ? StationWords.scanStart : stepSentence
        case .approving: return StationWords.approval
        }
    }

    private func json(_ live: Live) -> JSONValue {
        let age = at.monotonicNanoseconds - live.sample.stamp.monotonicNanoseconds
        let limits = limits(of: live.sample)
        let isStale = live.sample.quality != .good || age > live.staleAfterNanoseconds
        return [
            "id": .string(live.sample.point), "device": .string(live.sample.device),
            "title": .string(title(of: live.sample)),
            "value": .optional(live.sample.value?.description),
            "symbol": .optional(live.sample.unit?.symbol), "age_ms": .number(max(0, age / 1_000_000)),
            "stale": .bool(isStale), "lsl": .optional(limits?.lsl?.description),
            "usl": .optional(limits?.usl?.description), "nominal": .optional(limits?.nominal?.description),
        ]
    }

    /// The limits that the running step sets for this very point, in the same unit; nil where it sets none.
    private func limits(of sample: Sample) -> Tolerance? {
        guard let index = stepIndex else { return nil }
        let plan = machine.station.plan
        for characteristic in plan.characteristics(of: plan.steps[index])
        where characteristic.source.point == sample.point
            && machine.station.gauges[characteristic.source.role]?.id == sample.device
        {
            guard case .quantity(let unit, let tolerance, _) = characteristic.requirement, unit == sample.unit
            else { return nil }
            return tolerance
        }
        return nil
    }

    /// Results of the running cycle, else of the last one, as the page lists them.
    private var results: [JSONValue] {
        let bodies =
            machine.cycle?.results
            ?? (showsVerdict ? machine.lastRecord?.body["results"]?.elements : nil) ?? []
        return bodies.map { body in
            var shown: [String: JSONValue] = [:]
            for key in ["characteristic", "sample", "value", "lsl", "usl", "nominal", "result", "expected"] {
                shown[key] = body[key] ?? .null
            }
            let title = title(ofCharacteristic: body["characteristic"]?.text ?? "")
            let number = body["sample"]?.integer ?? 1
            shown["title"] = .string(hasSeveral(body) ? "\(title) \(number)" : title)
            shown["symbol"] = .optional(body["unit"]?.text.flatMap { UnitOfMeasure($0) }?.symbol)
            return .object(shown)
        }
    }

    /// Whether the characteristic of this result is judged more than once.
    private func hasSeveral(_ result: JSONValue) -> Bool {
        let plan = machine.station.plan
        guard let id = result["characteristic"]?.text, let asked = plan.characteristic(id) else {
            return false
        }
        return plan.steps.contains { $0.id == asked.step && $0.count > 1 }
    }

    private func title(ofCharacteristic id: String) -> String {
        machine.station.plan.characteristic(id)?.title ?? id
    }

    /// What the plan calls a value that it uses; else the point's own name.
    private func title(of sample: Sample) -> String {
        machine.station.plan.characteristics.first {
            $0.source.point == sample.point
                && machine.station.gauges[$0.source.role]?.id == sample.device
        }?.title ?? Self.title(sample.point)
    }

    /// `rail_pressure` as people read it: `Rail pressure`.
    static func title(_ id: String) -> String {
        let words = id.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
