package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// fields returns the custom fields of deals in their order.
func (w *world) fields() []crm.CustomField {
	w.t.Helper()
	var fields []crm.CustomField
	w.read(func(r bridge.Reader) (err error) {
		fields, err = r.CustomFields(w.t.Context(), crm.EntityDeal)
		return err
	})
	return fields
}

func (w *world) field(name string) crm.CustomField {
	w.t.Helper()
	fields := w.fields()
	i := slices.IndexFunc(fields, func(f crm.CustomField) bool { return f.Name == name })
	if i < 0 {
		w.t.Fatalf("there is no field %q", name)
	}
	return fields[i]
}

const dealFieldsPath = "/configuracion/campos?de=deal"

func TestAFieldIsMadeAndAppearsAtOnce(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	form := b.get("/configuracion/campos/nuevo?de=deal")
	expect(t, "heading", form.text("h1"), "Nuevo campo de oportunidades")
	expect(t, "types", len(form.all("input[name=type]")), len(fieldTypes))
	expect(t, "button", form.text("form.field-form .form-foot button"), "Crear campo")
	expect(t, "in a dialog, too", form.has("[data-dialog-body] form.field-form"), true)
	action := form.attribute("form.field-form", "action")

	for _, one := range []struct {
		sent []string
		want crm.CustomField
	}{
		{[]string{"type", "text", "name", "Código", "pattern", "[A-Z]+", "default", "AB"}, crm.CustomField{Type: crm.TypeText, Pattern: "[A-Z]+", Default: "AB"}},
		{[]string{"type", "decimal", "name", "Metros", "pattern", "[A-Z]+", "options", "A\nB", "default", "1.234,5", "required", "1"}, crm.CustomField{Type: crm.TypeDecimal, Default: json.Number("1234.5"), Required: true}},
		{[]string{"type", "bool", "name", "Despacho", "default", "x", "default_bool", "false"}, crm.CustomField{Type: crm.TypeBool, Default: false}},
		{[]string{"type", "dropdown", "name", "Canal", "options", " Tienda \n\nWeb\n", "default", "web"}, crm.CustomField{Type: crm.TypeDropdown, Options: []string{"Tienda", "Web"}, Default: "Web"}},
		{[]string{"type", "multiselect", "name", "Colores", "options", "Rojo\nAzul", "default", "Azul; Rojo"}, crm.CustomField{Type: crm.TypeMultiSelect, Options: []string{"Rojo", "Azul"}, Default: []string{"Rojo", "Azul"}}},
		{[]string{"type", "date", "name", "Entrega", "default", "12-03-2026", "searchable", "1"}, crm.CustomField{Type: crm.TypeDate, Default: "2026-03-12", Searchable: true}},
	} {
		answer := b.post(action, one.sent...)
		if answer.Code != http.StatusSeeOther {
			t.Errorf("%v: %d %s", one.sent, answer.Code, answer.text(".problem, .alert"))
			continue
		}
		got := w.field(one.sent[3])
		expect(t, one.sent[3], []any{got.Type, got.Pattern, got.Options, got.Default, got.Required, got.Searchable}, []any{one.want.Type, one.want.Pattern, one.want.Options, one.want.Default, one.want.Required, one.want.Searchable})
		expect(t, "leads to it", answer.Header().Get("Location"), dealFieldsPath+"#"+got.Key)
	}
	page := b.get(dealFieldsPath)
	row := "#" + w.field("Canal").Key
	expect(t, "in the list", page.text(row+" .row-main"), "Canal Lista desplegable · 2 opciones · Por defecto: Web")
	expect(t, "n of 100", page.text(".fields-used p"), "12 de 100 campos")
	expect(t, "tabs", page.text(".tabs a"), "Contacto 2 Oportunidad 10")

	for field, sent := range map[string][]string{
		"name":    {"type", "text", "name", " "},
		"pattern": {"type", "text", "name", "X", "pattern", "(["},
		"options": {"type", "dropdown", "name", "X", "options", ""},
		"default": {"type", "number", "name", "X", "default", "mucho"},
	} {
		got := b.post(action, append(sent, "required", "1")...)
		if got.Code != http.StatusUnprocessableEntity || !got.has("#f-"+field+"[aria-invalid]") || !got.has("#f-required[checked]") {
			t.Errorf("%s: %d %s", field, got.Code, got.text(".alert, .problem"))
		}
	}
	if twice := b.post(action, "type", "text", "name", "CODIGO"); twice.Code != http.StatusConflict {
		t.Errorf("a name that is taken: %d", twice.Code)
	}
}

func TestFieldsArePutInOrder(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	names := func() string {
		var all []string
		for _, f := range w.fields() {
			all = append(all, f.Name)
		}
		return strings.Join(all, ", ")
	}
	a, c, d := w.field("Número de Documento"), w.field("Fecha de Emisión"), w.field("Total Documento")
	page := b.get(dealFieldsPath)
	expect(t, "the first cannot go up", []bool{page.has("#" + a.Key + " button[name=subir]"), page.has("#" + a.Key + " button[name=bajar]")}, []bool{false, true})
	b.post("/configuracion/campos/orden", "de", "deal", "bajar", a.Key).goes(dealFieldsPath)
	expect(t, "down", names(), "Fecha de Emisión, Número de Documento, Fecha de Vencimiento, Total Documento")
	b.post("/configuracion/campos/orden", "de", "deal", "subir", d.Key).goes(dealFieldsPath)
	expect(t, "up", names(), "Fecha de Emisión, Número de Documento, Total Documento, Fecha de Vencimiento")
	b.post("/configuracion/campos/orden", "de", "deal", "clave", d.Key, "clave", a.Key, "clave", c.Key).goes(dealFieldsPath)
	expect(t, "dragged", names(), "Total Documento, Número de Documento, Fecha de Emisión, Fecha de Vencimiento")
	if got := b.post("/configuracion/campos/orden", "de", "deal", "clave", "nothing"); got.Code != http.StatusUnprocessableEntity || !got.has(".alert.bad") {
		t.Errorf("a key that is none: %d", got.Code)
	}
}

func TestAFieldIsChangedWithItsOptions(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	f := w.newField("Canal", crm.TypeDropdown, "Tienda", "Web", "Feria")
	deal := w.newDeal(crm.RoleAdmin, "Muebles", "Nuevo", with(f.Key, "Web"))
	path := "/configuracion/campos/" + string(f.ID)
	form := b.get(path)
	expect(t, "no type to choose", form.has("[name=type]"), false)
	version := form.attribute("[name=version]", "value")

	moved := b.post(path, "version", version, "name", "Canal de venta", "was", "Tienda", "option", "Tienda", "was", "Web", "option", "Internet", "was", "Feria", "option", "Feria", "subir", "1")
	expect(t, "moved in the form only", []any{moved.Code, moved.attribute("ol li:first-child [name=option]", "value"), moved.attribute("#f-name", "value"), w.field("Canal").Options[0]}, []any{http.StatusOK, "Internet", "Canal de venta", "Tienda"})
	b.post(path, "version", version, "name", "Canal de venta", "was", "Web", "option", "Internet", "was", "Tienda", "option", "Tienda", "was", "Feria", "option", "", "options", "Redes\n", "default", "Web").goes(dealFieldsPath + "#" + f.Key)
	now := w.field("Canal de venta")
	expect(t, "options", now.Options, []string{"Internet", "Tienda", "Redes"})
	expect(t, "the default goes along", now.Default, "Internet")
	expect(t, "values go along", w.deal(deal.ID).Custom[f.Key], "Internet")

	used := b.post(path, "version", strconv.FormatInt(now.Version, 10), "name", "Canal", "was", "Internet", "option", "", "was", "Tienda", "option", "Tienda")
	if used.Code != http.StatusConflict || !strings.Contains(used.text(".alert, .problem"), "Internet") {
		t.Errorf("an option that deals have: %d %s", used.Code, used.text("main"))
	}
	stale := b.post(path, "version", version, "name", "Otro", "was", "Internet", "option", "Internet", "was", "Tienda", "option", "Tienda")
	expect(t, "somebody was quicker", []any{stale.Code, stale.attribute("#f-name", "value"), stale.attribute("[name=version]", "value")}, []any{http.StatusConflict, "Otro", strconv.FormatInt(now.Version, 10)})
}

func TestTheTypeOfAFieldIsChangedAfterAPreview(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	f := w.newField("Entrega", crm.TypeText)
	good := w.newDeal(crm.RoleAdmin, "Con fecha", "Nuevo", with(f.Key, "12-03-2026"))
	bad := w.newDeal(crm.RoleAdmin, "Sin fecha", "Nuevo", with(f.Key, "mañana"))
	path := "/configuracion/campos/" + string(f.ID) + "/tipo"
	expect(t, "asks", len(b.get(path).all("#f-type option")), len(fieldTypes))
	preview := b.get(path + "?type=date")
	expect(t, "misfits", []string{preview.text(".misfits q"), preview.attribute(".misfits a", "href")}, []string{"mañana", dealPath(bad.ID)})
	expect(t, "no way to go on", preview.has("form[method=post][action='"+path+"']"), false)
	if refused := b.post(path, "type", "date", "version", "1"); refused.Code != http.StatusConflict {
		t.Errorf("misfits convert: %d", refused.Code)
	}
	w.change(crm.RoleAdmin, bad.ID, crm.DealInput{Custom: map[string]any{f.Key: "13-03-2026"}})
	preview = b.get(path + "?type=date")
	expect(t, "all fit", preview.text(".alert.good"), "Todos los valores se convierten (2). Nada se pierde.")
	b.post(path, "type", "date", "version", preview.attribute("form[method=post] [name=version]", "value")).goes(dealFieldsPath + "#" + f.Key)
	expect(t, "converted", w.deal(good.ID).Custom[f.Key], "2026-03-12")
	expect(t, "options of the texts", b.get("/configuracion/campos/"+string(w.field("Entrega").ID)+"/tipo?type=dropdown").has("form[method=post]"), true)
	if got := b.get(path + "?type=nonsense"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("a type that is none: %d", got.Code)
	}
}

func TestAFieldIsArchivedRestoredAndDeleted(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	f := w.newField("Entrega", crm.TypeText)
	w.newDeal(crm.RoleAdmin, "Muebles", "Nuevo", with(f.Key, "mañana"))
	path := "/configuracion/campos/" + string(f.ID)
	b.post(path + "/archivar").goes(dealFieldsPath)
	page := b.get(dealFieldsPath)
	expect(t, "archived", []string{page.text("#archivados strong"), page.text("#campos #" + f.Key)}, []string{"Entrega", ""})
	b.post(path + "/restaurar").goes(dealFieldsPath)
	expect(t, "back", b.get(dealFieldsPath).has("#campos #"+f.Key), true)

	ask := b.get(path + "/eliminar")
	if !strings.Contains(ask.text(".alert.warn"), "para siempre: 1.") || ask.attribute("[name=values]", "value") != "1" {
		t.Errorf("asks: %s", ask.text("main"))
	}
	late := b.post(path+"/eliminar", "values", "0")
	if late.Code != http.StatusConflict || late.attribute("[name=values]", "value") != "1" {
		t.Errorf("more values than told: %d %s", late.Code, late.text("main"))
	}
	b.post(path+"/eliminar", "values", "1").goes(dealFieldsPath)
	expect(t, "gone from the list", b.get(dealFieldsPath).has("#"+f.Key+", #archivados"), false)
}

func TestAFieldThatRulesNameStays(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	f := w.field("Número de Documento")
	path := "/configuracion/campos/" + string(f.ID)
	ask := b.get(path + "/eliminar")
	if !strings.Contains(ask.text(".alert"), "Bsale") || ask.has("button.danger") || ask.attribute(".alert a", "href") != "/configuracion/apps/bsale" {
		t.Errorf("asks: %s", ask.text("main"))
	}
	for _, do := range []string{"/eliminar", "/archivar"} {
		got := b.post(path+do, "values", "9")
		if got.Code != http.StatusConflict || !strings.Contains(got.text(".alert"), "Número de Documento") || strings.Contains(got.text(".alert"), "mapping.") {
			t.Errorf("%s: %d %s", do, got.Code, got.text("main"))
		}
	}
	expect(t, "it is there", w.field("Número de Documento").ArchivedAt.IsZero(), true)
}

func TestHowFarTheWorkOnAFieldIs(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	w.newDeal(crm.RoleAdmin, "Muebles", "Nuevo")
	b.post("/configuracion/campos/nuevo?de=deal", "type", "text", "name", "Código", "searchable", "1")
	f := w.field("Código")
	page := b.get(dealFieldsPath)
	address := page.attribute("#"+f.Key+" .field-work", "hx-get")
	expect(t, "shown", page.text("#"+f.Key+" .field-work"), "Haciéndolo buscable: 0 de 1")
	b.header.Set("Hx-Request", "true")
	part := b.get(address)
	expect(t, "asked again", []any{len(part.all("main")), part.attribute("progress", "max"), part.attribute(".field-work", "hx-get")}, []any{0, "1", address})
	w.put(func(tx bridge.Tx) error {
		f.Work = nil
		return tx.UpdateCustomField(t.Context(), f)
	})
	done := b.get(address)
	expect(t, "done, and not asked any more", []any{done.text("p"), done.has("[hx-get]")}, []any{"Listo", false})
}

func TestRecommendedFieldsAreMadeInOneStepAndNeverTwice(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	expect(t, "all are there", b.get(dealFieldsPath).has("form[action$='/recomendados']"), false)
	for _, name := range []string{"Fecha de Emisión", "Total Documento"} {
		b.post("/configuracion/campos/"+string(w.field(name).ID)+"/eliminar", "values", "0")
	}
	w.put(func(tx bridge.Tx) error { // the worker has been there
		fields, err := tx.CustomFields(t.Context(), crm.EntityDeal)
		for _, f := range fields {
			if erasing(f) {
				f.Name, f.Work = "Eliminado "+f.Key, nil
				if err := tx.UpdateCustomField(t.Context(), f); err != nil {
					return err
				}
			}
		}
		return err
	})
	expect(t, "missing", b.get(dealFieldsPath).text(".recommended-fields"), "Fecha de Emisión Oportunidad · Fecha Total Documento Oportunidad · Dinero")
	b.post("/configuracion/campos/recomendados", "de", "deal", "como", "tipos").goes(dealFieldsPath)
	expect(t, "types", []crm.FieldType{w.field("Fecha de Emisión").Type, w.field("Total Documento").Type, w.field("Fecha de Vencimiento").Type}, []crm.FieldType{crm.TypeDate, crm.TypeMoney, crm.TypeText})
	n := len(w.fields())
	b.post("/configuracion/campos/recomendados", "de", "deal", "como", "texto").goes(dealFieldsPath)
	expect(t, "never twice", len(w.fields()), n)
}

func TestWithAHundredFieldsThereIsNoRoom(t *testing.T) {
	w := newWorld(t)
	w.put(func(tx bridge.Tx) error {
		for i := len(w.fields()) + 2; i < crm.MaxCustomFields; i++ {
			if _, err := crm.CreateField(t.Context(), tx, w.by(crm.RoleAdmin), crm.NewField{Entity: crm.EntityDeal, Name: "Campo " + strconv.Itoa(i), Type: crm.TypeText}, crm.RandomLetters); err != nil {
				return err
			}
		}
		return nil
	})
	page := w.admin().get(dealFieldsPath)
	expect(t, "count", page.text(".fields-used p"), "100 de 100 campos")
	expect(t, "no button", page.has("a[href^='/configuracion/campos/nuevo']"), false)
}
