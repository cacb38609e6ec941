package archtest

import (
	"os"
	"strings"
	"testing"
)

// TestEachDirectDependencyHasItsReason wants a row with its version in docs/dependencies.md for each module that go.mod requires directly, and none for others.
func TestEachDirectDependencyHasItsReason(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	page := read("docs/dependencies.md")
	direct := map[string]bool{}
	for line := range strings.Lines(read("go.mod")) {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(fields[1], "v") || !strings.HasPrefix(line, "\t") {
			continue
		}
		module, version := fields[0], strings.TrimPrefix(fields[1], "v")
		direct[module] = true
		if strings.HasPrefix(module, "github.com/riverqueue/river/") {
			continue // parts of River share its row
		}
		row, found := rowOf(page, module)
		if !found {
			t.Errorf("docs/dependencies.md has no row for %s", module)
		} else if !strings.Contains(row, "| "+version+",") {
			t.Errorf("docs/dependencies.md has another version of %s than %s: %s", module, version, row)
		}
	}
	if len(direct) < 5 {
		t.Fatalf("go.mod names %d direct dependencies", len(direct))
	}
	for line := range strings.Lines(page) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " ")
		name = strings.TrimSuffix(name, ",")
		if strings.HasPrefix(line, "| ") && strings.Contains(name, ".") && !direct[name] && !tools[name] {
			t.Errorf("docs/dependencies.md has a row for %s, which is no direct dependency", name)
		}
	}
}

// tools are required by "tool" lines, so go.mod counts them as indirect.
var tools = map[string]bool{"honnef.co/go/tools": true, "mvdan.cc/gofumpt": true}

func rowOf(page, module string) (string, bool) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "| "+module+" |") || strings.HasPrefix(line, "| "+module+",") {
			return line, true
		}
	}
	return "", false
}
