internal import Ledger

/// The schema of `qms.db`, the embedded quality store; made for people to query.
enum QMSSchema {
    /// Number of the schema, kept in `PRAGMA user_version`.
    static let version: Int64 = 1

    /// Brings a new database to the schema; throws `.newer` where a later program made it.
    static func apply(to database: SQLiteDatabase) throws(LedgerError) {
        let found = try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        if found == version { return }
        guard found == 0 else {
            throw LedgerError(
                .newer, what: "the store has schema \(found), this program knows \(version)",
                place: database.path, remedy: "install the version that wrote it, or a newer one")
        }
        try database.transaction { () throws(LedgerError) in
            try database.execute(sql)
            try database.execute("PRAGMA user_version = \(version)")
        }
    }

    private static let sql = #"""
        -- A part by serial and part number; '' where the mark gave no part number.
        CREATE TABLE part(
            id INTEGER PRIMARY KEY,
            serial TEXT NOT NULL,
            number TEXT NOT NULL DEFAULT '',
            uii TEXT,
            lot TEXT,
            UNIQUE (serial, number)
        ) STRICT;

        -- A gauge as it was at the time: another certificate or profile is another row. '' where unknown.
        CREATE TABLE gauge(
            id INTEGER PRIMARY KEY,
            asset TEXT NOT NULL,
            serial TEXT NOT NULL DEFAULT '',
            profile TEXT NOT NULL DEFAULT '',
            profile_revision INTEGER NOT NULL DEFAULT 0,
            profile_sha256 TEXT NOT NULL DEFAULT '',
            certificate TEXT NOT NULL DEFAULT '',
            calibration_due TEXT NOT NULL DEFAULT '',
            UNIQUE (asset, serial, profile, profile_revision, profile_sha256, certificate, calibration_due)
        ) STRICT;

        -- One inspection record; record is its canonical JSON, sha256 the hash of exactly these bytes.
        CREATE TABLE inspection(
            id TEXT NOT NULL PRIMARY KEY,
            part_id INTEGER NOT NULL REFERENCES part(id),
            result TEXT NOT NULL CHECK (result IN ('PASS', 'FAIL', 'INDETERMINATE')),
            provenance TEXT NOT NULL,
            site TEXT, gateway TEXT, station TEXT, company TEXT,
            plan TEXT, plan_revision INTEGER, plan_sha256 TEXT,
            operation TEXT, attempt INTEGER, inspector TEXT,
            started_at TEXT, ended_at TEXT,
            reasons TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX inspection_by_part ON inspection(part_id, ended_at);
        CREATE INDEX inspection_by_end ON inspection(ended_at);

        -- One judged value. Values and limits are the exact decimal text of the record.
        CREATE TABLE result(
            inspection_id TEXT NOT NULL REFERENCES inspection(id),
            position INTEGER NOT NULL,
            characteristic TEXT NOT NULL,
            kind TEXT, value TEXT, unit TEXT, nominal TEXT, lsl TEXT, usl TEXT, compare TEXT,
            result TEXT NOT NULL CHECK (result IN ('PASS', 'FAIL', 'INDETERMINATE')),
            quality TEXT, taken_at TEXT, sample INTEGER, raw TEXT,
            gauge_id INTEGER REFERENCES gauge(id),
            calibration_status TEXT,
            PRIMARY KEY (inspection_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX result_by_characteristic ON result(characteristic, taken_at);

        -- What this store confirmed, and when; number is the receipt.
        CREATE TABLE delivery(
            number INTEGER PRIMARY KEY,
            inspection_id TEXT NOT NULL UNIQUE REFERENCES inspection(id),
            sha256 TEXT NOT NULL,
            received_at TEXT NOT NULL
        ) STRICT;

        -- Everything in one place, a line for each value: SELECT * FROM measurement WHERE serial = '…'.
        CREATE VIEW measurement AS
            SELECT p.serial, p.number AS part_number, i.result AS part_result, r.characteristic, r.value,
                r.unit, r.lsl, r.usl, r.result, g.asset AS gauge, g.certificate, r.calibration_status,
                i.operation, i.attempt, i.station, i.inspector, r.taken_at, i.ended_at, i.provenance,
                i.id AS inspection_id, r.position
            FROM inspection i JOIN part p ON p.id = i.part_id
            JOIN result r ON r.inspection_id = i.id LEFT JOIN gauge g ON g.id = r.gauge_id;
        """#
}
