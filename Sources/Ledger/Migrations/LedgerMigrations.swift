/// The schema of `ledger.db`, step by step.
enum LedgerMigrations {
    static let all = [
        Migration(number: 1, name: "entries, tree, evidence, outbox, projections", sql: first),
        Migration(number: 2, name: "inspections by unique item identifier", sql: second),
        Migration(number: 3, name: "dispositions of a part", sql: third),
        Migration(number: 4, name: "starts of the gateway", sql: fourth),
        Migration(number: 5, name: "fewer indexes of inspections", sql: fifth),
    ]

    /// Triggers come before each INSERT too, because REPLACE deletes rows without a DELETE trigger.
    private static let first = #"""
        CREATE TABLE migration(
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL
        ) STRICT;

        -- What happened, in order, for ever. The leaf's index in the Merkle tree is seq - 1.
        CREATE TABLE entry(
            seq INTEGER PRIMARY KEY CHECK (seq >= 1),
            kind TEXT NOT NULL CHECK (kind IN ('record', 'disposition', 'audit', 'receipt')),
            id TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL,
            leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
        ) STRICT;
        CREATE INDEX entry_by_kind ON entry(kind, seq);
        CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
            WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
            OR EXISTS (SELECT 1 FROM entry WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'entries are appended one after another, each id once'); END;
        CREATE TRIGGER entry_kept BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
        CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'entries never change'); END;

        -- RFC 6962 tree: hash of each complete subtree of 2^level leaves; level 0 is entry.leaf_hash.
        CREATE TABLE node(
            level INTEGER NOT NULL CHECK (level >= 1),
            position INTEGER NOT NULL CHECK (position >= 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER node_once BEFORE INSERT ON node
            WHEN EXISTS (SELECT 1 FROM node WHERE level = NEW.level AND position = NEW.position)
            BEGIN SELECT RAISE(ABORT, 'nodes never change'); END;
        CREATE TRIGGER node_kept BEFORE DELETE ON node
            BEGIN SELECT RAISE(ABORT, 'nodes are never deleted'); END;
        CREATE TRIGGER node_fixed BEFORE UPDATE ON node
            BEGIN SELECT RAISE(ABORT, 'nodes never change'); END;

        -- Signed heads of the tree: note is a C2SP signed note over the root of the first size entries.
        CREATE TABLE checkpoint(
            size INTEGER PRIMARY KEY CHECK (size >= 0),
            root BLOB NOT NULL CHECK (length(root) = 32),
            note TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER checkpoint_once BEFORE INSERT ON checkpoint
            WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size)
            BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;
        CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint
            BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
        CREATE TRIGGER checkpoint_fixed BEFORE UPDATE ON checkpoint
            BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;

        -- Raw bytes that entries name by SHA-256: size counts the bytes, body is their zlib stream.
        CREATE TABLE evidence(
            sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
            size INTEGER NOT NULL CHECK (size >= 0),
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER evidence_once BEFORE INSERT ON evidence
            WHEN EXISTS (SELECT 1 FROM evidence WHERE sha256 = NEW.sha256)
            BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;
        CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence
            BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;
        CREATE TRIGGER evidence_fixed BEFORE UPDATE ON evidence
            BEGIN SELECT RAISE(ABORT, 'evidence never changes'); END;

        -- What is still to be delivered, and what was. next_attempt_at is UTC nanoseconds, for people only.
        CREATE TABLE outbox(
            sink TEXT NOT NULL,
            seq INTEGER NOT NULL REFERENCES entry(seq),
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'quarantined', 'withheld')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt_at INTEGER,
            last_error TEXT,
            receipt INTEGER REFERENCES entry(seq),
            PRIMARY KEY (sink, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX outbox_by_state ON outbox(sink, state, seq);
        CREATE INDEX outbox_open ON outbox(sink, state) WHERE state <> 'delivered';
        CREATE TRIGGER outbox_kept BEFORE DELETE ON outbox
            BEGIN SELECT RAISE(ABORT, 'nothing that waits for delivery is dropped'); END;

        -- From here on: projections, rebuildable from the entries.
        CREATE TABLE inspection(
            seq INTEGER PRIMARY KEY REFERENCES entry(seq),
            id TEXT NOT NULL,
            serial TEXT,
            part_number TEXT,
            operation TEXT,
            station TEXT,
            result TEXT,
            provenance TEXT,
            ended_at TEXT
        ) STRICT;
        CREATE INDEX inspection_by_serial ON inspection(serial, operation, seq);
        CREATE INDEX inspection_by_station ON inspection(station, seq);
        CREATE INDEX inspection_by_result ON inspection(result, seq);
        CREATE INDEX inspection_by_end ON inspection(ended_at);

        CREATE TABLE part(
            serial TEXT NOT NULL,
            seq INTEGER NOT NULL REFERENCES entry(seq),
            PRIMARY KEY (serial, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE cycle(
            id TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'recorded')),
            station TEXT,
            opened INTEGER NOT NULL REFERENCES entry(seq)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cycle_by_state ON cycle(state, opened);

        CREATE TABLE cycle_event(
            cycle TEXT NOT NULL,
            seq INTEGER NOT NULL REFERENCES entry(seq),
            PRIMARY KEY (cycle, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE device_state(
            device TEXT NOT NULL PRIMARY KEY,
            json TEXT NOT NULL,
            seq INTEGER NOT NULL REFERENCES entry(seq)
        ) STRICT, WITHOUT ROWID;
        """#

    /// A UII is looked up by whoever scans a mark: whether it was recorded before with other marks.
    private static let second = #"""
        ALTER TABLE inspection ADD COLUMN uii TEXT;
        UPDATE inspection SET uii =
            (SELECT e.body ->> '$.part.uii' FROM entry e WHERE e.seq = inspection.seq);
        CREATE INDEX inspection_by_uii ON inspection(uii, seq) WHERE uii IS NOT NULL;
        """#

    /// Whoever scans a part asks what was decided about it, however often it was inspected since.
    private static let third = #"""
        ALTER TABLE part ADD COLUMN is_disposition INTEGER NOT NULL DEFAULT 0;
        UPDATE part SET is_disposition = 1
            WHERE seq IN (SELECT e.seq FROM entry e WHERE e.kind = 'disposition');
        CREATE INDEX part_decided ON part(serial, seq) WHERE is_disposition = 1;
        CREATE INDEX inspection_by_item ON inspection(serial, part_number, uii, seq);
        """#

    /// A part's history names the files that the gateway ran by: those of its last start before.
    ///
    /// A text is searched rather than JSON read: this must hold for a body that is damaged too.
    private static let fourth = #"""
        CREATE INDEX entry_gateway_started ON entry(seq)
            WHERE kind = 'audit' AND instr(body, '"event":"gateway.started"') > 0;
        """#

    /// Each record costs a row in every index. A part's inspections are found by `inspection_by_item` as
    /// well, whose rows also begin with the serial; a verdict is in so many records that an index of it
    /// spares no reading.
    private static let fifth = #"""
        DROP INDEX inspection_by_serial;
        DROP INDEX inspection_by_result;
        """#
}
