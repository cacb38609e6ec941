// Package e2e tests the program as its users run it: the real binary in processes of its own, killed at any moment and started again.
package e2e
