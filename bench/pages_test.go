package bench

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	pageBudget = 50 * time.Millisecond // of the server, 99 times of 100
	pageBytes  = 100_000               // of a first load as it is sent: the page and all that it needs
	pageTries  = 100
	mostPages  = 80
)

var (
	demoAddress = regexp.MustCompile(`http://\S+/demo/\S+`)
	linkTo      = regexp.MustCompile(`<a [^>]*href="(/[^"#]*)"`)
	fileOf      = regexp.MustCompile(`(?:src|href)="(/(?:static|estilos)/[^"]+)"`)
	variable    = regexp.MustCompile(`/[0-9a-f-]{36}|\?.*`)
)

// BenchmarkPages goes through the pages of the demonstration as whom it logs in, one of each kind, and tells how long the server takes for each, the connection included,
// and how much a first load of it brings. It fails when a first load is larger than pageBytes; the time is told beside pageBudget, because the machine is others' too.
func BenchmarkPages(b *testing.B) {
	for b.Loop() {
		v := newVisitor(b)
		seen := map[string]bool{}
		fmt.Printf("%-64s %9s %9s %8s\n", "", "p50", "p99", "bytes")
		var worst time.Duration
		largest := 0
		for next := []string{"/"}; len(next) > 0 && len(seen) < mostPages; {
			path := next[0]
			next = next[1:]
			kind := variable.ReplaceAllString(path, "/*")
			if seen[kind] || strings.HasSuffix(path, ".csv") {
				continue
			}
			seen[kind] = true
			page, size, ok := v.open(b, path)
			if !ok {
				continue
			}
			took := v.times(b, path)
			p50, p99 := took[len(took)/2], took[len(took)*99/100]
			mark := ""
			if p99 > pageBudget {
				mark = " !"
			}
			fmt.Printf("%-64s %9s %9s %8d%s\n", kind, short(p50), short(p99), size, mark)
			if size > pageBytes {
				b.Errorf("%s: the first load has %d bytes", path, size)
			}
			worst, largest = max(worst, p99), max(largest, size)
			for _, link := range linkTo.FindAllStringSubmatch(page, -1) {
				next = append(next, strings.ReplaceAll(link[1], "&amp;", "&"))
			}
		}
		b.ReportMetric(ms(worst), "worst-p99-ms")
		b.ReportMetric(float64(largest), "largest-bytes")
		b.ReportMetric(float64(len(seen)), "pages")
	}
}

// visitor looks at a demonstration in a browser of its own.
type visitor struct {
	http.Client
	base string
}

// newVisitor starts a demonstration, waits for its history to be in, and logs in.
func newVisitor(b *testing.B) *visitor {
	b.Helper()
	cmd := exec.Command(program(b), "demo", "--every", "10m", "--listen", "127.0.0.1:0")
	out, err := cmd.StderrPipe() // what the program says while it runs
	check(b, err)
	check(b, cmd.Start())
	b.Cleanup(func() {
		check(b, cmd.Process.Signal(syscall.SIGTERM))
		check(b, cmd.Wait())
	})
	address := ""
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := demoAddress.FindString(lines.Text()); found != "" {
			address = found
		}
		if address != "" && strings.Contains(lines.Text(), "10m") { // from now on it issues documents
			break
		}
	}
	if address == "" {
		b.Fatal("the demonstration does not say where it is")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	v := &visitor{base: address[:strings.Index(address, "/demo/")]}
	v.Jar, err = cookiejar.New(nil)
	check(b, err)
	v.Transport = &http.Transport{DisableCompression: true} // so that bytes are counted as they are sent
	answer, err := v.Get(address)
	check(b, err)
	check(b, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("the demonstration lets nobody in: %s", answer.Status)
	}
	return v
}

// open returns a page and how many bytes a first load of it has; not ok for what is no page.
func (v *visitor) open(b *testing.B, path string) (page string, size int, ok bool) {
	b.Helper()
	page, _, kind := v.fetch(b, path, false)
	if !strings.HasPrefix(kind, "text/html") {
		return "", 0, false
	}
	needs := map[string]bool{path: true}
	for _, file := range fileOf.FindAllStringSubmatch(page, -1) {
		needs[file[1]] = true
	}
	for file := range needs {
		_, n, _ := v.fetch(b, file, true)
		size += n
	}
	return page, size, true
}

func (v *visitor) fetch(b *testing.B, path string, compressed bool) (content string, size int, kind string) {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, v.base+path, nil)
	check(b, err)
	if compressed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	answer, err := v.Do(r)
	check(b, err)
	body, err := io.ReadAll(answer.Body)
	check(b, err)
	check(b, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", path, answer.Status)
	}
	return string(body), len(body), answer.Header.Get("Content-Type")
}

// times returns how long a page took, in order.
func (v *visitor) times(b *testing.B, path string) []time.Duration {
	b.Helper()
	took := make([]time.Duration, pageTries)
	for i := range took {
		began := time.Now()
		v.fetch(b, path, true)
		took[i] = time.Since(began)
	}
	slices.SortFunc(took, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return took
}
