internal import Codecs
internal import Inspection
internal import Metrology

/// The curves of the last result of a station, for its page. They are drawn by whoever looks, not before.
package struct StationCurve: Sendable {
    package let station: String
    package let serial: String
    /// What the plan calls the step.
    let title: String
    let device: String
    let sequence: String
    let curves: [ResultCurve]
    /// What the plan judges the final torque by, and in which unit; nil where it judges none.
    let judged: (unit: UnitOfMeasure, tolerance: Tolerance)?

    /// Points of a drawing: more than a screen shows side by side in the room that it has.
    private static let mostPoints = 600
    /// The point of a torque tool that a curve's limits are those of.
    private static let judgedPoint = "torque"

    /// What tells these curves from those before them.
    var id: String { "\(device) \(sequence) \(serial)" }

    /// What a page needs to know that there are new ones.
    var brief: JSONValue { ["id": .string(id), "serial": .string(serial), "title": .string(title)] }

    /// Whole, with traces of `mostPoints` points: `[seconds or sample, value]` as decimal texts.
    var json: JSONValue {
        let traces = curves.compactMap { curve in
            // One that cannot be read is evidence all the same; there is nothing of it to draw.
            try? CurveTrace(kind: curve.kind, format: curve.format, raw: curve.raw)
        }
        // Limits in another unit than the curve's would stand at a wrong place.
        let tolerance = judged.flatMap { judged in
            let isComparable = traces.contains {
                $0.kind == .torque && $0.unit.flatMap { UnitOfMeasure($0) } == judged.unit
            }
            return isComparable ? judged.tolerance : nil
        }
        return [
            "id": .string(id), "serial": .string(serial), "title": .string(title), "device": .string(device),
            "lsl": .optional(tolerance?.lsl?.description), "usl": .optional(tolerance?.usl?.description),
            "traces": .array(traces.map { $0.json(mostPoints: Self.mostPoints) }),
        ]
    }
}

extension StationCurve {
    /// The curves of `group`, which `machine` has just credited to a step; nil where it has none.
    init?(_ group: SampleGroup, of machine: CycleMachine) {
        let plan = machine.station.plan
        var id = machine.cycle?.completed.last?.id
        if case .storing(_, let progress, _) = machine.phase { id = plan.steps[progress.index].id }
        guard !group.curves.isEmpty, let cycle = machine.cycle,
            let step = plan.steps.first(where: { $0.id == id })
        else { return nil }
        (station, serial, title) = (machine.station.id, cycle.part.serial, step.title)
        (device, sequence, curves) = (group.device, group.sequence, group.curves)
        let characteristic = plan.characteristics(of: step).first {
            $0.source.point == Self.judgedPoint && $0.source.role == step.completes
        }
        if case .quantity(let unit, let tolerance, _) = characteristic?.requirement {
            judged = (unit, tolerance)
        } else {
            judged = nil
        }
    }
}

extension CurveTrace {
    /// At most so many of its points, the highest and the lowest of each stretch among them.
    func json(mostPoints: Int) -> JSONValue {
        let stretch = max(1, (2 * values.count + mostPoints - 1) / max(1, mostPoints))
        var places: [Int] = []
        for first in stride(from: 0, to: values.count, by: stretch) {
            let range = first..<min(first + stretch, values.count)
            let ends = [range.min { values[$0] < values[$1] }, range.max { values[$0] < values[$1] }]
            for place in ends.compactMap(\.self).sorted() where places.last != place { places.append(place) }
        }
        let points = places.map { place -> JSONValue in
            let time = seconds.isEmpty ? String(place) : seconds[place].description
            return [.string(time), .string(values[place].description)]
        }
        return [
            "kind": .string(kind.rawValue), "unit": .optional(unit),
            "symbol": .optional(unit.flatMap { UnitOfMeasure($0)?.symbol }),
            "timed": .bool(!seconds.isEmpty), "samples": .number(Int64(values.count)),
            "points": .array(points),
        ]
    }
}
