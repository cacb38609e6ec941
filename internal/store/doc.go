// Package store keeps everything in SQLite or PostgreSQL: one text of SQL for both, behind the interfaces that crm and bridge declare.
//
// What truly differs between the engines stands in dialect.go, sqlite.go and postgres.go. Each statement stands near its use and is
// scoped by the account that View or Update fixed.
//
// Text is kept as valid UTF-8 without NUL, the only text that both engines hold; what is not is replaced or dropped on the way in.
// Instants are kept in whole microseconds.
package store
