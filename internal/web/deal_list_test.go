package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func (a *answer) rows() []string {
	a.t.Helper()
	var names []string
	for _, n := range a.all(".list-table td:first-child") {
		names = append(names, words(n))
	}
	return names
}

func TestTheListShowsTheChosenColumns(t *testing.T) {
	w := newWorld(t)
	color := w.newField("Color", crm.TypeDropdown, "Rojo", "Azul")
	deal := w.newDeal(crm.RoleAdmin, "Silla", "Nuevo", worth("1500"), ownedBy(w.users[crm.RoleSeller]), of(w.newContact("Camila Soto", "c@x.cl")), with(color.Key, "Azul"))
	w.linked(deal, bridge.KindQuote, 77, "2026-03-12")
	b := w.admin()
	page := b.get(dealListPath)
	expect(t, "usual", page.text(".list-table th"), "Nombre Contacto Etapa Dueño Valor Modificado Documento")
	expect(t, "row", page.text(".list-table td"), "Silla Camila Soto Nuevo PS Persona seller $313.130 12-03-2026 12:04 Cotización 77")
	expect(t, "link", page.attribute(".list-table td:first-child a", "href"), "/oportunidades/"+string(deal.ID))
	if !strings.Contains(page.Body.String(), "Cotización\u00a077") {
		t.Error("a document's name may break between two lines")
	}

	b.post("/oportunidades/lista/columnas", "columna", "name", "columna", color.Key, "columna", "status", "volver", dealListPath+"?sort=name").goes(dealListPath + "?sort=name")
	page = b.get(dealListPath)
	expect(t, "chosen", page.text(".list-table th"), "Nombre Estado Color")
	expect(t, "row", page.text(".list-table td"), "Silla Abierta Azul")
	expect(t, "ticked", len(page.all("input[name=columna][checked]")), 3)
	b.post("/oportunidades/lista/columnas", "volver", "https://elsewhere.example/").goes(dealListPath)
	expect(t, "none is the usual", len(b.get(dealListPath).all(".list-table th")), len(usualDealColumns))
}

func TestTheListIsFilteredByAnyField(t *testing.T) {
	w := newWorld(t)
	color, when := w.newField("Color", crm.TypeDropdown, "Rojo", "Azul"), w.newField("Vence", crm.TypeDate)
	w.newDeal(crm.RoleAdmin, "Silla", "Nuevo", worth("1500"), with(color.Key, "Rojo"), with(when.Key, "2026-04-01"))
	w.newDeal(crm.RoleAdmin, "Mesa", "Vendido", worth("20000"), with(color.Key, "Azul"), ownedBy(w.users[crm.RoleSeller]))
	w.newDeal(crm.RoleAdmin, "Cama", "Nuevo", worth("900000"))
	b := w.admin()
	add := func(from, field, op string, values ...string) *answer {
		q := url.Values{paramField: {field}, paramOperator: {op}, paramValue: values, paramAdd: {"1"}}
		separator := "?"
		if strings.Contains(from, "?") {
			separator = "&"
		}
		return b.get(from + separator + q.Encode())
	}
	for _, c := range []struct {
		field, op string
		values    []string
		chip      string
		want      []string
	}{
		{"stage", "is", []string{string(w.stage("Nuevo").ID)}, "Etapa es Nuevo", []string{"Cama", "Silla"}},
		{"stage", "is", []string{string(w.stage("Nuevo").ID), string(w.stage("Vendido").ID)}, "Etapa es Nuevo, Vendido", []string{"Cama", "Mesa", "Silla"}},
		{"status", "is_not", []string{"won"}, "Estado no es Ganada", []string{"Cama", "Silla"}},
		{"owner", "is", []string{"unassigned"}, "Dueño es Sin dueño", []string{"Cama", "Silla"}},
		{"owner", "filled", nil, "Dueño tiene dato", []string{"Mesa"}},
		{"value", "gte", []string{"20.000"}, "Valor desde 20.000", []string{"Cama", "Mesa"}},
		{"name", "contains", []string{"ILL"}, "Nombre contiene ILL", []string{"Silla"}},
		{color.Key, "is", []string{"Azul"}, "Color es Azul", []string{"Mesa"}},
		{when.Key, "lt", []string{"2026-05-01"}, "Vence antes del 01-05-2026", []string{"Silla"}},
		{when.Key, "empty", []string{"x"}, "Vence está vacío", []string{"Cama", "Mesa"}},
		{"created", "gt", []string{"2026-03-12"}, "Creado después del 12-03-2026", nil},
		{"contact", "empty", nil, "Contacto está vacío", []string{"Cama", "Mesa", "Silla"}},
	} {
		to := add(dealListPath, c.field, c.op, c.values...)
		if to.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", c.chip, to.Code, to.text("main"))
			continue
		}
		page := b.get(to.Header().Get("Location") + "&sort=name")
		expect(t, "chip", page.text(".chip-text"), c.chip)
		expect(t, c.chip, page.rows(), c.want)
		expect(t, "without it", len(b.get(page.attribute(".chip-remove", "href")).rows()), 3)
		// A chip leads to the form in which it was made, as it was filled.
		form := b.get(page.attribute("a.chip-text", "href"))
		if form.has(".chip") || !form.has(".filter-editor select option[value="+c.op+"][selected]") {
			t.Errorf("%s: the form is another", c.chip)
		}
	}
	both := add(add(dealListPath, "stage", "is", string(w.stage("Nuevo").ID)).Header().Get("Location"), "value", "lt", "2.000").Header().Get("Location")
	expect(t, "both", b.get(both).rows(), []string{"Silla"})
	expect(t, "words", b.get(dealListPath+"?q=mes").rows(), []string{"Mesa"})
	nothing := b.get(dealListPath + "?q=nada")
	if !nothing.has(".empty a[href='"+dealListPath+"']") || nothing.has(".list-table") {
		t.Error(nothing.text("main"))
	}

	// Numbers are those that people of the account write, and no others.
	for _, wrong := range []string{"20,00,0", "2.00", "mucho", ""} {
		if got := add(dealListPath, "value", "gt", wrong); got.Code != http.StatusOK || !got.has(".filter-editor .problem") {
			t.Errorf("%q is taken: %d %s", wrong, got.Code, got.Header().Get("Location"))
		}
	}
	// What is wrong in an address is said, and no other list is shown in its place.
	for _, wrong := range []string{"filter[none]=1", "filter[value][like]=1", "filter[stage]=none", "filter[value]=x"} {
		got := b.get(dealListPath + "?" + wrong)
		if got.Code != http.StatusOK || !got.has(".chip.wrong") || !got.has(".filters .alert.bad") || got.has(".list-table") {
			t.Errorf("%s: %d %s", wrong, got.Code, got.text("main"))
		}
	}
	if got := b.get(dealListPath + "?sort=none"); !got.has(".alert.warn") || len(got.rows()) != 3 {
		t.Errorf("an order that there is not: %s", got.text("main"))
	}
	b.get(dealListPath + "?cursor=none&q=mes").goes(dealListPath + "?q=mes")
}

func TestTheListIsSortedAndPaged(t *testing.T) {
	w := newWorld(t)
	for i := range rowsAtOnce + 2 {
		w.newDeal(crm.RoleAdmin, fmt.Sprintf("Venta %03d", i), "Nuevo", worth(fmt.Sprint(1000-i)))
	}
	b := w.admin()
	page := b.get(dealListPath)
	expect(t, "count", page.text(".list-count"), "52 oportunidades")
	byValue := page.attribute(".list-table th.number a", "href")
	page = b.get(byValue)
	expect(t, "the highest first", page.rows()[0], "Venta 000")
	expect(t, "said", page.text("th[aria-sort=descending]"), "Valor")
	expect(t, "the other way round", b.get(page.attribute("th[aria-sort] a", "href")).rows()[0], "Venta 051")
	next := b.get(page.attribute(".pager a", "href"))
	expect(t, "the rest", next.rows(), []string{"Venta 050", "Venta 051"})
	expect(t, "back", next.attribute(".pager a", "href"), byValue)
}

func TestTheWholeListIsForThoseWhoMayTakeIt(t *testing.T) {
	w := newWorld(t)
	w.newDeal(crm.RoleAdmin, "Silla", "Nuevo")
	path := dealListPath + "?filter[name][contains]=sil"
	expect(t, "address", w.admin().get(path).attribute("a[href^='/v1/']", "href"), "/v1/crm/deals.csv?filter[name][contains]=sil")
	if w.as("seller@elpuente.cl").get(path).has("a[href^='/v1/']") {
		t.Error("a seller takes the whole list")
	}
}

func TestAListWithoutDealsLeadsToTheFirst(t *testing.T) {
	page := newWorld(t).admin().get(dealListPath)
	if !page.has(".empty a[href='/oportunidades/nueva']") || page.has("a[href^='/v1/']") {
		t.Error(page.text("main"))
	}
}
