package crm

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// memory is an account in memory, as far as setting up needs one.
type memory struct {
	Tx        // everything else panics
	account   Account
	users     []User
	pipelines []Pipeline
	fields    []CustomField
}

func (m *memory) Account(context.Context) (Account, error)      { return m.account, nil }
func (m *memory) Users(context.Context) ([]User, error)         { return m.users, nil }
func (m *memory) Pipelines(context.Context) ([]Pipeline, error) { return m.pipelines, nil }

func (m *memory) CustomFields(_ context.Context, entity Entity) (of []CustomField, _ error) {
	for _, f := range m.fields {
		if f.Entity == entity {
			of = append(of, f)
		}
	}
	return of, nil
}

func (m *memory) CreateUser(_ context.Context, u User) error {
	m.users = append(m.users, u)
	return nil
}

func (m *memory) CreatePipeline(_ context.Context, p Pipeline) error {
	m.pipelines = append(m.pipelines, p)
	return nil
}

func (m *memory) CreateCustomField(_ context.Context, f CustomField) error {
	m.fields = append(m.fields, f)
	return nil
}

func TestAnAccountIsSetUpOnce(t *testing.T) {
	account, err := NewAccount(" Mi empresa ", Chile, Spanish, noon)
	if err != nil || account.Name != "Mi empresa" || account.Currency != "CLP" || account.TimeZone != "America/Santiago" || account.ID == "" {
		t.Fatalf("account: %+v %v", account, err)
	}
	m := &memory{account: account}
	for range 2 {
		if err := SetUpAccount(t.Context(), m, noon, RandomLetters); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.pipelines) != 1 || m.pipelines[0].Name != "Ventas" {
		t.Errorf("pipelines: %+v", m.pipelines)
	}
	var stages []string
	for i, s := range m.pipelines[0].Stages {
		if s.Position != i || s.PipelineID != m.pipelines[0].ID {
			t.Errorf("stage %d: %+v", i, s)
		}
		stages = append(stages, s.Name+" "+string(s.Kind))
	}
	if got, want := strings.Join(stages, ", "), "Nuevo open, Cotizado open, En negociación open, Vendido won, Perdido lost, Anulado lost"; got != want {
		t.Errorf("stages: %s\nwant: %s", got, want)
	}
	var names []string
	for _, f := range m.fields {
		names = append(names, string(f.Entity)+" "+f.Name+" "+string(f.Type))
	}
	if got, want := strings.Join(names, "\n"), `deal Número de Documento text
deal Fecha de Emisión text
deal Fecha de Vencimiento text
deal Total Documento text
contact Rut del Cliente del Documento text
contact Origen de los contactos text`; got != want {
		t.Errorf("fields:\n%s\nwant:\n%s", got, want)
	}
}

func TestAnAccountNeedsANameACountryAndALanguage(t *testing.T) {
	for key, f := range map[string]func() (Account, error){
		"account_name_missing": func() (Account, error) { return NewAccount(" ", Chile, Spanish, noon) },
		"country_unknown":      func() (Account, error) { return NewAccount("a", "AR", Spanish, noon) },
		"language_unknown":     func() (Account, error) { return NewAccount("a", Chile, "fr", noon) },
	} {
		_, err := f()
		wantKey(t, err, Invalid, key)
	}
}

func TestCreateUser(t *testing.T) {
	m := &memory{}
	u, err := CreateUser(t.Context(), m, " Camila@Quillay.example ", " Camila ", RoleSeller, noon)
	if err != nil || u.Email != "Camila@Quillay.example" || u.Name != "Camila" || !u.Active || u.ID == "" || len(m.users) != 1 {
		t.Fatalf("user: %+v %v", u, err)
	}
	_, err = CreateUser(t.Context(), m, "camila@quillay.EXAMPLE", "", RoleSeller, noon)
	wantKey(t, err, Conflict, "email_taken")
	_, err = CreateUser(t.Context(), m, "camila", "", RoleSeller, noon)
	wantKey(t, err, Invalid, "email_invalid")
	_, err = CreateUser(t.Context(), m, "otra@quillay.example", "", "boss", noon)
	wantKey(t, err, Invalid, "role_unknown")
	if len(m.users) != 1 {
		t.Errorf("users: %+v", m.users)
	}
}

func wantKey(t *testing.T, err error, code Code, key string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Key != key {
		t.Errorf("error %v, want %s %s", err, code, key)
	}
}

func TestFieldKeys(t *testing.T) {
	abcd := func(n int) string { return "abcdefgh"[:n] }
	for name, want := range map[string]string{
		"Número de Documento":   "cf_deal_numero_de_documento_abcd_text",
		"  ¿Año?  (2026) ":      "cf_deal_ano_2026_abcd_text",
		"日本":                    "cf_deal_campo_abcd_text",
		"":                      "cf_deal_campo_abcd_text",
		strings.Repeat("x", 99): "cf_deal_" + strings.Repeat("x", 40) + "_abcd_text",
	} {
		if got := NewFieldKey(EntityDeal, name, TypeText, abcd); got != want {
			t.Errorf("key of %q: %s, want %s", name, got, want)
		}
	}
	if s := RandomLetters(40); !regexp.MustCompile(`^[a-z]{40}$`).MatchString(s) || s == RandomLetters(40) {
		t.Errorf("random letters: %s", s)
	}
}

func FuzzNewFieldKey(f *testing.F) {
	f.Add("Número de Documento")
	f.Add("__ __")
	shape := regexp.MustCompile(`^cf_contact_[a-z0-9]+(_[a-z0-9]+)*_zzzz_date$`)
	f.Fuzz(func(t *testing.T, name string) {
		if key := NewFieldKey(EntityContact, name, TypeDate, func(int) string { return "zzzz" }); !shape.MatchString(key) {
			t.Errorf("key of %q: %s", name, key)
		}
	})
}
