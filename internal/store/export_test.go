package store

// MigrationVersions is for the test that both engines have the same.
var MigrationVersions = migrationVersions
