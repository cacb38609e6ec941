package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"puente/internal/crm"
)

// Page is what all pages have. The view of a page embeds it.
type Page struct {
	Title    string
	Language crm.Language
	Theme    string // "light" or "dark"; "": as the device has it
	Account  crm.Account
	User     crm.User // zero: nobody is logged in
	Note     string   // what was just done
	Demo     bool
	Menu     []menuItem
	Settings []menuGroup // beside the page, of pages that belong to the settings
	Path     string      // with parameters
	Search   string      // where a search is sent; "": nowhere
	Repair   string      // where the connection to Bsale, which stopped, is set right; "": it did not, or this is not for the person

	now time.Time
}

// page returns what all pages have, for a view to embed.
func (v *visit) page() Page {
	p := Page{
		Language: v.language(), Theme: v.theme(), Account: v.account, User: v.principal.User, Note: v.note(), Demo: v.Demo != nil, Path: v.path(), now: v.clock.Now(),
	}
	if v.route.title != "" {
		p.Title = v.t(v.route.title)
	}
	if p.User.ID != "" {
		p.Menu, p.Settings, p.Repair = v.menu(), v.settingsMenu(), v.repair()
		if v.has("/buscar") {
			p.Search = "/buscar"
		}
	}
	return p
}

// Money, Date and Number write values as people of the account do.
func (p Page) Money(m crm.Money) string    { return p.Account.FormatMoney(m) }
func (p Page) Date(d crm.Date) string      { return p.Account.FormatDate(d) }
func (p Page) Number(n json.Number) string { return p.Account.FormatNumber(n) }
func (p Page) Count(n int) string          { return p.Account.FormatNumber(json.Number(strconv.Itoa(n))) }
func (p Page) Moment(at time.Time) moment  { return momentOf(at, p.now, p.Account, p.Language) }
func (p Page) Is(u crm.User) bool          { return p.User.ID != "" && p.User.ID == u.ID }
func (p Page) Role() string                { return translate(p.Language, "role."+string(p.User.Role)) }
func (p Page) InSettings() bool            { return strings.HasPrefix(p.Path, "/configuracion/") }
func (p Page) Languages() []choice         { return languageChoices }

// show answers with a page.
func (v *visit) show(name string, view any) error {
	v.write(http.StatusOK, name, "", view)
	return nil
}

// showPart answers with a part of a page: a template that the page's file defines.
func (v *visit) showPart(name, part string, view any) error {
	v.write(http.StatusOK, name, part, view)
	return nil
}

// write answers with a page, or with a part of one, whole or not at all.
func (v *visit) write(status int, name, part string, view any) {
	var b bytes.Buffer
	if err := v.templates[v.language()].ExecuteTemplate(&b, cmp.Or(part, pageTemplate(name)), view); err != nil {
		v.Log.ErrorContext(v.ctx(), "a page could not be made", "page", name, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding, Hx-Request")
	if takesGzip(v.r) && b.Len() >= worthPacking {
		h.Set("Content-Encoding", "gzip")
		v.w.WriteHeader(status)
		pack(v.w, b.Bytes())
		return
	}
	v.w.WriteHeader(status)
	// Whoever did not wait for the answer cannot be told that it failed.
	_, _ = v.w.Write(b.Bytes())
}

// worthPacking is the size from which an answer is compressed: below, it fits one packet anyway.
const worthPacking = 1200

var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func pack(w http.ResponseWriter, content []byte) {
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(w)
	_, _ = z.Write(content) // see write
	_ = z.Close()
}

// takesGzip says whether a browser takes compressed answers.
func takesGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == "gzip" {
			return strings.Trim(strings.ReplaceAll(parameters, " ", ""), "q=0.") != "" || parameters == ""
		}
	}
	return false
}
