/* What a ledger must write at the least for each entry. */
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "CBaselines.h"
#include "clock.h"
#include "digest.h"

/* Those of a ledger's writer. */
static const char *const pragmas =
    "PRAGMA mmap_size = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    "PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000;";

/* Columns and keys of a ledger's tables, without its rules and further indexes. */
static const char *const tables =
    "CREATE TABLE IF NOT EXISTS entry(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE,"
    " body TEXT NOT NULL, leaf_hash BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS node(level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY (level, position)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS outbox(sink TEXT NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER, last_error TEXT, receipt INTEGER,"
    " PRIMARY KEY (sink, seq)) STRICT, WITHOUT ROWID;";

enum { BEGIN, COMMIT, ENTRY, NODE, QUEUE, DELIVER, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "INSERT INTO entry(seq, kind, id, body, leaf_hash) VALUES (?1, ?2, ?3, ?4, ?5)",
    "INSERT INTO node(level, position, hash) VALUES (?1, ?2, ?3)",
    "INSERT INTO outbox(sink, seq, state) VALUES (?1, ?2, 'pending')",
    "UPDATE outbox SET state = 'delivered', attempts = attempts + 1, receipt = ?3 WHERE sink = ?1 AND seq = ?2"
};

struct plumbline_baseline_ledger {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENTS];
    struct hasher hasher;
    int64_t size;
    /* The complete subtrees from the largest down. */
    uint8_t peaks[LEVELS][HASH];
    int peak_count;
};

plumbline_baseline_ledger *plumbline_baseline_ledger_open(const char *path) {
    struct plumbline_baseline_ledger *ledger = calloc(1, sizeof(*ledger));
    if (ledger == NULL) {
        return NULL;
    }
    ledger->hasher.context = EVP_MD_CTX_new();
    ledger->hasher.digest = EVP_sha256();
    int failed = ledger->hasher.context == NULL ||
                 sqlite3_open_v2(
                     path, &ledger->database,
                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
                 sqlite3_exec(ledger->database, pragmas, NULL, NULL, NULL) != SQLITE_OK ||
                 sqlite3_exec(ledger->database, tables, NULL, NULL, NULL) != SQLITE_OK;
    for (int index = 0; index < STATEMENTS && !failed; index++) {
        failed = sqlite3_prepare_v3(
                     ledger->database, texts[index], -1, SQLITE_PREPARE_PERSISTENT,
                     &ledger->statements[index], NULL) != SQLITE_OK;
    }
    if (failed) {
        plumbline_baseline_ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

void plumbline_baseline_ledger_close(plumbline_baseline_ledger *ledger) {
    for (int index = 0; index < STATEMENTS; index++) {
        sqlite3_finalize(ledger->statements[index]);
    }
    sqlite3_close(ledger->database);
    EVP_MD_CTX_free(ledger->hasher.context);
    free(ledger);
}

static int step(sqlite3_stmt *statement) {
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE ? 0 : -1;
}

/* Stores the subtrees that the newest leaf completes. */
static int grow(struct plumbline_baseline_ledger *ledger, uint8_t node[HASH]) {
    sqlite3_stmt *statement = ledger->statements[NODE];
    int64_t index = ledger->size;
    for (int level = 1; index & 1; level++) {
        if (digest(&ledger->hasher, 1, ledger->peaks[--ledger->peak_count], HASH, node, HASH, node) != 0) {
            return -1;
        }
        index >>= 1;
        sqlite3_bind_int(statement, 1, level);
        sqlite3_bind_int64(statement, 2, index);
        sqlite3_bind_blob(statement, 3, node, HASH, SQLITE_STATIC);
        if (step(statement) != 0) {
            return -1;
        }
    }
    memcpy(ledger->peaks[ledger->peak_count++], node, HASH);
    ledger->size++;
    return 0;
}

static int put(sqlite3_stmt *statement, const char *sink, int64_t seq, int64_t receipt) {
    sqlite3_bind_text(statement, 1, sink, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, seq);
    if (receipt != 0) {
        sqlite3_bind_int64(statement, 3, receipt);
    }
    return step(statement);
}

static int insert(struct plumbline_baseline_ledger *ledger, const plumbline_baseline_entry *entry) {
    sqlite3_stmt *statement = ledger->statements[ENTRY];
    uint8_t leaf[HASH];
    if (digest(&ledger->hasher, 0, entry->body, entry->length, NULL, 0, leaf) != 0) {
        return -1;
    }
    int64_t seq = ledger->size + 1;
    sqlite3_bind_int64(statement, 1, seq);
    sqlite3_bind_text(statement, 2, entry->kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, entry->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, entry->body, (int)entry->length, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 5, leaf, HASH, SQLITE_STATIC);
    if (step(statement) != 0 || grow(ledger, leaf) != 0) {
        return -1;
    }
    if (entry->sink == NULL) {
        return 0;
    }
    return entry->delivers == 0 ? put(ledger->statements[QUEUE], entry->sink, seq, 0)
                                : put(ledger->statements[DELIVER], entry->sink, entry->delivers, seq);
}

double plumbline_baseline_ledger_append(
    plumbline_baseline_ledger *ledger, const plumbline_baseline_entry *entries, size_t count, size_t group) {
    int64_t began = baseline_now();
    for (size_t start = 0; start < count; start += group) {
        size_t end = count - start < group ? count : start + group;
        if (step(ledger->statements[BEGIN]) != 0) {
            return -1;
        }
        for (size_t index = start; index < end; index++) {
            if (insert(ledger, &entries[index]) != 0) {
                return -1;
            }
        }
        if (step(ledger->statements[COMMIT]) != 0) {
            return -1;
        }
    }
    return (double)(baseline_now() - began) / 1e9;
}
