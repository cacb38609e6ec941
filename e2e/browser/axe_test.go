package browser

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

//go:embed testdata/axe/axe.min.js.gz
var axePacked []byte

// axe is axe-core, which looks for what keeps people with disabilities out.
var axe = sync.OnceValues(func() (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	return string(text), err
})

// violation is what axe-core found.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		Target         []any
		FailureSummary string
	}
}

// accessible checks a page by axe-core as it is now. rules: only these; none: all. Without scripts nothing is checked: axe-core is one.
func (p *page) accessible(what string, rules ...string) {
	p.t.Helper()
	if p.look.plain {
		return
	}
	source, err := axe()
	must(p.t, err)
	var there bool
	if !p.value(`typeof axe === "object"`, &there) || !there {
		p.value(source+"; true", &there)
	}
	only := ""
	if len(rules) > 0 {
		only = `, runOnly: ["` + strings.Join(rules, `","`) + `"]`
	}
	var found []violation
	if !p.value(`axe.run(document, { resultTypes: ["violations"]`+only+` }).then((result) => result.violations)`, &found) {
		p.t.Errorf("%s: axe-core does not run", what)
	}
	for _, one := range found {
		for _, node := range one.Nodes {
			p.t.Errorf("%s: %s: %s %v\n%s\n%s", what, one.ID, one.Help, node.Target, node.HTML, node.FailureSummary)
		}
	}
}

// fits checks that a page needs no scrolling aside, and says what sticks out if it does.
func (p *page) fits(what string) {
	p.t.Helper()
	const script = `(() => {
		const wide = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= wide) return [];
		const clipped = (e) => { for (let up = e.parentElement; up && up !== document.documentElement; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return true; return false };
		const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 0.5 && !clipped(e));
		return [document.documentElement.scrollWidth + " px", ...out.slice(-4).map((e) => e.outerHTML.slice(0, 200))];
	})()`
	var out []string
	if !p.value(script, &out) || len(out) > 0 {
		p.t.Errorf("%s is wider than the window: %s", what, strings.Join(out, "\n"))
	}
}

// good checks a page in light and dark colours, and on the smallest phone.
func (p *page) good(what string) {
	p.t.Helper()
	p.accessible(what)
	p.looks(look{width: desktop.width, height: desktop.height, dark: true})
	p.accessible(what+", dark", "color-contrast")
	p.looks(phone)
	p.fits(what + fmt.Sprintf(", %d px", phone.width))
	p.looks(desktop)
}
