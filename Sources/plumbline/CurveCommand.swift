import Codecs
import Gateway
import Ledger
import Metrology

extension Command {
    /// `plumbline records curve ID`: what a tool drew, as a table or as it was received.
    static let recordsCurve = Command(
        name: "records curve", operands: "ID [--step S] [--result N] [--kind KIND] [--raw] [--out FILE]",
        summary: "the curves of a record, an orphan or a late curve: CSV, or as received with --raw",
        flags: ["--raw"], values: ["--step", "--result", "--kind", "--out"]
    ) { arguments, console in
        guard arguments.words.count == 3 else { throw UsageError(message: "name one record") }
        let chosen = try curves(of: arguments.words[2], arguments, console)
        let bytes = arguments.flags.contains("--raw") ? chosen.flatMap(\.raw) : try table(chosen)
        let path = arguments.values["--out"] ?? "-"
        try NewFile.write(bytes, to: path, console)
        if path != "-" { console.say("\(chosen.count) curves in \(path)") }
        return .success
    }

    /// The curves that are asked for, all of one result: the last one of the step unless said otherwise.
    private static func curves(
        of id: String, _ arguments: Arguments, _ console: Console
    ) throws -> [RecordCurves.Curve] {
        let found: RecordCurves?
        do {
            found = try RecordCurves(of: id, in: try arguments.ledgerReader())
        } catch let error as LedgerError {
            throw CommandFailure(error.kind == .corrupt ? .evidence : .inputOutput, "\(error)")
        }
        // What it says of other curves is read of the record too.
        try arguments.noteReading(
            "records curve", ["id": .string(id)], found: found?.curves.count ?? 0, console)
        guard let found else {
            throw CommandFailure(.mismatch, "there is no entry \(id); `plumbline records list` shows records")
        }
        let (step, kind) = (arguments.values["--step"], arguments.values["--kind"])
        if let kind, ResultCurve.Kind(rawValue: kind) == nil {
            let all = ResultCurve.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(message: "--kind is one of \(all), not \(kind)")
        }
        let steps = Array(Set(found.curves.map { $0.step ?? "" })).sorted()
        if step == nil, steps.count > 1 {
            throw UsageError(
                message: "several steps have curves, name one: --step \(steps.joined(separator: ", "))")
        }
        let ofStep = found.curves.filter { step == nil || $0.step == step }
        let result = arguments.values["--result"] ?? found.lastResults[step ?? steps.first ?? ""]
        let chosen = ofStep.filter {
            (result == nil || $0.sequence == result) && (kind == nil || $0.kind.rawValue == kind)
        }
        guard !chosen.isEmpty else {
            let kinds = found.curves.map {
                "\($0.kind.rawValue) of result \($0.sequence ?? "?")\($0.step.map { ", step \($0)" } ?? "")"
            }
            throw CommandFailure(
                .mismatch,
                "\(id) has no such curve; it has \(kinds.isEmpty ? "none" : kinds.joined(separator: "; "))")
        }
        return chosen
    }

    private static func table(_ curves: [RecordCurves.Curve]) throws(CommandFailure) -> [UInt8] {
        var traces: [CurveTrace] = []
        for curve in curves {
            do throws(OpenProtocolError) {
                if let trace = try CurveTrace(kind: curve.kind, format: curve.format, raw: curve.raw) {
                    traces.append(trace)
                }
            } catch {
                throw CommandFailure(
                    .mismatch,
                    "the \(curve.kind.rawValue) curve cannot be read (\(error)): take it with --raw")
            }
        }
        guard !traces.isEmpty else {
            throw CommandFailure(.mismatch, "these curves have no samples: take them as received with --raw")
        }
        return Array(CurveTable(traces).lines.flatMap { Array($0.utf8) + Array("\n".utf8) })
    }
}
