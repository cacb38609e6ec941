package bridge

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// everyName is a set of rules in which every place that can name something does.
func everyName(r *Rules) {
	quoted, sold := "Cotizado", "Vendido"
	r.Owner.Fallback = bobEmail
	r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"}
	r.PerKind[KindInvoice] = KindStages{FromStage: &quoted, ToStage: &sold, CreateStage: &sold}
}

func TestStoredRulesNameThingsByWhatNeverChanges(t *testing.T) {
	s := newScene(t, crm.Chile, everyName)
	stored := s.rules.Canonical(s.around)
	data, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Ventas", "Nuevo", "Cotizado", "Vendido", "Anulado", bobEmail, "Número de Documento", "Origen de los contactos"} {
		if strings.Contains(string(data), name) {
			t.Errorf("%q is in the stored rules: %s", name, data)
		}
	}
	if diff := cmp.Diff(s.rules, stored.Named(s.around)); diff != "" {
		t.Errorf("named again, they differ:\n%s", diff)
	}
	if again := stored.Canonical(s.around); !reflect.DeepEqual(again, stored) {
		t.Errorf("stored twice: %+v", again)
	}
	set, problems := stored.Resolve(s.around)
	if len(problems) > 0 || set.Version != s.set.Version || !reflect.DeepEqual(set.Stages, s.set.Stages) || set.Fallback.Email != bobEmail {
		t.Errorf("resolved they differ: %v", problems)
	}
}

func TestARenameChangesNoRules(t *testing.T) {
	s := newScene(t, crm.Chile, everyName)
	stored := s.rules.Canonical(s.around)
	s.around.Pipelines[0].Name = "Tienda"
	for i := range s.around.Pipelines[0].Stages {
		s.around.Pipelines[0].Stages[i].Name += " nueva"
	}
	s.around.Deal[0].Name, s.around.Contact[0].Name = "Folio", "RUT"
	s.around.Users[1].Email = "roberto@tienda.example"
	set, problems := stored.Resolve(s.around)
	if len(problems) > 0 || set.Version != s.set.Version {
		t.Errorf("version %s, was %s; problems %v", set.Version, s.set.Version, problems)
	}
	shown := stored.Named(s.around)
	got := []string{shown.Pipeline, shown.Update.FromStage, shown.Void.Stage, *shown.PerKind[KindReceipt].CreateStage, shown.Owner.Fallback, shown.Mapping.Deal[0].To, shown.Mapping.Contact[0].To}
	want := []string{"Tienda", "Cotizado nueva", "Anulado nueva", "Vendido nueva", "roberto@tienda.example", "Folio", "RUT"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown:\n%s", diff)
	}
}

func TestRewritingRulesLeavesThoseGivenAlone(t *testing.T) {
	s := newScene(t, crm.Chile, everyName)
	before, _ := json.Marshal(s.rules)
	s.rules.Canonical(s.around)
	after, _ := json.Marshal(s.rules)
	if string(before) != string(after) {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

func TestANameThatIsNotThereStaysAsWritten(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	rules := s.rules
	rules.Update.FromStage, rules.Owner.Fallback = "Cotisado", "nobody"
	stored := rules.Canonical(s.around)
	if stored.Update.FromStage != "Cotisado" || stored.Owner.Fallback != "nobody" {
		t.Errorf("%+v", stored)
	}
	rules.Pipeline = "Compras" // and so all its stages
	if stored = rules.Canonical(s.around); stored.Pipeline != "Compras" || stored.Update.ToStage != "Vendido" {
		t.Errorf("%+v", stored)
	}
}

func TestNewRecordsHaveTheDefaultsThatTheMappingLeavesEmpty(t *testing.T) {
	s := newScene(t, crm.Chile, func(r *Rules) {
		r.Mapping.Deal = []MappingRow{{From: "document.number", To: "Entero", Write: WriteAlways, Empty: EmptyKeep}, {From: "document.address", To: "Texto", Write: WriteAlways, Empty: EmptyKeep}}
	})
	defaults := map[string]any{"Entero": json.Number("7"), "Texto": "sin dirección", "Sucursal": "Online", "Monto": json.Number("1")}
	for i, field := range s.around.Deal {
		s.around.Deal[i].Default = defaults[field.Name]
		if field.Name == "Monto" {
			s.around.Deal[i].ArchivedAt = s.clock.Now()
		}
	}
	s.around.Contact[1].Default, s.around.Contact[0].Default = "nunca", "nunca" // mapped, and the mapping writes
	s.around.Contact = append(s.around.Contact, crm.CustomField{ID: crm.NewID(), Entity: crm.EntityContact, Key: "cf_contact_x", Name: "Segmento", Type: crm.TypeText, Default: "Tienda", Required: true})
	version := s.set.Version
	s.resolve()
	if s.set.Version != version {
		t.Error("a default decides nothing, and must not have everything decided again")
	}
	plan := s.decide(receipt(1, to(person())))
	rules := map[string]string{}
	for _, change := range append(plan.Deal.Changes, plan.Contact.Changes...) {
		if change.set.custom != "" {
			rules[change.Field] = change.Rule
		}
	}
	want := map[string]string{
		"Entero": "mapping.deal[1]", "Texto": ruleDefault, "Sucursal": ruleDefault, "Segmento": ruleDefault,
		"Rut del Cliente del Documento": "mapping.contact[1]", "Origen de los contactos": "mapping.contact[2]",
	}
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Errorf("rules behind the fields:\n%s", diff)
	}
	deal := s.theDeal()
	for name, want := range map[string]any{"Texto": "sin dirección", "Sucursal": "Online", "Entero": json.Number("1"), "Monto": nil} {
		field, _ := findField(s.around.Deal, name)
		if field != nil && deal.Custom[field.Key] != want {
			t.Errorf("%s is %v, want %v", name, deal.Custom[field.Key], want)
		}
	}
	for _, event := range s.w.changed.events {
		for _, change := range event.Changes {
			if strings.HasPrefix(change.Field, "cf_") && change.Rule == "" {
				t.Errorf("the timeline does not say by which rule: %+v", change)
			}
		}
	}

	// What is there already gets none.
	plan = s.decide(receipt(1, to(person()), total("5000"), func(d *bsale.Document) { d.Address = "" }))
	if plan.Reason != ContentChanged {
		t.Errorf("%v", lines(plan))
	}
	for _, change := range plan.Deal.Changes {
		if change.Rule == ruleDefault {
			t.Errorf("%+v", change)
		}
	}
}
