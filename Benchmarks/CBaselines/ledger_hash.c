/* What must be hashed at the least to verify a ledger. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "CBaselines.h"
#include "clock.h"
#include "digest.h"

/* Bodies that are read before they are hashed, because reading is not what is timed. */
enum { MOST_BYTES = 4 << 20, MOST_BODIES = 1024 };

struct batch {
    uint8_t *bytes;
    size_t used, count;
    struct {
        size_t start, length;
        int has_receipt;
    } bodies[MOST_BODIES];
};

struct tree {
    uint64_t leaves;
    uint8_t peaks[LEVELS][HASH];
};

static int hash_batch(const struct hasher *hasher, const struct batch *batch, struct tree *tree) {
    uint8_t content[HASH], node[HASH];
    for (size_t index = 0; index < batch->count; index++) {
        const uint8_t *body = batch->bytes + batch->bodies[index].start;
        size_t length = batch->bodies[index].length;
        if (digest(hasher, 0, body, length, NULL, 0, node) != 0 ||
            (batch->bodies[index].has_receipt && digest(hasher, -1, body, length, NULL, 0, content) != 0)) {
            return -1;
        }
        int level = 0;
        for (uint64_t rest = tree->leaves++; rest & 1; rest >>= 1, level++) {
            if (digest(hasher, 1, tree->peaks[level], HASH, node, HASH, node) != 0) {
                return -1;
            }
        }
        memcpy(tree->peaks[level], node, HASH);
    }
    return 0;
}

/* Reads bodies until the batch is full; SQLITE_ROW, SQLITE_DONE, or what failed. */
static int read_batch(sqlite3_stmt *statement, struct batch *batch) {
    int status;
    batch->used = batch->count = 0;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
        size_t length = (size_t)sqlite3_column_bytes(statement, 0);
        if (length > MOST_BYTES / 2) {
            return SQLITE_TOOBIG;
        }
        memcpy(batch->bytes + batch->used, sqlite3_column_blob(statement, 0), length);
        batch->bodies[batch->count].start = batch->used;
        batch->bodies[batch->count].length = length;
        batch->bodies[batch->count++].has_receipt = sqlite3_column_int(statement, 1);
        batch->used += length;
        if (batch->count == MOST_BODIES || batch->used > MOST_BYTES / 2) {
            return SQLITE_ROW;
        }
    }
    return status;
}

static int hash_all(sqlite3_stmt *statement, struct batch *batch, plumbline_baseline_hashing *result) {
    struct hasher hasher = {EVP_MD_CTX_new(), EVP_sha256()};
    struct tree tree = {0};
    int status, failed;
    do {
        status = read_batch(statement, batch);
        int64_t began = baseline_now();
        failed = hasher.context == NULL || (status != SQLITE_ROW && status != SQLITE_DONE) ||
                 hash_batch(&hasher, batch, &tree) != 0;
        result->hashing += (double)(baseline_now() - began) / 1e9;
        result->bytes += batch->used;
    } while (!failed && status == SQLITE_ROW);
    result->entries = tree.leaves;
    EVP_MD_CTX_free(hasher.context);
    return failed ? -1 : 0;
}

plumbline_baseline_hashing plumbline_baseline_ledger_hash(const char *path) {
    plumbline_baseline_hashing result = {0}, nothing = {.hashing = -1, .all = -1};
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    struct batch *batch = calloc(1, sizeof(*batch));
    int64_t began = baseline_now();
    int failed =
        batch == NULL || (batch->bytes = malloc(MOST_BYTES)) == NULL ||
        sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(
            database,
            "SELECT body, EXISTS (SELECT 1 FROM outbox o WHERE o.sink = 'qms' AND o.seq = entry.seq"
            " AND o.state = 'delivered') FROM entry ORDER BY seq",
            -1, &statement, NULL) != SQLITE_OK ||
        hash_all(statement, batch, &result) != 0;
    result.all = (double)(baseline_now() - began) / 1e9;
    if (batch != NULL) {
        free(batch->bytes);
    }
    free(batch);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return failed ? nothing : result;
}
