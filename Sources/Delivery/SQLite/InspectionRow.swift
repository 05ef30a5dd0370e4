internal import Codecs
internal import Ledger

/// One inspection record, taken apart for the tables of the quality store.
struct InspectionRow {
    let id: String
    let sha256: String
    private let record: JSONValue
    private let bytes: [UInt8]
    private let serial: String
    private let verdict: Verdict

    private enum Verdict: String {
        case pass = "PASS"
        case fail = "FAIL"
        case indeterminate = "INDETERMINATE"
    }

    /// Throws where the parcel is no inspection record that this store's tables can hold.
    init(_ parcel: Parcel) throws(DeliveryError) {
        let record = parcel.body
        guard record["schema"]?.text == "plumbline.inspection/1" else {
            throw Self.unfit("schema", "this store takes plumbline.inspection/1 only")
        }
        guard record["id"]?.text == parcel.id else { throw Self.unfit("id", "is not \(parcel.id)") }
        guard let serial = record["part"]?["serial"]?.text, !serial.isEmpty else {
            throw Self.unfit("part.serial", "is missing")
        }
        guard record["provenance"]?.text != nil else { throw Self.unfit("provenance", "is missing") }
        self.verdict = try Self.verdict(record["result"], at: "result")
        for (index, result) in (record["results"]?.elements ?? []).enumerated() {
            guard result["characteristic"]?.text != nil else {
                throw Self.unfit("results[\(index)].characteristic", "is missing")
            }
            _ = try Self.verdict(result["result"], at: "results[\(index)].result")
        }
        (id, sha256, self.record, bytes) = (parcel.id, parcel.sha256, record, parcel.bytes)
        self.serial = serial
    }

    /// Writes the record into its tables, in the caller's transaction.
    func insert(into database: SQLiteDatabase) throws(LedgerError) {
        let part = try partID(in: database)
        let plan = record["plan"]
        let reasons = CanonicalJSON.bytes(.array(record["reasons"]?.elements ?? []))
        try database.run(
            """
            INSERT INTO inspection(id, part_id, result, provenance, site, gateway, station, company, plan,
            plan_revision, plan_sha256, operation, attempt, inspector, started_at, ended_at, reasons, sha256,
            record)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
            """,
            [
                .text(id), .integer(part), .text(verdict.rawValue), text("provenance"), text("site"),
                text("gateway"), text("station"), text("company"), .optional(plan?["id"]?.text),
                Self.integer(plan?["revision"]), .optional(plan?["sha256"]?.text), text("operation"),
                Self.integer(record["attempt"]), text("inspector"), text("started_at"), text("ended_at"),
                .utf8(reasons), .text(sha256), .utf8(bytes),
            ])
        for (position, result) in (record["results"]?.elements ?? []).enumerated() {
            try insert(result, position: position, into: database)
        }
    }

    private func insert(
        _ result: JSONValue, position: Int, into database: SQLiteDatabase
    ) throws(LedgerError) {
        let gauge = try result["gauge"].flatMap { gauge throws(LedgerError) in
            try gaugeID(gauge, in: database)
        }
        func text(_ key: String) -> SQLiteValue { .optional(result[key]?.text) }
        try database.run(
            """
            INSERT INTO result(inspection_id, position, characteristic, kind, value, unit, nominal, lsl, usl,
            compare, result, quality, taken_at, sample, raw, gauge_id, calibration_status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """,
            [
                .text(id), .integer(Int64(position)), text("characteristic"), text("kind"), text("value"),
                text("unit"), text("nominal"), text("lsl"), text("usl"), text("compare"), text("result"),
                text("quality"), text("taken_at"), Self.integer(result["sample"]), text("raw"),
                gauge.map(SQLiteValue.integer) ?? .null,
                .optional(result["gauge"]?["calibration"]?["status"]?.text),
            ])
    }

    private func partID(in database: SQLiteDatabase) throws(LedgerError) -> Int64 {
        let part = record["part"]
        let number = part?["number"]?.text ?? ""
        // What a later record knows of the part's identity and an earlier one did not is added, not changed.
        try database.run(
            """
            INSERT INTO part(serial, number, uii, lot) VALUES (?1, ?2, ?3, ?4) ON CONFLICT(serial, number)
            DO UPDATE SET uii = coalesce(uii, excluded.uii), lot = coalesce(lot, excluded.lot)
            """,
            .text(serial), .text(number), .optional(part?["uii"]?.text), .optional(part?["lot"]?.text))
        return try database.first(
            "SELECT id FROM part WHERE serial = ?1 AND number = ?2", [.text(serial), .text(number)]
        ) { $0.integer(0) } ?? 0
    }

    private func gaugeID(_ gauge: JSONValue, in database: SQLiteDatabase) throws(LedgerError) -> Int64? {
        guard let asset = gauge["id"]?.text else { return nil }
        let calibration = gauge["calibration"]
        let values: [SQLiteValue] = [
            .text(asset), .text(gauge["serial"]?.text ?? ""), .text(gauge["profile"]?.text ?? ""),
            .integer(gauge["profile_revision"]?.integer ?? 0), .text(gauge["profile_sha256"]?.text ?? ""),
            .text(calibration?["certificate"]?.text ?? ""), .text(calibration?["due"]?.text ?? ""),
        ]
        try database.run(
            """
            INSERT INTO gauge(asset, serial, profile, profile_revision, profile_sha256, certificate,
            calibration_due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """, values)
        return try database.first(
            """
            SELECT id FROM gauge WHERE asset = ?1 AND serial = ?2 AND profile = ?3 AND profile_revision = ?4
            AND profile_sha256 = ?5 AND certificate = ?6 AND calibration_due = ?7
            """, values
        ) { $0.integer(0) }
    }

    private func text(_ key: String) -> SQLiteValue { .optional(record[key]?.text) }

    private static func integer(_ value: JSONValue?) -> SQLiteValue {
        value?.integer.map(SQLiteValue.integer) ?? .null
    }

    private static func verdict(_ value: JSONValue?, at place: String) throws(DeliveryError) -> Verdict {
        guard let verdict = value?.text.flatMap(Verdict.init) else {
            throw unfit(place, "is none of PASS, FAIL, INDETERMINATE")
        }
        return verdict
    }

    private static func unfit(_ place: String, _ what: String) -> DeliveryError {
        DeliveryError(what: what, place: place, remedy: "release it to another store, or correct the program")
    }
}
