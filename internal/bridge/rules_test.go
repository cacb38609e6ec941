package bridge

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"puente/internal/bsale"
	"puente/internal/crm"
)

func TestRulesThatCannotBeReadSayWhere(t *testing.T) {
	for _, test := range []struct {
		name, text, key string
		params          map[string]string
	}{
		{"empty", " \n", "rules_empty", nil},
		{"null", "null", "rules_type_wrong", nil},
		{"a list", "[]", "rules_type_wrong", map[string]string{"line": "1"}},
		{"broken off", "{\n  \"documents\": \"both\",\n", "rules_malformed", map[string]string{"line": "2", "column": "23"}},
		{"a comma too many", "{\n  \"documents\": \"both\",\n}", "rules_malformed", map[string]string{"line": "3", "column": "1"}},
		{"text for an object", "{\n \"update\": \"Cotizado\"}", "rules_type_wrong", map[string]string{"line": "2"}},
		{"two values", "{} {}", "rules_malformed", nil},
		{"an unknown key", `{"documentos": "both"}`, "rules_unknown_key", map[string]string{"key": "documentos", "place": "documentos"}},
		{"an unknown key inside", `{"update": {"from": "Cotizado"}}`, "rules_unknown_key", map[string]string{"key": "from", "place": "update.from"}},
		{"an unknown key of void", `{"void": {"stage": "Anulado", "acton": "stage"}}`, "rules_unknown_key", map[string]string{"key": "acton", "place": "void.acton"}},
		{"an unknown key of a kind", `{"per_kind": {"quote": {"from": "Nuevo"}}}`, "rules_unknown_key", map[string]string{"key": "from", "place": "per_kind.quote.from"}},
		{"an unknown key of a row", `{"mapping": {"deal": [{"from": "document.id", "to": "A"}, {"form": "document.id", "to": "B"}]}}`, "rules_unknown_key", map[string]string{"place": "mapping.deal[1].form"}},
		{"an unknown key before what is no JSON", `{"documentos": 1} {`, "rules_unknown_key", map[string]string{"place": "documentos"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseRules([]byte(test.text))
			var e *crm.Error
			if !errors.As(err, &e) || e.Key != test.key || e.Code != crm.Invalid {
				t.Fatalf("got %v, want %s", err, test.key)
			}
			_, params := e.Message()
			for name, value := range test.params {
				if params[name] != value {
					t.Errorf("%s is %q, want %q", name, params[name], value)
				}
			}
		})
	}
}

func TestVoidCanBeAWord(t *testing.T) {
	for text, want := range map[string]VoidRule{
		`{"void": "none"}`: {Action: VoidNone},
		`{"void": "flag"}`: {Action: VoidFlag},
		`{"void": {"action": "stage", "stage": "Anulado"}}`: {Action: VoidStage, Stage: "Anulado"},
		`{}`: {Action: VoidFlag},
	} {
		rules, err := ParseRules([]byte(text))
		if err != nil || rules.Void != want {
			t.Errorf("%s: %+v, %v", text, rules.Void, err)
		}
	}
}

func TestRulesSurviveBeingStored(t *testing.T) {
	rules := DefaultRules(crm.Spanish)
	data, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRules(data)
	if err != nil || !reflect.DeepEqual(rules, again) {
		t.Errorf("%v\nstored %+v\nread   %+v", err, rules, again)
	}
}

func TestRulesThatDoNotFitTheAccountSayEachProblemAtItsPlace(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Rules)
		want   []string // "place key"
	}{
		{"documents", func(r *Rules) { r.Documents = "todas" }, []string{"documents rules_documents_unknown"}},
		{"extra kind", func(r *Rules) { r.ExtraKinds = []Kind{KindInvoice, KindCreditNote} }, []string{"extra_kinds[1] rules_kind_unknown"}},
		{"kind of a type", func(r *Rules) { r.Kinds = map[string]Kind{"x": KindQuote} }, []string{"kinds.x rules_kind_unknown"}},
		{"per kind", func(r *Rules) { r.PerKind[KindOther] = KindStages{} }, []string{"per_kind.other rules_kind_unknown"}},
		{"pipeline", func(r *Rules) { r.Pipeline = "Compras" }, []string{"pipeline rules_pipeline_unknown"}},
		{"from-stage", func(r *Rules) { r.Update.FromStage = "Cotisado" }, []string{"update.from_stage rules_stage_unknown"}},
		{"a won from-stage", func(r *Rules) { r.Update.FromStage = "Vendido" }, []string{"update.from_stage rules_stage_not_open"}},
		{"to-stage", func(r *Rules) { r.Update.ToStage = "Bendido" }, []string{"update.to_stage rules_stage_unknown"}},
		{"create stage", func(r *Rules) { r.Create.Stage = "Nueva" }, []string{"create.stage rules_stage_unknown"}},
		{"stage of a kind", func(r *Rules) { name := "Nada"; r.PerKind[KindReceipt] = KindStages{ToStage: &name} }, []string{"per_kind.receipt.to_stage rules_stage_unknown"}},
		{"owner", func(r *Rules) { r.Owner = OwnerRule{Reference: "boss", Fallback: "nobody@tienda.example"} }, []string{"owner.reference rules_owner_reference_unknown", "owner.fallback rules_user_unknown"}},
		{"a fallback who was deactivated", func(r *Rules) { r.Owner.Fallback = "gone@tienda.example" }, []string{"owner.fallback rules_user_unknown"}},
		{"value", func(r *Rules) { r.Value = "gross" }, []string{"value rules_value_unknown"}},
		{"several", func(r *Rules) { r.Several = "all" }, []string{"several rules_several_unknown"}},
		{"contact", func(r *Rules) { r.Contact = ContactRule{Require: "name", Anonymous: "maybe"} }, []string{"contact.require rules_contact_require_unknown", "contact.anonymous rules_anonymous_unknown"}},
		{"void", func(r *Rules) { r.Void.Action = "delete" }, []string{"void.action rules_void_unknown"}},
		{"void without stage", func(r *Rules) { r.Void = VoidRule{Action: VoidStage} }, []string{"void.stage rules_void_stage_missing"}},
		{"void stage", func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Nulo"} }, []string{"void.stage rules_stage_unknown"}},
		{"start", func(r *Rules) { r.Start = "31-12-2025" }, []string{"start rules_date_invalid"}},
		{"field", func(r *Rules) { r.Mapping.Deal[1].To = "Fecha Emisión" }, []string{"mapping.deal[1].to rules_field_unknown"}},
		{"a contact's field for a deal", func(r *Rules) { r.Mapping.Deal[0].To = "Rut del Cliente del Documento" }, []string{"mapping.deal[0].to rules_field_unknown"}},
		{"a field twice", func(r *Rules) { r.Mapping.Deal[1].To = "número de documento" }, []string{"mapping.deal[1].to rules_field_twice"}},
		{"source", func(r *Rules) { r.Mapping.Contact[0].From = "client.rut" }, []string{"mapping.contact[0].from rules_source_unknown"}},
		{"source and constant", func(r *Rules) { r.Mapping.Contact[1].From = "client.code" }, []string{"mapping.contact[1].from rules_source_unknown"}},
		{"neither source nor constant", func(r *Rules) { r.Mapping.Deal[0].From = "" }, []string{"mapping.deal[0].from rules_source_unknown"}},
		{"an amount into a date", func(r *Rules) { r.Mapping.Deal[3].To = "Día" }, []string{"mapping.deal[3].to rules_source_does_not_fit"}},
		{"a word into a number", func(r *Rules) { r.Mapping.Deal[2] = row("document.kind", "Entero") }, []string{"mapping.deal[2].to rules_source_does_not_fit"}},
		{"a constant that is no option", func(r *Rules) { r.Mapping.Deal[2] = constant("Mall", "Sucursal") }, []string{"mapping.deal[2].to rules_constant_does_not_fit"}},
		{"a constant that is one", func(r *Rules) { r.Mapping.Deal[2] = constant("online", "Sucursal") }, nil},
		{"a word into a dropdown, which may have it", func(r *Rules) { r.Mapping.Deal[2] = row("document.office", "Sucursal") }, nil},
		{"an attribute, which may hold anything", func(r *Rules) { r.Mapping.Deal[2] = row("document.attribute.Entrega", "Día") }, nil},
		{"an amount into a decimal", func(r *Rules) { r.Mapping.Deal[2] = row("document.net", "Monto") }, nil},
		{"write", func(r *Rules) { r.Mapping.Deal[0].Write = "never" }, []string{"mapping.deal[0].write rules_write_unknown"}},
		{"empty", func(r *Rules) { r.Mapping.Deal[0].Empty = "wipe" }, []string{"mapping.deal[0].empty rules_empty_unknown"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, crm.Chile, nil)
			rules := DefaultRules(crm.Spanish)
			test.change(&rules)
			_, problems := rules.Resolve(s.around)
			var got []string
			for _, problem := range problems {
				got = append(got, problem.Field+" "+problem.Key)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func row(from, to string) MappingRow {
	return MappingRow{From: from, To: to, Write: WriteAlways, Empty: EmptyKeep}
}

func constant(text, to string) MappingRow {
	return MappingRow{Constant: &text, To: to, Write: WriteAlways, Empty: EmptyKeep}
}

// TestARowFitsAsTheListOfSourcesSays: whatever the list offers is taken, and nothing else.
func TestARowFitsAsTheListOfSourcesSays(t *testing.T) {
	for _, country := range []crm.Country{crm.Chile, crm.Peru, crm.Mexico} {
		around := newScene(t, country, nil).around
		for _, source := range Sources(around.Account) {
			if source.Name == anyAttribute {
				continue
			}
			for _, kind := range fieldTypes {
				around.Deal = []crm.CustomField{{Key: "k", Name: "Campo", Entity: crm.EntityDeal, Type: kind}}
				rules := DefaultRules(crm.Spanish)
				rules.Mapping = Mapping{Deal: []MappingRow{row(source.Name, "Campo")}}
				_, problems := rules.Resolve(around)
				if fits := slices.Contains(source.Fits, kind); fits != (len(problems) == 0) {
					t.Errorf("%s: %s into %s: listed %v, problems %v", country, source.Name, kind, fits, problems)
				}
			}
		}
	}
}

func TestFieldsAreFoundByKeyThenByNameAndNotWhenArchived(t *testing.T) {
	fields := []crm.CustomField{
		{Key: "cf_deal_uno_abcd_text", Name: "cf_deal_dos_abcd_text"},
		{Key: "cf_deal_dos_abcd_text", Name: "Dos"},
		{Key: "cf_deal_tres_abcd_text", Name: "Tres", ArchivedAt: crm.NewClock(nil).Now()},
	}
	for name, want := range map[string]string{"cf_deal_dos_abcd_text": "cf_deal_dos_abcd_text", " dos ": "cf_deal_dos_abcd_text", "Tres": "", "cf_deal_tres_abcd_text": ""} {
		field, found := findField(fields, name)
		if found != (want != "") || found && field.Key != want {
			t.Errorf("%q: found %+v, want %q", name, field, want)
		}
	}
}

func TestVersionChangesWithWhatDecides(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	version := func(change func(*Rules)) string {
		rules := DefaultRules(crm.Spanish)
		change(&rules)
		set, err := rules.ResolveFirst(s.around)
		if err != nil {
			t.Fatal(err)
		}
		return set.Version
	}
	same := version(func(*Rules) {})
	if again := version(func(*Rules) {}); again != same {
		t.Error("the same rules have two versions")
	}
	if other := version(func(r *Rules) { r.Create.Stage = "Cotizado" }); other == same {
		t.Error("other rules have the same version")
	}
}

func TestSuggestKind(t *testing.T) {
	for _, test := range []struct {
		of   bsale.DocumentType
		want Kind
	}{
		{bsale.DocumentType{Name: "BOLETA ELECTRÓNICA", Code: "39"}, KindReceipt},
		{bsale.DocumentType{Name: "BOLETA EXENTA ELECTRÓNICA", Code: "41"}, KindReceipt},
		{bsale.DocumentType{Name: "BOLETA MANUAL", Code: " 35 "}, KindReceipt},
		{bsale.DocumentType{Name: "FACTURA ELECTRÓNICA", Code: "33"}, KindInvoice},
		{bsale.DocumentType{Name: "FACTURA EXENTA", Code: "34"}, KindInvoice},
		{bsale.DocumentType{Name: "FACTURA DE EXPORTACIÓN", Code: "110"}, KindInvoice},
		{bsale.DocumentType{Name: "FACTURA DE COMPRA", Code: "46"}, KindOther},
		{bsale.DocumentType{Name: "NOTA CRÉDITO ELECTRÓNICA", Code: "61", Use: bsale.UseReturn, IsCreditNote: true}, KindCreditNote},
		{bsale.DocumentType{Name: "NOTA DÉBITO ELECTRÓNICA", Code: "56", Use: bsale.UseDebitNote}, KindOther},
		{bsale.DocumentType{Name: "DEVOLUCIÓN INTERNA", Use: bsale.UseReturn}, KindCreditNote},
		{bsale.DocumentType{Name: "GUÍA DE DESPACHO", Code: "52", Use: bsale.UseDispatch}, KindOther},
		{bsale.DocumentType{Name: "ORDEN DE COMPRA", Code: "801"}, KindOther},
		{bsale.DocumentType{Name: "COTIZACIÓN", IsSalesNote: true}, KindQuote},
		{bsale.DocumentType{Name: "Cotizacion web"}, KindQuote},
		{bsale.DocumentType{Name: "PRESUPUESTO"}, KindQuote},
		{bsale.DocumentType{Name: "NOTA DE VENTA", IsSalesNote: true}, KindSalesNote},
		{bsale.DocumentType{Name: "PEDIDO WEB", IsSalesNote: true}, KindSalesNote},
		{bsale.DocumentType{Name: "DOCUMENTO INTERNO", IsSalesNote: true}, KindSalesNote},
		{bsale.DocumentType{Name: "DOCUMENTO INTERNO"}, KindOther},
		{bsale.DocumentType{Name: "BOLETA DE VENTA", Code: "03"}, KindReceipt},
		{bsale.DocumentType{Name: "FACTURA", Code: "01"}, KindInvoice},
		{bsale.DocumentType{Name: "NOTA DE CRÉDITO", Code: "07"}, KindCreditNote},
		{bsale.DocumentType{Name: "TICKET"}, KindReceipt},
		{bsale.DocumentType{Name: "FACTURA CFDI"}, KindInvoice},
		{bsale.DocumentType{Name: "NOTA DE CRÉDITO"}, KindCreditNote},
		{bsale.DocumentType{Name: "GUÍA INTERNA", Use: bsale.UseDispatch}, KindOther},
	} {
		if got := SuggestKind(test.of); got != test.want {
			t.Errorf("%+v is taken for %s, want %s", test.of, got, test.want)
		}
	}
}

// TestTheRulesInTheDocumentationAreRules keeps docs/rules.md true.
func TestTheRulesInTheDocumentationAreRules(t *testing.T) {
	page, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```json\n")
	example, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatal("docs/rules.md has no example")
	}
	rules, err := ParseRules([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := rules.Resolve(newScene(t, crm.Chile, nil).around); len(problems) > 0 {
		t.Error(problems)
	}
	for key := range keysOf(t, rules) {
		if !strings.Contains(string(page), "| `"+key+"` |") {
			t.Errorf("docs/rules.md does not explain %q", key)
		}
	}
}

func keysOf(t *testing.T, rules Rules) map[string]any {
	t.Helper()
	data, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]any{}
	if err := json.Unmarshal(data, &keys); err != nil {
		t.Fatal(err)
	}
	return keys
}
