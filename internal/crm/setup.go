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
	name = oneLine(name)
	switch {
	case name == "":
		return Account{}, NewError(Invalid, "account_name_missing").At("name")
	case !country.Valid():
		return Account{}, NewError(Invalid, "country_unknown", "country", clip(string(country))).At("country")
	case !language.Valid():
		return Account{}, NewError(Invalid, "language_unknown", "language", clip(string(language))).At("language")
	}
	if err := checkLength(name, maxName, "name"); err != nil {
		return Account{}, err
	}
	return Account{
		ID: NewID(), Name: name, Country: country, Currency: country.Currency(), TimeZone: country.TimeZone(),
		Language: language, SellerAccess: SellersOwn, CreatedAt: now,
	}, nil
}

// DefaultPipeline returns the pipeline that a new account starts with.
func DefaultPipeline(language Language, now time.Time) Pipeline {
	type stage struct {
		es, en      string
		kind        StageKind
		probability int
	}
	name := "Ventas"
	if language == English {
		name = "Sales"
	}
	p := Pipeline{ID: NewID(), Name: name, CreatedAt: now}
	for i, s := range []stage{
		{"Nuevo", "New", StageOpen, 10},
		{"Cotizado", "Quoted", StageOpen, 40},
		{"En negociación", "Negotiating", StageOpen, 70},
		{"Vendido", "Won", StageWon, 100},
		{"Perdido", "Lost", StageLost, 0},
		{"Anulado", "Voided", StageLost, 0},
	} {
		name := s.es
		if language == English {
			name = s.en
		}
		p.Stages = append(p.Stages, Stage{ID: NewID(), PipelineID: p.ID, Name: name, Kind: s.kind, Position: i, Probability: s.probability})
	}
	return p
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

// CreateUser adds an active user. invalid: not one e-mail address, a name too long, or no such role. conflict: another user has that e-mail, case aside.
func CreateUser(ctx context.Context, tx Tx, email, name string, role Role, now time.Time) (User, error) {
	users, err := tx.Users(ctx)
	if err != nil {
		return User{}, err
	}
	user := User{ID: NewID(), Email: strings.TrimSpace(email), Name: oneLine(name), Role: role, Active: true, CreatedAt: now}
	if err := checkUserEmail(users, user.ID, user.Email); err != nil {
		return User{}, err
	}
	if !role.Valid() {
		return User{}, NewError(Invalid, "role_unknown", "role", clip(cleanText(string(role)))).At("role")
	}
	if err := checkLength(user.Name, maxName, "name"); err != nil {
		return User{}, err
	}
	if err := tx.CreateUser(ctx, user); err != nil {
		return User{}, err
	}
	user.Version = 1
	return user, nil
}
