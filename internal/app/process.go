package app

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// holder names this process in leases as host:pid:start. Where the host ends the rest begins, so the host itself may hold colons.
func holder() string {
	pid := os.Getpid()
	return hostName() + ":" + strconv.Itoa(pid) + ":" + startOf(pid)
}

// hostName is the machine since it was started, and the container: two containers of one name count their processes apart, and two machines of one name have the
// same number for the processes outside of containers.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	if space, err := os.Readlink("/proc/self/ns/pid"); err == nil {
		name += "/" + strings.Trim(strings.TrimPrefix(space, "pid:"), "[]")
	}
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		name += "/" + strings.TrimSpace(string(boot))
	}
	return name
}

// startOf tells a process from a later one of the same number: the instant it started, in ticks since the machine did; "" where the system does not say.
func startOf(pid int) string {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	// The name, in parentheses, may hold anything; the fields after it are numbers. The start is the 22nd field of all.
	_, rest, _ := strings.Cut(string(content[strings.LastIndexByte(string(content), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

// gone says whether a holder was a process of this machine that is no more, so that a restart after a crash does not wait for the lease to end. Of other
// machines nothing is known.
func gone(name string) bool {
	rest, start, ok := cutLast(name)
	if !ok {
		return false
	}
	host, number, ok := cutLast(rest)
	if !ok || host != hostName() {
		return false
	}
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 0 {
		return false
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	now := startOf(pid)
	return start != "" && now != "" && start != now
}

func cutLast(s string) (before, after string, ok bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+1:], true
}
