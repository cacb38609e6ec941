// Package app puts the parts together: it opens the database, the key and the connections, starts and stops what runs, and holds what each command does.
// It is the only package that knows all the concrete parts.
package app
