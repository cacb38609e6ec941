package crm

import (
	"context"
	"strings"
	"time"
)

// Valid says whether l is a language that Puente speaks.
func (l Language) Valid() bool { return l == Spanish || l == English }

// Valid says whether r is one of the fixed roles.
func (r Role) Valid() bool { return r == RoleAdmin || r == RoleEditor || r == RoleSeller }

// NewAccount returns an account with the currency and the time zone of its country. invalid: no name, a country or a language that Puente
// does not know.
func NewAccount(name string, country Country, language Language, now time.Time) (Account, error) {
	name = strings.TrimSpace(cleanText(name))
	switch {
	case name == "":
		return Account{}, NewError(Invalid, "account_name_missing").At("name")
	case !country.Valid():
		return Account{}, NewError(Invalid, "country_unknown", "country", clip(string(country))).At("country")
	case !language.Valid():
		return Account{}, NewError(Invalid, "language_unknown", "language", clip(string(language))).At("language")
	}
	return Account{
		ID: NewID(), Name: name, Country: country, Currency: country.Currency(), TimeZone: country.TimeZone(),
		Language: language, CreatedAt: now,
	}, nil
}

// DefaultPipeline returns the pipeline that a new account starts with.
func DefaultPipeline(language Language, now time.Time) Pipeline {
	type stage struct {
		es, en string
		kind   StageKind
	}
	name := "Ventas"
	if language == English {
		name = "Sales"
	}
	p := Pipeline{ID: NewID(), Name: name, CreatedAt: now}
	for i, s := range []stage{
		{"Nuevo", "New", StageOpen},
		{"Cotizado", "Quoted", StageOpen},
		{"En negociación", "Negotiating", StageOpen},
		{"Vendido", "Won", StageWon},
		{"Perdido", "Lost", StageLost},
		{"Anulado", "Voided", StageLost},
	} {
		name := s.es
		if language == English {
			name = s.en
		}
		p.Stages = append(p.Stages, Stage{ID: NewID(), PipelineID: p.ID, Name: name, Kind: s.kind, Position: i})
	}
	return p
}

// RecommendedFields returns the text fields that a shop with Bsale wants on its deals and contacts; they have Spanish names, as
// rules and guides name them. random is that of [NewFieldKey].
func RecommendedFields(now time.Time, random func(n int) string) []CustomField {
	var fields []CustomField
	add := func(entity Entity, names ...string) {
		for i, name := range names {
			fields = append(fields, CustomField{
				ID: NewID(), Entity: entity, Key: NewFieldKey(entity, name, TypeText, random), Name: name,
				Type: TypeText, Position: i, CreatedAt: now,
			})
		}
	}
	add(EntityDeal, "Número de Documento", "Fecha de Emisión", "Fecha de Vencimiento", "Total Documento")
	add(EntityContact, "Rut del Cliente del Documento", "Origen de los contactos")
	return fields
}

// SetUpAccount gives an account what it starts with: the default pipeline if it has no pipeline at all, and the recommended fields of
// contacts and of deals if it has no field of that entity at all. So it makes nothing twice, and what a person renamed does not come back.
func SetUpAccount(ctx context.Context, tx Tx, now time.Time, random func(n int) string) error {
	account, err := tx.Account(ctx)
	if err != nil {
		return err
	}
	pipelines, err := tx.Pipelines(ctx)
	if err != nil {
		return err
	}
	if len(pipelines) == 0 {
		if err := tx.CreatePipeline(ctx, DefaultPipeline(account.Language, now)); err != nil {
			return err
		}
	}
	has := map[Entity]bool{}
	for _, entity := range []Entity{EntityContact, EntityDeal} {
		fields, err := tx.CustomFields(ctx, entity)
		if err != nil {
			return err
		}
		has[entity] = len(fields) > 0
	}
	for _, field := range RecommendedFields(now, random) {
		if has[field.Entity] {
			continue
		}
		if err := tx.CreateCustomField(ctx, field); err != nil {
			return err
		}
	}
	return nil
}

// CreateUser adds an active user. invalid: not one e-mail address, or no such role. conflict: another user has that e-mail, case aside.
func CreateUser(ctx context.Context, tx Tx, email, name string, role Role, now time.Time) (User, error) {
	email = strings.TrimSpace(email)
	normal, ok := NormalizeEmail(email)
	if !ok {
		return User{}, NewError(Invalid, "email_invalid", "email", clip(cleanText(email))).At("email")
	}
	if !role.Valid() {
		return User{}, NewError(Invalid, "role_unknown", "role", clip(cleanText(string(role)))).At("role")
	}
	users, err := tx.Users(ctx)
	if err != nil {
		return User{}, err
	}
	for _, u := range users {
		if other, ok := NormalizeEmail(u.Email); ok && other == normal {
			return User{}, NewError(Conflict, "email_taken", "email", email).At("email")
		}
	}
	user := User{ID: NewID(), Email: email, Name: strings.TrimSpace(cleanText(name)), Role: role, Active: true, CreatedAt: now}
	if err := tx.CreateUser(ctx, user); err != nil {
		return User{}, err
	}
	return user, nil
}
