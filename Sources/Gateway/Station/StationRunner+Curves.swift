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
        if let cycle = machine.cycle, let step = step(of: late, sequence, in: cycle) {
            return (cycle.id, step, cycle.part.serial)
        }
        let query = RecordQuery(station: station.id, limit: Self.recordsLookedThrough)
        for record in try services.reader.records(query).reversed() {
            let steps = record.body["steps"]?.elements ?? []
            guard let serial = record.body["part"]?["serial"]?.text,
                let step = steps.last(where: { late.isOf($0, sequence) })
            else { continue }
            return (record.id, step["step"]?.text, serial)
        }
        return nil
    }

    /// Id of the step of the open cycle that this result belongs to; nil where it belongs to none.
    private func step(of late: LateCurve, _ sequence: String, in cycle: OpenCycle) -> String? {
        if case .gauging(_, let progress, let completion) = machine.phase,
            completion.group.device == late.device, completion.group.sequence == sequence
        {
            return station.plan.steps[progress.index].id
        }
        return cycle.running.last { late.isOf($0.summary, sequence) }?.step
            ?? cycle.completed.last { late.isOf($0.summary, sequence) }?.id
    }
}

extension LateCurve {
    /// Whether its result, with this number, is one that a step's `summary` tells of, be it the last or not.
    fileprivate func isOf(_ summary: JSONValue, _ sequence: String) -> Bool {
        CompletedStep.told(in: summary).contains {
            $0["device"]?.text == device && $0["sequence"]?.text == sequence
        }
    }
}
