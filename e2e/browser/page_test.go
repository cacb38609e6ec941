package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what is waited for. Much longer than it takes, since the machine may have other work.
const patience = 20 * time.Second

// page is a person's browser with one page open.
type page struct {
	t     *testing.T
	base  string
	ctx   context.Context
	look  look
	scope string // a selector: where things are looked for; "": the whole page
	*trouble
}

// trouble is what the browser complains about: errors of scripts, refusals of the content security policy, answers that failed.
type trouble struct {
	mu       sync.Mutex
	found    []string
	expected []string
	loaded   float64 // bytes that came over the wire
}

func (c *trouble) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// unexpected returns the complaints that no test asked for.
func (c *trouble) unexpected() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var rest []string
	for _, one := range c.found {
		if !slices.ContainsFunc(c.expected, func(part string) bool { return strings.Contains(one, part) }) {
			rest = append(rest, one)
		}
	}
	return rest
}

// expect says that the browser will complain about something: an answer that fails on purpose.
func (p *page) expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, part)
}

func (c *trouble) forgetLoaded() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loaded = 0
}

func (c *trouble) loadedSoFar() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loaded
}

// look is how a person's browser is.
type look struct {
	width, height int64
	dark, touch   bool
	plain         bool // without scripts
}

var desktop, phone = look{width: 1280, height: 900}, look{width: 360, height: 740, touch: true}

// newPage opens a browser of a new person, at nothing yet. Whatever the browser complains about fails the test.
func newPage(t *testing.T, base string, l look) *page {
	t.Helper()
	needBrowser(t)
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	p := &page{t: t, base: base, ctx: ctx, look: l, trouble: &trouble{}}
	t.Cleanup(func() {
		for _, one := range p.unexpected() {
			t.Errorf("the browser complains: %s", one)
		}
		if t.Failed() {
			p.keepPicture()
		}
		cancel()
	})
	must(t, chromedp.Do(ctx)) // the life of the page is that of this context
	must(t, chromedp.Listen(ctx, p.hear))
	tell(p, runtime.Enable, cdp.Empty{})
	tell(p, log.Enable, cdp.Empty{})
	tell(p, network.Enable, network.EnableParams{})
	tell(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	tell(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.plain})
	p.looks(l)
	return p
}

// looks changes the size and the colours.
func (p *page) looks(l look) {
	p.t.Helper()
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	tell(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.touch})
	tell(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: l.touch})
	tell(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// hear takes what the browser reports.
func (c *trouble) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.add("script: %s %s", e.ExceptionDetails.Text, description(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, argument := range e.Args {
				words = append(words, string(argument.Value)+description(argument))
			}
			c.add("console: %s", strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			c.add("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventLoadingFinished:
		c.mu.Lock()
		c.loaded += e.EncodedDataLength
		c.mu.Unlock()
	}
}

func description(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return o.Description
}

// picture returns what the window shows, as PNG.
func (p *page) picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

// keepPicture keeps what the page looks like where a test failed.
func (p *page) keepPicture() {
	picture, err := p.picture()
	if err != nil {
		p.t.Logf("no picture of the page: %v", err)
		return
	}
	folder := filepath.Join(os.TempDir(), "puente-browser")
	name := filepath.Join(folder, strings.NewReplacer("/", "-", " ", "_").Replace(p.t.Name())+fmt.Sprintf("-%d.png", time.Now().UnixNano()))
	if err = os.MkdirAll(folder, 0o755); err == nil {
		err = os.WriteFile(name, picture, 0o600)
	}
	p.t.Logf("the page at the end: %s %v", name, err)
}

// ask sends the browser a command of its protocol.
func ask[P, R any](p *page, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Call(ctx, command, params)
}

// tell is ask where only a broken browser fails.
func tell[P, R any](p *page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := ask(p, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// do does what only a broken browser fails to do.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// open goes to a path and waits until the page is there.
func (p *page) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.base + path))
}

// in returns the page, with eyes for what is within a selector only.
func (p *page) in(selector string) *page {
	part := *p
	part.scope = selector
	return &part
}

// value evaluates JavaScript in the page. A page that is just being left has none: then ok is false.
func (p *page) value(script string, into any) (ok bool) {
	result, err := ask(p, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ReturnByValue: ptr(true), AwaitPromise: ptr(true), AllowUnsafeEvalBlockedByCSP: ptr(false)})
	if err != nil || result.ExceptionDetails != nil || result.Result == nil {
		return false
	}
	return json.Unmarshal([]byte(result.Result.Value), into) == nil
}

// until waits for something to be so.
func (p *page) until(what string, is func() bool) {
	p.t.Helper()
	if !soon(is) {
		p.t.Fatalf("%s: still not so. The page is %s:\n%s", what, p.path(), p.text(""))
	}
}

// soon waits for something to be so, and says whether it came to be.
func soon(is func() bool) bool {
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !is(); <-tick.C {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// text returns what is to be read within a selector, in one line each; "" is the whole page.
func (p *page) text(selector string) string {
	var text string
	p.value(fmt.Sprintf(`[...document.querySelectorAll(%s)].map(e => e.innerText).join("\n")`, quoted(orBody(selector))), &text)
	return strings.Join(strings.Fields(text), " ")
}

func orBody(selector string) string {
	if selector == "" {
		return "body"
	}
	return selector
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// sees waits until all the words are to be read.
func (p *page) sees(words ...string) {
	p.t.Helper()
	for _, one := range words {
		p.until(fmt.Sprintf("%s says %q", orBody(p.scope), one), func() bool { return strings.Contains(p.text(p.scope), one) })
	}
}

// seesNot waits until words are not to be read any more.
func (p *page) seesNot(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s does not say %q", orBody(p.scope), words), func() bool { return !strings.Contains(p.text(p.scope), words) })
}

// has waits until there is something for a selector.
func (p *page) has(selector string) {
	p.t.Helper()
	p.until("there is "+selector, func() bool { return p.count(selector) > 0 })
}

func (p *page) count(selector string) int {
	n := -1
	p.value(fmt.Sprintf(`document.querySelectorAll(%s).length`, quoted(selector)), &n)
	return n
}

// path returns where the page is.
func (p *page) path() string {
	var path string
	p.value(`location.pathname + location.search`, &path)
	return path
}

// arrives waits until the page is at a path, and whole.
func (p *page) arrives(path string) {
	p.t.Helper()
	p.until("the page is "+path, func() bool {
		var whole bool
		return strings.HasPrefix(p.path(), path) && p.value(`document.readyState === "complete"`, &whole) && whole
	})
}
