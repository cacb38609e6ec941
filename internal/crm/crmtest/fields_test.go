package crmtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func (w *world) createField(n crm.NewField) func(tx crm.Tx) (crm.CustomField, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.CustomField, error) {
		return crm.CreateField(w.Context(), tx, hand, n, crm.RandomLetters)
	}
}

func (w *world) changeField(f crm.CustomField, change crm.FieldChange) func(tx crm.Tx) (crm.CustomField, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.CustomField, error) { return crm.ChangeField(w.Context(), tx, hand, f.ID, change) }
}

// storedField returns a field as the database has it.
func (w *world) storedField(f crm.CustomField) crm.CustomField {
	w.Helper()
	return view(w, func(r crm.Reader) (crm.CustomField, error) { return crm.FindField(w.Context(), r, f.ID) })
}

// holding makes a contact with a value in a field.
func (w *world) holding(f crm.CustomField, value any) crm.ID {
	w.Helper()
	return w.contact(w.hand(w.editor), crm.ContactInput{FirstName: p("Ana"), Custom: map[string]any{f.Key: value}}).ID
}

func TestAFieldIsMadeAndChanged(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{
			Entity: crm.EntityDeal, Name: "  Número\nde guía ", Type: crm.TypeText, Pattern: `[0-9]{3}`, Required: true, Default: " 123 ", Searchable: true,
		}))
		if !strings.HasPrefix(field.Key, "cf_deal_numero_de_guia_") || !strings.HasSuffix(field.Key, "_text") {
			w.Errorf("key %s", field.Key)
		}
		if field.Name != "Número de guía" || field.Default != "123" || !field.Searchable || !field.Required || field.Work != nil || field.Position != 1 {
			w.Errorf("field: %+v", field)
		}
		w.same("as kept", w.storedField(field), field)

		known := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Key: "cf_contact_dni_o_ruc_qatn_number", Name: "DNI", Type: crm.TypeNumber}))
		if known.Key != "cf_contact_dni_o_ruc_qatn_number" {
			w.Errorf("the key that was asked for became %s", known.Key)
		}
		refuse(w, "conflict field_key_taken key", w.createField(crm.NewField{Entity: crm.EntityContact, Key: known.Key, Name: "Otro", Type: crm.TypeNumber}))
		for _, key := range []string{"cf_deal_dni_number", "cf_contact_dni_text", "cf_contact__number"[:13], "cf_contact_DNI_number", "cf_contact_a'b_number", "cf_contact_" + strings.Repeat("x", 100) + "_number"} {
			refuse(w, "invalid field_key_invalid key", w.createField(crm.NewField{Entity: crm.EntityContact, Key: key, Name: "Otro", Type: crm.TypeNumber}))
		}

		changed := done(w, w.changeField(field, crm.FieldChange{Version: 1, Name: p("Guía"), Pattern: p(""), Required: p(false), Default: p[any](nil)}))
		if changed.Name != "Guía" || changed.Key != field.Key || changed.Required || changed.Default != nil || changed.Pattern != "" || changed.Version != 2 {
			w.Errorf("changed: %+v", changed)
		}
		w.same("as kept", w.storedField(field), changed)
		refuse(w, "conflict stale", w.changeField(field, crm.FieldChange{Version: 1, Name: p("x")}))
		refuse(w, "not_found field_not_found", w.changeField(crm.CustomField{ID: "x"}, crm.FieldChange{}))

		text := func(n crm.NewField) crm.NewField {
			n.Entity, n.Name = crm.EntityContact, "Nuevo"
			return n
		}
		for want, n := range map[string]crm.NewField{
			"invalid entity_unknown entity":       {Entity: "product", Name: "x", Type: crm.TypeText},
			"invalid field_type_unknown type":     {Entity: crm.EntityDeal, Name: "x", Type: crm.TypeUser},
			"invalid name_missing name":           {Entity: crm.EntityDeal, Name: "\x00", Type: crm.TypeText},
			"invalid text_too_long name":          {Entity: crm.EntityDeal, Name: strings.Repeat("ñ", 101), Type: crm.TypeText},
			"conflict name_taken name":            {Entity: crm.EntityContact, Name: "TÁLLA", Type: crm.TypeText},
			"invalid pattern_not_text pattern":    text(crm.NewField{Type: crm.TypeNumber, Pattern: "1"}),
			"invalid pattern_invalid pattern":     text(crm.NewField{Type: crm.TypeText, Pattern: "("}),
			"invalid value_pattern default":       text(crm.NewField{Type: crm.TypeText, Pattern: "a", Default: "b"}),
			"invalid value_not_number default":    text(crm.NewField{Type: crm.TypeNumber, Default: "b"}),
			"invalid options_not_allowed options": text(crm.NewField{Type: crm.TypeText, Options: []string{"a"}}),
			"invalid options_missing options":     text(crm.NewField{Type: crm.TypeDropdown}),
			"invalid option_missing options[1]":   text(crm.NewField{Type: crm.TypeDropdown, Options: []string{"a", " "}}),
			"invalid option_twice options[1]":     text(crm.NewField{Type: crm.TypeDropdown, Options: []string{"á", "A "}}),
			"invalid option_separator options[0]": text(crm.NewField{Type: crm.TypeMultiSelect, Options: []string{"a;b"}}),
			"invalid value_not_option default":    text(crm.NewField{Type: crm.TypeDropdown, Options: []string{"a"}, Default: "b"}),
		} {
			refuse(w, want, w.createField(n))
		}
	})
}

func TestAnAccountHasAHundredFieldsAtMost(t *testing.T) {
	eachEngine(t, func(w *world) {
		w.update(func(tx crm.Tx) error {
			for i := 5; i < crm.MaxCustomFields; i++ {
				entity := []crm.Entity{crm.EntityContact, crm.EntityDeal}[i%2]
				_, err := crm.CreateField(w.Context(), tx, w.hand(w.admin), crm.NewField{Entity: entity, Name: "n" + strconv.Itoa(i), Type: crm.TypeDate}, crm.RandomLetters)
				w.must(err)
			}
			return nil
		})
		e := refuse(w, "conflict too_many_fields", w.createField(crm.NewField{Entity: crm.EntityDeal, Name: "uno más", Type: crm.TypeText}))
		w.same("params", e.Params, map[string]string{"count": "100", "most": "100"})
		refuse(w, "conflict too_many_fields", func(tx crm.Tx) ([]crm.CustomField, error) {
			return crm.AddRecommendedFields(w.Context(), tx, w.hand(w.admin), false, crm.RandomLetters)
		})
		w.must(w.store.View(w.Context(), w.account.ID, func(r bridge.Reader) error {
			count, most, err := crm.CountFields(w.Context(), r)
			w.same("count", []int{count, most}, []int{100, 100})
			return err
		}))
		done(w, w.deleteField(w.archived, 0))
		done(w, w.createField(crm.NewField{Entity: crm.EntityDeal, Name: "uno más", Type: crm.TypeText}))
	})
}

func (w *world) deleteField(f crm.CustomField, expected int) func(tx crm.Tx) (struct{}, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (struct{}, error) {
		return nothing(crm.DeleteField(w.Context(), tx, hand, f.ID, expected))
	}
}

func TestAFieldIsDeletedWithTheValuesThatSomebodyWasToldOf(t *testing.T) {
	eachEngine(t, func(w *world) {
		first, second := w.holding(w.size, "1"), w.holding(w.size, "2")
		e := refuse(w, "conflict field_has_values", w.deleteField(w.size, 1))
		w.same("params", e.Params, map[string]string{"name": "Talla", "count": "2"})
		done(w, w.deleteField(w.size, 2))
		refuse(w, "not_found field_not_found", w.deleteField(w.size, 2))
		done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "talla", Type: crm.TypeText})) // its name is free

		for {
			more, err := w.store.StepFieldWork(w.Context(), w.account.ID, 1)
			w.must(err)
			if !more {
				break
			}
		}
		for _, id := range []crm.ID{first, second} {
			c := w.stored(id)
			if _, there := c.Custom[w.size.Key]; there {
				w.Errorf("still there: %v", c.Custom)
			}
		}
	})
}

func TestAFieldIsArchivedAndRestored(t *testing.T) {
	eachEngine(t, func(w *world) {
		id := w.holding(w.size, "42")
		archive := func(f crm.CustomField) func(tx crm.Tx) (crm.CustomField, error) {
			return func(tx crm.Tx) (crm.CustomField, error) {
				return crm.ArchiveField(w.Context(), tx, w.hand(w.admin), f.ID)
			}
		}
		restore := func(f crm.CustomField) func(tx crm.Tx) (crm.CustomField, error) {
			return func(tx crm.Tx) (crm.CustomField, error) {
				return crm.RestoreField(w.Context(), tx, w.hand(w.admin), f.ID)
			}
		}
		archived := done(w, archive(w.size))
		w.same("as kept", w.storedField(w.size), archived)
		w.same("archived twice", done(w, archive(w.size)), archived)
		_, err := w.change(w.hand(w.editor), id, crm.ContactInput{Custom: map[string]any{w.size.Key: "43"}})
		w.refused(err, "invalid field_archived custom."+w.size.Key)
		twin := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Talla", Type: crm.TypeText}))
		refuse(w, "conflict name_taken name", restore(w.size))
		done(w, w.changeField(twin, crm.FieldChange{Name: p("Otra talla")}))
		if restored := done(w, restore(w.size)); !restored.ArchivedAt.IsZero() {
			w.Errorf("restored: %+v", restored)
		}
		w.same("value", w.stored(id).Custom[w.size.Key], any(json.Number("42")))
	})
}

func TestFieldsAreReordered(t *testing.T) {
	eachEngine(t, func(w *world) {
		reorder := func(keys ...string) func(tx crm.Tx) ([]crm.CustomField, error) {
			return func(tx crm.Tx) ([]crm.CustomField, error) {
				return crm.ReorderFields(w.Context(), tx, w.hand(w.admin), crm.EntityContact, keys)
			}
		}
		done(w, reorder(w.needed.Key, w.color.Key))
		var keys []string
		for _, f := range view(w, func(r crm.Reader) ([]crm.CustomField, error) { return r.CustomFields(w.Context(), crm.EntityContact) }) {
			keys = append(keys, f.Key)
		}
		w.same("order", keys[:3], []string{w.needed.Key, w.color.Key, w.size.Key})
		refuse(w, "invalid field_unknown keys", reorder(w.archived.Key))
		refuse(w, "invalid field_unknown keys", reorder(w.reference.Key))
	})
}

func TestOptionsAreRenamedWithTheirValuesAndKeptWhileUsed(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Canales", Type: crm.TypeMultiSelect, Options: []string{"Web", "Tienda", "Feria"}}))
		many, one := w.holding(field, []any{"tienda", "Web"}), w.holding(w.color, "Rojo")
		w.same("values", w.stored(many).Custom[field.Key], any([]any{"Web", "Tienda"}))

		e := refuse(w, "conflict option_in_use options", w.changeField(field, crm.FieldChange{Options: &[]string{"Web", "Feria"}}))
		w.same("params", e.Params, map[string]string{"option": "Tienda", "count": "1"})
		changed := done(w, w.changeField(field, crm.FieldChange{Options: &[]string{"Local", "Sitio", "Web"}, Renamed: map[string]string{"Tienda": "Local"}}))
		w.same("options", changed.Options, []string{"Local", "Sitio", "Web"})
		w.same("renamed, in the order of the options", w.stored(many).Custom[field.Key], any([]any{"Local", "Web"}))
		refuse(w, "invalid option_unknown renamed", w.changeField(field, crm.FieldChange{Options: &[]string{"Local", "Web"}, Renamed: map[string]string{"Feria": "Local"}}))
		refuse(w, "invalid option_unknown renamed", w.changeField(field, crm.FieldChange{Options: &[]string{"Local", "Web"}, Renamed: map[string]string{"Local": "Calle"}}))

		// A default goes with its option.
		color := done(w, w.changeField(w.color, crm.FieldChange{Options: &[]string{"Carmín", "Celeste"}, Renamed: map[string]string{"Rojo": "Carmín", "Azul": "Celeste"}}))
		w.same("default", color.Default, any("Celeste"))
		w.same("value of a dropdown", w.stored(one).Custom[w.color.Key], any("Carmín"))
		refuse(w, "invalid value_not_option default", w.changeField(field, crm.FieldChange{Default: p[any]("Calle")}))
		nobody := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Nadie", Type: crm.TypeDropdown, Options: []string{"a", "b"}, Default: "a"}))
		refuse(w, "invalid value_not_option default", w.changeField(nobody, crm.FieldChange{Options: &[]string{"b"}}))
	})
}

func TestAFieldBecomesSearchableInTheBackground(t *testing.T) {
	eachEngine(t, func(w *world) {
		for i := range 5 {
			w.holding(w.size, strconv.Itoa(i))
		}
		made := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Nuevo", Type: crm.TypeText, Searchable: true}))
		w.same("work on a new field", made.Work, &crm.FieldWork{Kind: crm.WorkIndex, Total: 5})
		field := done(w, w.changeField(w.size, crm.FieldChange{Searchable: p(true)}))
		w.same("work", field.Work, &crm.FieldWork{Kind: crm.WorkIndex, Total: 5})
		refuse(w, "conflict field_busy", func(tx crm.Tx) (crm.CustomField, error) {
			return crm.ChangeFieldType(w.Context(), tx, w.hand(w.admin), w.size.ID, crm.FieldTypeChange{Type: crm.TypeText})
		})
		finish := func() {
			for {
				more, err := w.store.StepFieldWork(w.Context(), w.account.ID, 2)
				w.must(err)
				if !more {
					return
				}
			}
		}
		finish()
		if field = w.storedField(w.size); field.Work != nil || !field.Searchable {
			w.Errorf("field after the work: %+v", field)
		}
		field = done(w, w.changeField(w.size, crm.FieldChange{Searchable: p(false)}))
		w.same("work", field.Work.Kind, crm.WorkUnindex)
		refuse(w, "conflict field_busy", w.changeField(w.size, crm.FieldChange{Searchable: p(true)}))
		finish()
		done(w, w.changeField(w.size, crm.FieldChange{Searchable: p(true)}))
	})
}

func (w *world) fieldType(f crm.CustomField, to crm.FieldType, options ...string) (preview crm.TypePreview, change func(tx crm.Tx) (crm.CustomField, error)) {
	w.Helper()
	c := crm.FieldTypeChange{Type: to, Options: options}
	preview = view(w, func(r crm.Reader) (crm.TypePreview, error) { return crm.PreviewFieldType(w.Context(), r, f.ID, c) })
	hand := w.hand(w.admin)
	return preview, func(tx crm.Tx) (crm.CustomField, error) { return crm.ChangeFieldType(w.Context(), tx, hand, f.ID, c) }
}

func TestAFieldsTypeChangesWhenAllItsValuesFit(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Total", Type: crm.TypeText, Pattern: `[0-9.]+`, Default: "0"}))
		whole, fraction := w.holding(field, "0115061"), w.holding(field, "12.5")
		deleted := w.holding(field, "7")
		w.deleteContact(w.hand(w.editor), deleted, crm.DealsKeep)
		w.holding(w.size, "1") // with the default in it

		preview, change := w.fieldType(field, crm.TypeMoney)
		w.same("preview", preview, crm.TypePreview{Values: 4, Misfits: 1, Examples: []crm.Misfit{{Record: fraction, Value: "12.5"}}})
		e := refuse(w, "conflict field_type_misfits", change)
		w.same("params", e.Params, map[string]string{"name": "Total", "count": "1", "value": "12.5"})
		w.same("nothing changed", w.stored(whole).Custom[field.Key], any("0115061"))

		preview, change = w.fieldType(field, crm.TypeDecimal)
		w.same("preview", preview, crm.TypePreview{Values: 4})
		before := w.stored(whole)
		changed := done(w, change)
		if changed.Key != field.Key || changed.Type != crm.TypeDecimal || changed.Pattern != "" || changed.Default != json.Number("0") {
			w.Errorf("field: %+v", changed)
		}
		w.same("as kept", w.storedField(field), changed)
		after := w.stored(whole)
		w.same("value", after.Custom[field.Key], any(json.Number("115061")))
		w.same("of a deleted one", w.stored(deleted).Custom[field.Key], any(json.Number("7")))
		w.same("version and origin", []any{after.Version, after.Origins[field.Key]}, []any{before.Version, before.Origins[field.Key]})

		_, change = w.fieldType(field, crm.TypeText)
		done(w, change)
		w.same("back in text", w.stored(fraction).Custom[field.Key], any("12.5"))
		_, err := do(w, func(tx crm.Tx) (crm.CustomField, error) {
			return crm.ChangeFieldType(w.Context(), tx, w.hand(w.admin), field.ID, crm.FieldTypeChange{Version: 1, Type: crm.TypeNumber})
		})
		w.refused(err, "conflict stale")
	})
}

func TestATextFieldBecomesADropdownOfItsTexts(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Rubro", Type: crm.TypeText}))
		first, second, third := w.holding(field, "Ferretería"), w.holding(field, "ferreteria"), w.holding(field, "Almacén")
		preview, change := w.fieldType(field, crm.TypeDropdown)
		w.same("preview", preview, crm.TypePreview{Values: 3, Options: []string{"Almacén", "Ferretería"}})
		changed := done(w, change)
		w.same("options", changed.Options, []string{"Almacén", "Ferretería"})
		for _, id := range []crm.ID{first, second} {
			w.same("value", w.stored(id).Custom[field.Key], any("Ferretería"))
		}
		preview, _ = w.fieldType(field, crm.TypeDropdown, "Ferretería", "Otro")
		w.same("with options given", preview, crm.TypePreview{
			Values: 3, Misfits: 1, Examples: []crm.Misfit{{Record: third, Value: "Almacén"}}, Options: []string{"Ferretería", "Otro"},
		})
		_, change = w.fieldType(field, crm.TypeMultiSelect)
		done(w, change)
		w.same("as several", w.stored(third).Custom[field.Key], any([]any{"Almacén"}))
		_, change = w.fieldType(field, crm.TypeText)
		done(w, change)
		w.same("as text", w.stored(third).Custom[field.Key], any("Almacén"))
	})
}

func TestDatesBoolsAndTextsBecomeEachOther(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Visita", Type: crm.TypeText}))
		day := w.holding(field, "12-03-2026")
		_, change := w.fieldType(field, crm.TypeDate)
		done(w, change)
		w.same("as a day", w.stored(day).Custom[field.Key], any("2026-03-12"))
		_, change = w.fieldType(field, crm.TypeText)
		done(w, change)
		w.same("as the account writes days", w.stored(day).Custom[field.Key], any("12-03-2026"))

		field = done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Acepta", Type: crm.TypeText}))
		yes, no := w.holding(field, "SI"), w.holding(field, "no")
		_, change = w.fieldType(field, crm.TypeBool)
		done(w, change)
		w.same("as yes and no", []any{w.stored(yes).Custom[field.Key], w.stored(no).Custom[field.Key]}, []any{true, false})
		_, change = w.fieldType(field, crm.TypeText)
		done(w, change)
		w.same("as text", []any{w.stored(yes).Custom[field.Key], w.stored(no).Custom[field.Key]}, []any{"Sí", "No"})
	})
}

func TestRecommendedFieldsAreMadeOnce(t *testing.T) {
	eachEngine(t, func(w *world) {
		add := func(typed bool) []crm.CustomField {
			return done(w, func(tx crm.Tx) ([]crm.CustomField, error) {
				return crm.AddRecommendedFields(w.Context(), tx, w.hand(w.admin), typed, crm.RandomLetters)
			})
		}
		done(w, w.createField(crm.NewField{Entity: crm.EntityDeal, Name: "fecha de emision", Type: crm.TypeText}))
		archived := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Origen de los contactos", Type: crm.TypeText}))
		done(w, func(tx crm.Tx) (crm.CustomField, error) {
			return crm.ArchiveField(w.Context(), tx, w.hand(w.admin), archived.ID)
		})
		var made []string
		fields := add(true)
		for _, f := range fields {
			made = append(made, string(f.Entity)+" "+f.Name+" "+string(f.Type))
			w.same("as kept", w.storedField(f), f)
		}
		w.same("made", made, []string{
			"deal Número de Documento text", "deal Fecha de Vencimiento date", "deal Total Documento money", "contact Rut del Cliente del Documento text",
		})
		w.same("positions", []int{fields[0].Position, fields[1].Position, fields[2].Position}, []int{2, 3, 4})
		if again := add(false); len(again) > 0 {
			w.Errorf("made again: %+v", again)
		}
	})
}
