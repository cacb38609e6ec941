package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What a test does with a page, by the roles and names that a screen reader would say.

// The roles of controls.
var (
	buttons = []string{"button"}
	links   = []string{"link"}
	texts   = []string{"textbox", "searchbox", "spinbutton", "Date", "combobox"}
	lists   = []string{"combobox", "listbox"}
	boxes   = []string{"checkbox", "radio"}
	folds   = []string{"DisclosureTriangle", "DisclosureTriangleGrouped", "button"}
)

// control waits for the one control with a role and a name, and returns it.
func (p *page) control(roles []string, name string) cdp.BackendNodeID {
	p.t.Helper()
	var found []cdp.BackendNodeID
	p.until(fmt.Sprintf("there is one %s %q within %s", strings.Join(roles, " or "), name, orBody(p.scope)), func() bool {
		found = p.controls(roles, name)
		return len(found) == 1
	})
	return found[0]
}

// controls returns the controls with a role and a name that are there now. A name that goes on with an explanation, as those of choices do, is found by its beginning
// where nothing has just that name.
func (p *page) controls(roles []string, name string) []cdp.BackendNodeID {
	// A page that is being left has none.
	root, err := ask(p, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(`document.querySelector(%s)`, quoted(orBody(p.scope)))})
	if err != nil || root.Result == nil || root.Result.ObjectID == "" {
		return nil
	}
	var found, longer []cdp.BackendNodeID
	for _, role := range roles {
		result, err := ask(p, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root.Result.ObjectID, Role: role})
		if err != nil {
			return nil
		}
		for _, node := range result.Nodes {
			switch heard := said(node.Name); {
			case node.Ignored:
			case heard == name:
				found = append(found, node.BackendDOMNodeID)
			case strings.HasPrefix(heard, name+" "):
				longer = append(longer, node.BackendDOMNodeID)
			}
		}
	}
	if len(found) == 0 {
		return longer
	}
	return found
}

// said returns a name in one line.
func said(value *accessibility.Value) string {
	if value == nil {
		return ""
	}
	var text string
	if json.Unmarshal([]byte(value.Value), &text) != nil {
		return ""
	}
	return strings.Join(strings.Fields(text), " ")
}

// call calls a function with a control as its this.
func (p *page) call(node cdp.BackendNodeID, function string, into any, arguments ...string) error {
	object, err := ask(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	call := runtime.CallFunctionOnParams{FunctionDeclaration: function, ObjectID: object.Object.ObjectID, ReturnByValue: ptr(true), AwaitPromise: ptr(true)}
	for _, argument := range arguments {
		call.Arguments = append(call.Arguments, &runtime.CallArgument{Value: []byte(quoted(argument))})
	}
	result, err := ask(p, runtime.CallFunctionOn, call)
	if err == nil && result.ExceptionDetails != nil {
		err = errors.New(result.ExceptionDetails.Text + description(result.ExceptionDetails.Exception))
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal([]byte(result.Result.Value), into)
}

// point is a place in the window.
type point struct{ X, Y float64 }

// reach returns where a control can be hit: its middle, once nothing covers it. It scrolls there first.
func (p *page) reach(node cdp.BackendNodeID) (at point, ok bool) {
	const script = `function() {
		const middle = (box) => ({ X: box.left + box.width / 2, Y: box.top + box.height / 2 });
		const hit = (at) => {
			const top = document.elementFromPoint(at.X, at.Y);
			return top && (this.contains(top) || [...this.labels ?? []].some((label) => label.contains(top)));
		};
		const places = () => [this, ...this.labels ?? []].flatMap((one) => [...one.getClientRects()]).filter((box) => box.width && box.height).map(middle);
		let at = places().find(hit);
		if (!at) {
			this.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
			at = places().find(hit);
		}
		return at ?? null;
	}`
	var found *point
	if err := p.call(node, script, &found); err != nil || found == nil {
		return point{}, false
	}
	return *found, true
}

// hit clicks a control with the mouse, or taps it.
func (p *page) hit(roles []string, name string) {
	p.t.Helper()
	var at point
	p.until(fmt.Sprintf("%s %q can be clicked within %s", strings.Join(roles, " or "), name, orBody(p.scope)), func() (ok bool) {
		found := p.controls(roles, name)
		if len(found) != 1 {
			return false
		}
		at, ok = p.reach(found[0])
		return ok
	})
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

func (p *page) click(name string)  { p.t.Helper(); p.hit(buttons, name) }
func (p *page) follow(name string) { p.t.Helper(); p.hit(links, name) }
func (p *page) unfold(name string) { p.t.Helper(); p.hit(folds, name) }

// choose makes a choice, or ticks a box, unless it is so already.
func (p *page) choose(name string) {
	p.t.Helper()
	var on bool
	if err := p.call(p.control(boxes, name), `function() { return this.checked }`, &on); err != nil {
		p.t.Fatalf("choose %q: %v", name, err)
	}
	if !on {
		p.hit(boxes, name)
	}
}

// fill writes into a field, in place of what stands there.
func (p *page) fill(name, text string) {
	p.t.Helper()
	node := p.control(texts, name)
	var kind string
	if err := p.call(node, `function() { this.focus(); this.select?.(); return this.type }`, &kind); err != nil {
		p.t.Fatalf("fill %q: %v", name, err)
	}
	if kind == "date" || kind == "color" { // people write it part by part, in an order that is the browser's
		p.set(node, text)
		return
	}
	if text == "" {
		p.press(kb.Delete)
		return
	}
	tell(p, input.InsertText, input.InsertTextParams{Text: text})
}

// pick chooses from a list by the words of the choice, or by those before its explanation.
func (p *page) pick(name, choice string) {
	p.t.Helper()
	node := p.control(lists, name)
	var value *string
	const find = `function(words) {
		const one = [...this.options].find((option) => option.text.trim() === words || option.text.startsWith(words + " · "));
		return one ? one.value : null;
	}`
	if err := p.call(node, find, &value, choice); err != nil || value == nil {
		p.t.Fatalf("the list %q has no %q: %v", name, choice, err)
	}
	p.set(node, *value)
}

func (p *page) set(node cdp.BackendNodeID, value string) {
	p.t.Helper()
	const script = `function(value) {
		this.value = value;
		for (const type of ["input", "change"]) this.dispatchEvent(new Event(type, { bubbles: true }));
	}`
	if err := p.call(node, script, nil, value); err != nil {
		p.t.Fatal(err)
	}
}

// holds returns what stands in a field.
func (p *page) holds(name string) string {
	p.t.Helper()
	var value string
	if err := p.call(p.control(texts, name), `function() { return this.value }`, &value); err != nil {
		p.t.Fatal(err)
	}
	return value
}

// press presses keys, one after the other.
func (p *page) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// chosen returns the words that are chosen in the lists for a selector.
func (p *page) chosen(selector string) []string {
	p.t.Helper()
	var words []string
	p.value(fmt.Sprintf(`[...document.querySelectorAll(%s)].map((list) => list.selectedOptions[0]?.text ?? "")`, quoted(selector)), &words)
	return words
}

// card waits for the one card with words in a column of the board, and returns a selector for it.
func (p *page) card(stage, words string) string {
	p.t.Helper()
	const script = `(() => {
		const column = [...document.querySelectorAll("[data-column]")].find((one) => one.querySelector(".column-name").innerText.trim() === %s);
		const cards = [...column?.querySelectorAll("[data-deal]") ?? []].filter((card) => card.innerText.includes(%s));
		return cards.map((card) => '[data-column="' + column.dataset.column + '"] [data-deal="' + card.dataset.deal + '"]');
	})()`
	var found []string
	p.until(fmt.Sprintf("one card in %s says %q", stage, words), func() bool {
		return p.value(fmt.Sprintf(script, quoted(stage), quoted(words)), &found) && len(found) == 1
	})
	return found[0]
}
