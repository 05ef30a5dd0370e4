internal import Metrology

/// The curves of one result side by side, a row for each sample.
package struct CurveTable: Sendable {
    private let traces: [CurveTrace]

    /// Angle before torque, as people plot them, then the others in their order.
    package init(_ traces: [CurveTrace]) {
        let order: [ResultCurve.Kind] = [.angle, .torque]
        self.traces = traces.enumerated().sorted { first, second in
            let places = [first, second].map { order.firstIndex(of: $0.element.kind) ?? order.count }
            return (places[0], first.offset) < (places[1], second.offset)
        }.map(\.element)
    }

    /// Comma-separated values (RFC 4180) without line ends: `sample,time_s,angle_deg,torque_N.m`. A column
    /// of samples without a unit is called `torque_raw`; a cell that a curve has no sample for is empty.
    package var lines: [String] {
        let names = traces.map { "\($0.kind.rawValue)_\($0.unit ?? "raw")" }
        let seconds = traces.map(\.seconds).max { $0.count < $1.count } ?? []
        let count = traces.map(\.values.count).max() ?? 0
        let header = (["sample", "time_s"] + names).joined(separator: ",")
        return [header]
            + (0..<count).map { row in
                let time = row < seconds.count ? seconds[row].description : ""
                let cells = traces.map { row < $0.values.count ? $0.values[row].description : "" }
                return ([String(row), time] + cells).joined(separator: ",")
            }
    }
}
