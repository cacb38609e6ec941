package store

// MigrationVersions is for the test that both engines have the same.
var MigrationVersions = migrationVersions

// TightenLists makes every bound on the work of a list so small that few records are many.
func (s *Store) TightenLists() {
	s.listLimits = listLimits{few: 3, firstWalk: 4, nearly: 5, walk: 7, set: 25, fetch: 12, first: 5, filtered: 9, passes: 16, fetches: 6, sort: 1_000, count: 40, probes: 20, sums: 30, contacts: 6, documents: 3}
}
