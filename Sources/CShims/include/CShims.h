#pragma once
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
