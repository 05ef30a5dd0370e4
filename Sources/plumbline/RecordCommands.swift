import Codecs
import Gateway
import Ledger
import Metrology

extension Command {
    private static let filters: Set<String> = ["--since", "--serial", "--station", "--result", "--limit"]
    private static let filterOperands =
        "[--since TIME] [--serial S] [--station ID] [--result PASS|FAIL|INDETERMINATE] [--limit N]"

    /// `plumbline records list`: with `--json` whole records, one a line.
    static let recordsList = Command(
        name: "records list", operands: filterOperands, summary: "inspection records, oldest first",
        values: filters
    ) { arguments, console in
        let query = try query(arguments)
        let records = try reading { try arguments.ledgerReader().records(query) }
        try arguments.noteReading("records list", asked(arguments), found: records.count, console)
        if console.usesJSON {
            for record in records { console.print(String(decoding: record.bytes, as: UTF8.self)) }
            return .success
        }
        var table = Table([
            "SERIAL", "PART NUMBER", "RESULT", "TRY", "STATION", "INSPECTOR", "ENDED", "REASONS", "ID",
        ])
        for record in records { table.add(row(record.body)) }
        for line in table.lines(bold: console.bold, style: console.verdict) { console.print(line) }
        return .success
    }

    private static func row(_ body: JSONValue) -> [String] {
        let reasons = (body["reasons"]?.elements ?? []).compactMap(\.text).joined(separator: ",")
        return [
            text(body["part"]?["serial"]), text(body["part"]?["number"]), text(body["result"]),
            text(body["attempt"]), text(body["station"]), text(body["inspector"]),
            String(text(body["ended_at"]).prefix(19)) + "Z", reasons.isEmpty ? "–" : reasons,
            text(body["id"]),
        ]
    }

    /// `plumbline records show ID`: one record with its measurements.
    static let recordsShow = Command(
        name: "records show", operands: "ID", summary: "one record with all its measurements"
    ) { arguments, console in
        guard arguments.words.count == 3 else { throw UsageError(message: "name one record") }
        let id = arguments.words[2]
        let found = try reading { try arguments.ledgerReader().entry(id: id) }
        try arguments.noteReading("records show", ["id": .string(id)], found: found == nil ? 0 : 1, console)
        guard let entry = found, entry.kind == .record else {
            throw CommandFailure(.mismatch, "there is no record \(id); `plumbline records list` shows them")
        }
        if console.usesJSON {
            console.print(String(decoding: entry.bytes, as: UTF8.self))
        } else {
            show(entry.body, console)
        }
        return .success
    }

    private static func show(_ body: JSONValue, _ console: Console) {
        console.print(
            console.bold("\(text(body["part"]?["serial"]))  ") + console.verdict(text(body["result"])))
        console.print("part number  \(text(body["part"]?["number"])), UII \(text(body["part"]?["uii"]))")
        console.print("plan         \(text(body["plan"]?["id"])) revision \(text(body["plan"]?["revision"]))")
        console.print("operation    \(text(body["operation"])), try \(text(body["attempt"]))")
        console.print("inspector    \(text(body["inspector"])) at \(text(body["station"]))")
        console.print("ended        \(text(body["ended_at"])), provenance \(text(body["provenance"]))\n")
        var table = Table(["CHARACTERISTIC", "VALUE", "UNIT", "LSL", "USL", "RESULT", "GAUGE", "CALIBRATION"])
        for result in body["results"]?.elements ?? [] {
            let calibration = result["gauge"]?["calibration"]
            let sample = result["sample"]?.integer ?? 1
            table.add([
                text(result["characteristic"]) + (sample > 1 ? " \(sample)" : ""),
                text(result["value"]), text(result["unit"]),
                text(result["lsl"]),
                text(result["usl"] ?? result["expected"]), text(result["result"]),
                text(result["gauge"]?["id"]),
                "\(text(calibration?["certificate"])) \(text(calibration?["status"]))",
            ])
        }
        for line in table.lines(bold: console.bold, style: console.verdict) { console.print(line) }
    }

    /// `plumbline records trace SERIAL`: everything that the ledger holds about one part.
    static let recordsTrace = Command(
        name: "records trace", operands: "SERIAL",
        summary: "one part's records, openings and deliveries, in the ledger's order"
    ) { arguments, console in
        guard arguments.words.count == 3 else { throw UsageError(message: "name one serial") }
        let serial = arguments.words[2]
        let history = try reading { try arguments.ledgerReader().partHistory(serial: serial) }
        try arguments.noteReading(
            "records trace", ["serial": .string(serial)], found: history.count, console)
        if console.usesJSON {
            for entry in history { console.print(String(decoding: entry.bytes, as: UTF8.self)) }
            return .success
        }
        var table = Table(["SEQ", "KIND", "WHAT", "AT", "ID"])
        for entry in history {
            let what = entry.body["event"] ?? entry.body["result"] ?? entry.body["outcome"]
            let at = entry.body["at"] ?? entry.body["ended_at"]
            table.add([String(entry.seq), entry.kind.rawValue, text(what), text(at), entry.id])
        }
        for line in table.lines(bold: console.bold, style: console.verdict) { console.print(line) }
        return .success
    }

    /// `plumbline records export --format jsonl|csv`: records for other tools.
    static let recordsExport = Command(
        name: "records export", operands: "--format jsonl|csv [--out DIR] " + filterOperands,
        summary: "records for other tools: whole as JSON lines, or one CSV row a measurement",
        values: filters.union(["--format", "--out"])
    ) { arguments, console in
        let format = try exportFormat(arguments)
        let query = try query(arguments)
        let records = try reading { try arguments.ledgerReader().records(query) }
        try arguments.noteReading("records export", asked(arguments), found: records.count, console)
        let lines =
            switch format {
            case .jsonl: records.map { String(decoding: $0.bytes, as: UTF8.self) }
            case .csv: [RecordCSV.header] + records.flatMap { RecordCSV.rows($0.body) }
            }
        guard let folder = arguments.values["--out"] else {
            for line in lines { console.print(line) }
            return .success
        }
        let file = "\(folder)/records.\(format.rawValue)"
        try reading {
            try DataDirectory(folder).replace(file, with: Array((lines.joined(separator: "\n") + "\n").utf8))
        }
        console.say("\(records.count) records in \(file)")
        return .success
    }

    private enum ExportFormat: String { case jsonl, csv }

    private static func exportFormat(_ arguments: Arguments) throws -> ExportFormat {
        let name = arguments.values["--format"] ?? ""
        if let format = ExportFormat(rawValue: name) { return format }
        if ["qif", "dfq", "as9102"].contains(name) {
            throw UsageError(message: "records are not exported as \(name) yet: use jsonl or csv")
        }
        throw UsageError(message: "--format is jsonl or csv, not \(name.isEmpty ? "missing" : name)")
    }

    /// The filters as they were given.
    private static func asked(_ arguments: Arguments) -> [String: JSONValue] {
        let given = arguments.values.filter { filters.contains($0.key) }
        return Dictionary(
            uniqueKeysWithValues: given.map { (String($0.key.dropFirst(2)), .string($0.value)) })
    }

    private static func query(_ arguments: Arguments) throws -> RecordQuery {
        var query = RecordQuery(
            since: arguments.values["--since"], serial: arguments.values["--serial"],
            station: arguments.values["--station"], result: arguments.values["--result"], limit: nil)
        if let result = query.result, !["PASS", "FAIL", "INDETERMINATE"].contains(result) {
            throw UsageError(message: "--result is PASS, FAIL or INDETERMINATE, not \(result)")
        }
        if let since = query.since, CalendarDate(since.prefix(10)) == nil || since.count > 30 {
            throw UsageError(
                message: "--since is a day or time such as 2026-11-21 or 2026-11-21T09:20:00Z, not \(since)")
        }
        if let limit = arguments.values["--limit"] {
            guard let count = Int(limit), count > 0 else {
                throw UsageError(message: "--limit is a whole number above 0, not \(limit)")
            }
            query.limit = count
        }
        return query
    }

    static func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as LedgerError {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }
}
