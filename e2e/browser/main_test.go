package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests; each person in them has a context of its own in it, as in a private window.
var chromium context.Context

// missing is why there is no browser; nil: there is one.
var missing error

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		return m.Run()
	}
	program, err := findChromium()
	if err != nil {
		missing = err
		return m.Run()
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.DisableGPU, chromedp.Flag("accept-lang", "es-CL,es"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses to be started by root
	}
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	defer closeAllocator()
	browser, closeBrowser := chromedp.NewContext(allocator)
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		missing = fmt.Errorf("%s does not start: %w", program, err)
	}
	chromium = browser
	return m.Run()
}

// findChromium returns the browser's program: PUENTE_CHROMIUM, or the first of the usual names that is in PATH.
func findChromium() (string, error) {
	if program := os.Getenv("PUENTE_CHROMIUM"); program != "" {
		return program, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("Chromium is missing. On Debian: apt-get install chromium; elsewhere set PUENTE_CHROMIUM to its program    (tests without it: make check)")
}

// needBrowser fails a test that has no browser, and leaves it out in the quick round.
func needBrowser(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("the quick round goes without a browser")
	}
	if missing != nil {
		t.Fatal(missing)
	}
}
