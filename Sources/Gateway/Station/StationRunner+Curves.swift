import Codecs
import Drivers
import Inspection
import Ledger
import Metrology

/// Curves that are in no result: entered for themselves, so that none is lost and no technician waits.
extension StationRunner {
    /// Newest records among which the result of a late curve is looked for: the work of more than the minutes
    /// that a controller takes to be reached again.
    private static let recordsLookedThrough = 50

    /// Lets the page draw the curves of `group`, which are durable.
    func show(curvesOf group: SampleGroup) {
        guard let curve = StationCurve(group, of: machine) else { return }
        lastCurve = curve
        services.showCurve(curve)
    }

    /// Enters `late` with its bytes, then tells its device that it is durable.
    func keep(_ late: LateCurve) async throws {
        // A device with two roles tells each of them.
        if keptCurves[late.device, default: 0] < late.number {
            keptCurves[late.device] = late.number
            let sha256 = SHA256Digest.hex(of: late.curve.raw)
            let owner = try owner(of: late)
            let body = AuditEvent.curveKept.body(
                at: moment, station: station.id,
                [
                    "device": .string(late.device), "sequence": .optional(late.sequence),
                    "because": .string(late.reason), "received_at": .string(late.stamp.utc.description),
                    "curves": [late.curve.json(sha256)], "evidence": [.string(sha256)],
                    "provenance": .string(min(late.provenance, station.provenance).rawValue),
                    "cycle": .optional(owner?.cycle), "step": .optional(owner?.step),
                    "serial": .optional(owner?.serial),
                ])
            try await append([
                EntryDraft(kind: .audit, id: newID(), body: body, evidence: [late.curve.raw])
            ])
            services.log.say(.notice, "\(late.device): a curve is kept for itself: \(late.reason)")
        }
        devices.values.first { $0.id == late.device }?.submit(.acknowledgeCurve(late))
    }

    /// The cycle, step and serial that the result with the curve's number was credited to; nil where it was
    /// credited to none that is known.
    private func owner(of late: LateCurve) throws -> (cycle: String, step: String?, serial: String)? {
        guard let sequence = late.sequence else { return nil }
        let isIt = { (step: JSONValue) in
            step["device"]?.text == late.device && step["sequence"]?.text == sequence
        }
        if let cycle = machine.cycle, let step = cycle.completed.map(\.summary).last(where: isIt) {
            return (cycle.id, step["step"]?.text, cycle.part.serial)
        }
        if case .gauging(let cycle, let progress, let completion) = machine.phase,
            completion.group.device == late.device, completion.group.sequence == sequence
        {
            return (cycle.id, station.plan.steps[progress.index].id, cycle.part.serial)
        }
        let query = RecordQuery(station: station.id, limit: Self.recordsLookedThrough)
        for record in try services.reader.records(query).reversed() {
            guard let step = record.body["steps"]?.elements.last(where: isIt),
                let serial = record.body["part"]?["serial"]?.text
            else { continue }
            return (record.id, step["step"]?.text, serial)
        }
        return nil
    }
}
