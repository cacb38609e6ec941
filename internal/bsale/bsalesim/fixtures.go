package bsalesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// fixtures are JSON files served instead of a World: rows of a real account, or ones
// written by hand. They are kept as they are, odd types and unknown keys included,
// for that is why somebody brings them.
type fixtures struct {
	lists map[string][]object // by path without .json: "documents", "clients/310/contacts"
}

// object is a JSON object whose keys keep their order.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

func (o *object) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not an object")
	}
	o.values = map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return err
		}
		if _, twice := o.values[key]; !twice {
			o.keys = append(o.keys, key)
		}
		o.values[key] = v
	}
	return nil
}

// text is a value as text, whether it is a number, a quoted one or a string.
func (o *object) text(key string) (string, bool) {
	return scalarText(o.values[key])
}

func scalarText(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
		return "", false
	}
	if raw[0] == '"' {
		var s string
		return s, json.Unmarshal(raw, &s) == nil
	}
	return string(raw), true
}

// relation is the id of a to-one node, expanded or not.
func (o *object) relation(key string) (string, bool) {
	var node struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(o.values[key], &node) != nil {
		return "", false
	}
	return scalarText(node.ID)
}

func loadFixtures(dir string) (*fixtures, error) {
	fx := &fixtures{lists: map[string][]object{}}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("bsalesim: fixtures: %w", err)
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		b, err := fs.ReadFile(root.FS(), path)
		if err != nil {
			return err
		}
		rows, err := fixtureRows(b)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fx.lists[strings.TrimSuffix(filepath.ToSlash(path), ".json")] = rows
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bsalesim: fixtures: %w", err)
	}
	if len(fx.lists) == 0 {
		return nil, fmt.Errorf("bsalesim: fixtures: no JSON files in %s", dir)
	}
	return fx, nil
}

// fixtureRows takes an array, an envelope with items, or a single object.
func fixtureRows(b []byte) ([]object, error) {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '[' {
		var rows []object
		return rows, json.Unmarshal(b, &rows)
	}
	var one object
	if err := json.Unmarshal(b, &one); err != nil {
		return nil, err
	}
	items, ok := one.values["items"]
	if !ok {
		return []object{one}, nil
	}
	var rows []object
	return rows, json.Unmarshal(items, &rows)
}

// fixtures answers from files. Calls that write are refused.
func (c *call) fixtures(parts []string) {
	if c.r.Method != http.MethodGet {
		c.fail(http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	if parts[0] == "documents" && len(parts) == 1 && c.q.Has("generationdaterange") {
		c.fail(http.StatusForbidden, "Forbidden")
		return
	}
	fx := c.s.fixtures
	e := &encoder{w: c.s.world}
	switch {
	case len(parts) == 1:
		rows, ok := fx.lists[parts[0]]
		if !ok && !slices.Contains(knownLists, parts[0]) {
			break
		}
		rows = c.filterRows(rows)
		if parts[0] == "documents" && c.s.faults.has("newest-first") {
			rows = slices.Clone(rows)
			slices.Reverse(rows)
		}
		from, to := c.envelope(e, parts[0], len(rows), func(i int) { c.object(e, parts[0], &rows[i]) })
		if parts[0] == "documents" {
			c.s.stats.add(func(s *Stats) { s.DocumentsServed += to - from })
		}
		c.json(http.StatusOK, e.b)
		return
	case len(parts) == 2 && parts[1] == "count":
		n := len(c.filterRows(fx.lists[parts[0]])) + c.s.faults.count("count-wrong")
		c.json(http.StatusOK, fmt.Appendf(nil, `{"count":%d}`, n))
		return
	case len(parts) == 2:
		if row := fx.find(parts[0], parts[1]); row != nil {
			c.style.hideEmails = false
			c.object(e, parts[0], row)
			c.json(http.StatusOK, e.b)
			return
		}
	case len(parts) == 3:
		if rows, ok := fx.below(parts); ok {
			c.envelope(e, strings.Join(parts, "/"), len(rows), func(i int) { c.object(e, parts[2], &rows[i]) })
			c.json(http.StatusOK, e.b)
			return
		}
	}
	c.fail(http.StatusNotFound, "Resource not found")
}

// knownLists answer an empty list when there is no file for them.
var knownLists = []string{"documents", "clients", "document_types", "users", "offices", "payment_types", "returns", "dte_codes", "coins"}

func (fx *fixtures) find(resource, id string) *object {
	for i := range fx.lists[resource] {
		if got, ok := fx.lists[resource][i].text("id"); ok && got == id {
			return &fx.lists[resource][i]
		}
	}
	return nil
}

// below is a list under a row: a file of its own, or what the row carries expanded.
func (fx *fixtures) below(parts []string) ([]object, bool) {
	if rows, ok := fx.lists[strings.Join(parts, "/")]; ok {
		return rows, true
	}
	row := fx.find(parts[0], parts[1])
	if row == nil {
		return nil, false
	}
	node, ok := row.values[parts[2]]
	if !ok {
		return nil, false
	}
	rows, _ := nodeRows(node)
	return rows, true
}

// nodeRows are the items of an expanded list; ok is false when it is not expanded.
func nodeRows(node json.RawMessage) (rows []object, ok bool) {
	if len(node) > 0 && node[0] == '[' {
		return rows, json.Unmarshal(node, &rows) == nil
	}
	var env struct {
		Items *[]object `json:"items"`
	}
	if json.Unmarshal(node, &env) != nil || env.Items == nil {
		return nil, false
	}
	return *env.Items, true
}

// fixtureFilters are the filters and the keys that they look at; a relation's key ends
// in a dot.
var fixtureFilters = map[string]string{
	"number": "number", "documenttypeid": "document_type.", "clientid": "client.", "officeid": "office.", "code": "code", "email": "email",
	"firstname": "firstName", "lastname": "lastName", "codesii": "codeSii", "token": "token", "referencedocumentid": "reference_document.", "name": "name",
}

func (c *call) filterRows(rows []object) []object {
	state, byState := c.state()
	lo, hi, byRange := int64(0), int64(0), false
	if v, ok := c.text("emissiondaterange"); ok {
		a, b, _ := strings.Cut(strings.Trim(v, "[] "), ",")
		var err1, err2 error
		lo, err1 = strconv.ParseInt(strings.TrimSpace(a), 10, 64)
		hi, err2 = strconv.ParseInt(strings.TrimSpace(b), 10, 64)
		byRange = err1 == nil && err2 == nil
	}
	if n, ok := c.number("emissiondate"); ok {
		lo = floorDiv(n, daySeconds) * daySeconds
		hi, byRange = lo+daySeconds-1, true
	}
	out := make([]object, 0, len(rows))
	for i := range rows {
		o := &rows[i]
		if s, ok := o.text("state"); byState && (ok && s != strconv.Itoa(state) || !ok && state != 0) {
			continue
		}
		if byRange {
			s, _ := o.text("emissionDate")
			if n, err := strconv.ParseInt(s, 10, 64); err != nil || n < lo || n > hi {
				continue
			}
		}
		if c.passes(o) {
			out = append(out, *o)
		}
	}
	return out
}

func (c *call) passes(o *object) bool {
	for name, key := range fixtureFilters {
		want := c.q.Get(name)
		if want == "" {
			continue
		}
		var got string
		if relation, ok := strings.CutSuffix(key, "."); ok {
			got, _ = o.relation(relation)
		} else {
			got, _ = o.text(key)
		}
		if got != want {
			return false
		}
	}
	return true
}

// resourceOf is the list that a to-one node points into.
var resourceOf = map[string]string{
	"document_type": "document_types", "client": "clients", "office": "offices", "coin": "coins", "payment_type": "payment_types",
	"reference_document": "documents", "credit_note": "documents",
}

// listNodes are the to-many nodes that can be expanded.
var listNodes = []string{"details", "sellers", "attributes", "references", "payments", "document_taxes", "contacts", "addresses"}

// object writes a row with its relations expanded or folded as the call asks.
func (c *call) object(e *encoder, resource string, o *object) {
	x := c.expand()
	e.b = append(e.b, '{')
	for i, key := range o.keys {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.str(key)
		e.b = append(e.b, ':')
		v := o.values[key]
		wanted := x&expandNames[key] != 0
		switch {
		case key == "email" && resource == "clients" && c.style.hideEmails:
			e.raw(`""`)
		case slices.Contains(listNodes, key):
			c.listNode(e, resource, key, o, v, wanted)
		case resourceOf[key] != "" || key == "user":
			c.toOne(e, key, v, wanted)
		default:
			e.b = append(e.b, v...)
		}
	}
	e.b = append(e.b, '}')
}

func (c *call) listNode(e *encoder, resource, key string, o *object, v json.RawMessage, wanted bool) {
	id, _ := o.text("id")
	href := apiHost + resource + "/" + id + "/" + key + ".json"
	if !wanted {
		e.raw(`{"href":`)
		e.str(href)
		e.b = append(e.b, '}')
		return
	}
	rows, expanded := nodeRows(v)
	if !expanded {
		rows = c.s.fixtures.lists[resource+"/"+id+"/"+key]
	}
	bare := key == "payments" && (c.style.paymentsArray || len(v) > 0 && v[0] == '[')
	if !bare {
		e.raw(`{"href":`)
		e.str(href)
		e.kint("count", int64(len(rows)))
		e.raw(`,"limit":25,"offset":0,"items":`)
	}
	e.b = append(e.b, '[')
	for i := range min(len(rows), nestedLimit) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		c.object(e, key, &rows[i])
	}
	e.b = append(e.b, ']')
	if !bare {
		e.b = append(e.b, '}')
	}
}

func (c *call) toOne(e *encoder, key string, v json.RawMessage, wanted bool) {
	var node object
	if json.Unmarshal(v, &node) != nil {
		e.b = append(e.b, v...)
		return
	}
	id, ok := node.text("id")
	if !ok {
		e.b = append(e.b, v...)
		return
	}
	if wanted && key != "user" {
		full := &node
		if len(node.keys) <= 2 {
			full = c.s.fixtures.find(resourceOf[key], id)
		}
		if full != nil {
			// One level only: what is inside stays folded.
			inner := &call{s: c.s, r: c.r, style: c.style}
			inner.object(e, resourceOf[key], full)
			return
		}
	}
	e.raw(`{"href":`)
	if href, ok := node.text("href"); ok {
		e.str(href)
	} else {
		e.str(apiHost + resourceOf[key] + "/" + id + ".json")
	}
	e.kstr("id", id)
	e.b = append(e.b, '}')
}
