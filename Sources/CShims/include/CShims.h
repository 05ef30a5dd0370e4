#pragma once
#include <curl/curl.h>
/* Typed doors to C functions and macros that Swift cannot import: variadic ones and function-like macros. */
#include <sqlite3.h>

/*
 * Makes a connection refuse what a forged database file could do through it: no writing to shadow tables or
 * to the schema itself, no functions with side effects from within the schema, no double-quoted strings.
 */
static inline void plumbline_sqlite_harden(sqlite3 *connection)
{
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
}

/*
 * Whether closing leaves the write-ahead log as it is. Where a frame is damaged SQLite sees only those before it,
 * and would move them into the database and delete the rest with the log.
 */
static inline void plumbline_sqlite_keep_log(sqlite3 *connection, int is_kept)
{
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_kept, (int *)0);
}

/* curl_easy_setopt and curl_easy_getinfo are variadic. */
static inline CURLcode plumbline_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode plumbline_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*plumbline_curl_writer)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode plumbline_curl_set_writer(CURL *handle, plumbline_curl_writer writer, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}
static inline long plumbline_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
