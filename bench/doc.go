// Package bench measures what docs/performance.md promises. Each benchmark measures its floor in the same run, what the work would cost without Puente's part in
// it, and prints the ratio, because absolute times say more about the machine than about the code. Run it with "make bench".
package bench
