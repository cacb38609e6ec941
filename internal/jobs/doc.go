// Package jobs wakes whoever has work to do: a small port over River, which runs on both engines, and the only place that imports it.
//
// The records in the database say what is to be done; a job only says "look at this connection soon". So a job that is lost costs a moment, until the next
// sweep, and one that comes twice costs a look for nothing. A job is inserted in the transaction of the data that it is about, and exists exactly if that does.
//
// A process that both enqueues and works does not wait for its own jobs to come back from the table: [Queue.Wake] also starts the work at once. The work
// begins by taking the connection's lease, which waits for the transaction that woke it, so it sees what that wrote. The job stays behind it for the
// case that this process ends before, and finds in memory that its work is done.
package jobs
