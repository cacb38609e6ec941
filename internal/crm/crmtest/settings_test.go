package crmtest

import (
	"encoding/json"
	"strconv"
	"testing"

	"puente/internal/crm"
)

// do runs a use case in a transaction, which is rolled back if it fails.
func do[T any](w *world, use func(tx crm.Tx) (T, error)) (T, error) {
	w.Helper()
	var got T
	err := w.tryUpdate(func(tx crm.Tx) (err error) {
		got, err = use(tx)
		return err
	})
	return got, err
}

// done runs a use case that must succeed.
func done[T any](w *world, use func(tx crm.Tx) (T, error)) T {
	w.Helper()
	got, err := do(w, use)
	w.must(err)
	return got
}

// refuse runs a use case that must be refused.
func refuse[T any](w *world, want string, use func(tx crm.Tx) (T, error)) *crm.Error {
	w.Helper()
	_, err := do(w, use)
	return w.refused(err, want)
}

// nothing makes a use case without a result one with.
func nothing(err error) (struct{}, error) { return struct{}{}, err }

func (w *world) changeAccount(version int64, change crm.AccountChange) func(tx crm.Tx) (crm.Account, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.Account, error) { return crm.ChangeAccount(w.Context(), tx, hand, version, change) }
}

func TestAnAccountsSettingsChangeOneByOne(t *testing.T) {
	eachEngine(t, func(w *world) {
		account := done(w, w.changeAccount(1, crm.AccountChange{
			Name: p("  Quillay\nSpA "), TimeZone: p("Pacific/Easter"), Language: p(crm.English), DateStyle: p(crm.DateISO), NumberStyle: p(crm.NumberPoint),
			SellerAccess: p(crm.SellersSeeAll), Currency: p("usd"),
		}))
		want := w.account
		want.Name, want.TimeZone, want.Language, want.Currency, want.Version = "Quillay SpA", "Pacific/Easter", crm.English, "USD", 2
		want.DateStyle, want.NumberStyle, want.SellerAccess = crm.DateISO, crm.NumberPoint, crm.SellersSeeAll
		w.same("account", account, want)
		w.same("as it is kept", view(w, func(r crm.Reader) (crm.Account, error) { return r.Account(w.Context()) }), want)

		// Nothing asked changes nothing; styles may go back to the country's.
		w.same("after nothing", done(w, w.changeAccount(2, crm.AccountChange{Name: p("Quillay SpA")})), want)
		back := done(w, w.changeAccount(0, crm.AccountChange{DateStyle: p(crm.DateStyle("")), NumberStyle: p(crm.NumberStyle(""))}))
		w.same("styles", []any{back.DateStyle, back.NumberStyle, back.Version}, []any{crm.DateStyle(""), crm.NumberStyle(""), int64(3)})

		for want, change := range map[string]crm.AccountChange{
			"invalid account_name_missing name":           {Name: p(" \n")},
			"invalid country_unknown country":             {Country: p(crm.Country("AR"))},
			"invalid currency_unknown currency":           {Currency: p("pesos")},
			"invalid time_zone_unknown time_zone":         {TimeZone: p("America/Quillota")},
			"invalid language_unknown language":           {Language: p(crm.Language("fr"))},
			"invalid date_style_unknown date_style":       {DateStyle: p(crm.DateStyle("d/m"))},
			"invalid number_style_unknown number_style":   {NumberStyle: p(crm.NumberStyle("1'000"))},
			"invalid seller_access_unknown seller_access": {SellerAccess: p(crm.SellerAccess(""))},
		} {
			refuse(w, want, w.changeAccount(0, change))
		}
		for _, zone := range []string{"", "Local", "../America/Santiago", "america/santiago "} {
			refuse(w, "invalid time_zone_unknown time_zone", w.changeAccount(0, crm.AccountChange{TimeZone: &zone}))
		}
		refuse(w, "conflict stale", w.changeAccount(2, crm.AccountChange{Name: p("x")}))
	})
}

func TestTheCountryOfAnAccountIsFixedOnceItHasRecords(t *testing.T) {
	eachEngine(t, func(w *world) {
		account := done(w, w.changeAccount(0, crm.AccountChange{Country: p(crm.Peru)}))
		w.same("of Peru", []string{account.Currency, account.TimeZone}, []string{"PEN", "America/Lima"})
		account = done(w, w.changeAccount(0, crm.AccountChange{Country: p(crm.Chile), Currency: p("USD")}))
		w.same("back in Chile", []string{account.Currency, account.TimeZone}, []string{"USD", "America/Santiago"})

		d := w.deal(w.hand(w.editor), crm.DealInput{Name: p("Una")})
		refuse(w, "conflict country_fixed country", w.changeAccount(0, crm.AccountChange{Country: p(crm.Peru)}))
		done(w, w.changeAccount(0, crm.AccountChange{Country: p(crm.Chile), Name: p("Igual")})) // the same is no change
		w.update(func(tx crm.Tx) error {
			_, err := crm.DeleteDeals(w.Context(), tx, w.hand(w.editor), []crm.Ref{{ID: d.ID}})
			return err
		})
		refuse(w, "conflict country_fixed country", w.changeAccount(0, crm.AccountChange{Country: p(crm.Peru)})) // it may come back
	})
}

func TestTheCurrencyOfAnAccountIsFixedByAnnualRevenueInIt(t *testing.T) {
	eachEngine(t, func(w *world) {
		w.contact(w.hand(w.editor), email("nothing@quillay.example"))
		done(w, w.changeAccount(0, crm.AccountChange{Currency: p("USD")}))
		in := email("a@quillay.example")
		in.AnnualRevenue = p(json.Number("90000000"))
		c := w.contact(w.hand(w.editor), in)
		e := refuse(w, "conflict currency_fixed_by_revenue currency", w.changeAccount(0, crm.AccountChange{Currency: p("CLP")}))
		w.same("params", e.Params, map[string]string{"currency": "USD"})
		w.update(func(tx crm.Tx) error {
			_, err := crm.DeleteContacts(w.Context(), tx, w.hand(w.editor), []crm.Ref{{ID: c.ID}}, crm.DealsKeep)
			return err
		})
		refuse(w, "conflict currency_fixed_by_revenue currency", w.changeAccount(0, crm.AccountChange{Currency: p("CLP")}))
		w.update(func(tx crm.Tx) error {
			_, err := crm.RestoreContact(w.Context(), tx, w.hand(w.editor), c.ID)
			return err
		})
		_, err := w.change(w.hand(w.editor), c.ID, crm.ContactInput{AnnualRevenue: p(json.Number(""))})
		w.must(err)
		done(w, w.changeAccount(0, crm.AccountChange{Currency: p("CLP")}))
	})
}

func TestTheCurrencyOfAnAccountIsFixedByValuesInIt(t *testing.T) {
	eachEngine(t, func(w *world) {
		field := done(w, w.createField(crm.NewField{Entity: crm.EntityContact, Name: "Cupo", Type: crm.TypeMoney}))
		done(w, w.changeAccount(0, crm.AccountChange{Currency: p("USD")}))
		in := email("a@quillay.example")
		in.Custom = map[string]any{field.Key: "12.50"}
		w.contact(w.hand(w.editor), in)
		e := refuse(w, "conflict currency_fixed currency", w.changeAccount(0, crm.AccountChange{Currency: p("CLP")}))
		w.same("params", e.Params, map[string]string{"name": "Cupo", "currency": "USD"})
	})
}

func (w *world) changeUser(u crm.User, change crm.UserChange) func(tx crm.Tx) (crm.User, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.User, error) { return crm.ChangeUser(w.Context(), tx, hand, u.ID, change) }
}

func TestAUserChanges(t *testing.T) {
	eachEngine(t, func(w *world) {
		user := done(w, w.changeUser(w.camila, crm.UserChange{
			Version: 1, Name: p(" Camila  Soto "), Email: p(" Camila.Soto@quillay.example "), Role: p(crm.RoleEditor), Language: p(crm.English),
		}))
		want := w.camila
		want.Name, want.Email, want.Role, want.Language, want.Version = "Camila Soto", "Camila.Soto@quillay.example", crm.RoleEditor, crm.English, 2
		w.same("user", user, want)
		w.same("as kept", view(w, func(r crm.Reader) (crm.User, error) { return crm.FindUser(w.Context(), r, w.camila.ID) }), want)
		done(w, w.changeUser(w.camila, crm.UserChange{Email: p("CAMILA.soto@quillay.example")})) // one's own, written otherwise

		refuse(w, "conflict stale", w.changeUser(w.camila, crm.UserChange{Version: 1, Name: p("x")}))
		refuse(w, "conflict email_taken email", w.changeUser(w.camila, crm.UserChange{Email: p("BRUNO@quillay.example")}))
		refuse(w, "invalid email_invalid email", w.changeUser(w.camila, crm.UserChange{Email: p("bruno")}))
		refuse(w, "invalid role_unknown role", w.changeUser(w.camila, crm.UserChange{Role: p(crm.Role("boss"))}))
		refuse(w, "invalid language_unknown language", w.changeUser(w.camila, crm.UserChange{Language: p(crm.Language("fr"))}))
		refuse(w, "not_found user_not_found", w.changeUser(crm.User{ID: "x"}, crm.UserChange{}))
	})
}

func TestAnAccountKeepsAnAdministrator(t *testing.T) {
	eachEngine(t, func(w *world) {
		active := func(by, of crm.User, active bool) func(tx crm.Tx) (crm.User, error) {
			hand := w.hand(by)
			return func(tx crm.Tx) (crm.User, error) {
				if active {
					return crm.ReactivateUser(w.Context(), tx, hand, of.ID)
				}
				return crm.DeactivateUser(w.Context(), tx, hand, of.ID)
			}
		}
		refuse(w, "conflict deactivate_self", active(w.admin, w.admin, false))
		refuse(w, "conflict last_admin", active(w.editor, w.admin, false))
		refuse(w, "conflict last_admin", w.changeUser(w.admin, crm.UserChange{Role: p(crm.RoleEditor)}))

		// An inactive administrator does not count; an active one does.
		done(w, w.changeUser(w.gone, crm.UserChange{Role: p(crm.RoleAdmin)}))
		refuse(w, "conflict last_admin", active(w.editor, w.admin, false))
		if user := done(w, active(w.admin, w.gone, true)); !user.Active {
			w.Errorf("reactivated: %+v", user)
		}
		if user := done(w, active(w.gone, w.admin, false)); user.Active {
			w.Errorf("deactivated: %+v", user)
		}
		refuse(w, "conflict last_admin", active(w.editor, w.gone, false))
		same := done(w, active(w.gone, w.admin, false)) // once more
		w.same("version", same.Version, int64(2))
		refuse(w, "not_found user_not_found", active(w.gone, crm.User{ID: "x"}, false))
	})
}

func TestWhatAUserOwnedIsReassignedInSteps(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.hand(w.editor)
		var contacts, deals []crm.ID
		for i := range 7 {
			in := email(strconv.Itoa(i) + "@quillay.example")
			in.OwnerID = p(w.camila.ID)
			contacts = append(contacts, w.contact(hand, in).ID)
			deals = append(deals, w.deal(hand, crm.DealInput{Name: p("Venta"), OwnerID: p(w.camila.ID), ContactID: &contacts[i]}).ID)
		}
		others := w.contact(hand, crm.ContactInput{FirstName: p("De otro"), OwnerID: p(w.bruno.ID)})
		pending := done(w, w.createActivity(hand, crm.ActivityInput{Title: p("Llamar"), ContactID: &contacts[0], OwnerID: p(w.camila.ID)}))
		finished := done(w, w.createActivity(hand, crm.ActivityInput{Title: p("Visita"), DealID: &deals[0], OwnerID: p(w.camila.ID)}))
		done(w, func(tx crm.Tx) (*crm.Activity, error) {
			return crm.FinishActivity(w.Context(), tx, hand, finished.ID, 0, crm.ActivityCompleted)
		})

		admin := w.hand(w.admin)
		reassign := func(from, to crm.ID) func(tx crm.Tx) (int, error) {
			return func(tx crm.Tx) (int, error) { return crm.Reassign(w.Context(), tx, admin, from, to, 4) }
		}
		var steps []int
		for {
			n := done(w, reassign(w.camila.ID, w.bruno.ID))
			if steps = append(steps, n); n == 0 {
				break
			}
		}
		w.same("steps", steps, []int{4, 4, 4, 3, 0})
		for i := range contacts {
			if c, d := w.stored(contacts[i]), w.storedDeal(deals[i]); c.OwnerID != w.bruno.ID || d.OwnerID != w.bruno.ID || !d.Origins.ByPerson(crm.FieldOwner) {
				w.Errorf("owners %s and %s, want %s", c.OwnerID, d.OwnerID, w.bruno.ID)
			}
		}
		moved := "; owner: " + string(w.camila.ID) + " -> " + string(w.bruno.ID)
		w.same("timeline of a deal", w.events(crm.EntityDeal, deals[1])[0], "changed by user"+moved)
		w.same("timeline of a contact", w.events(crm.EntityContact, contacts[0])[0],
			"activity_changed by user; activity: - -> "+string(pending.ID)+"; activity.title: Llamar -> Llamar; activity.owner: "+string(w.camila.ID)+" -> "+string(w.bruno.ID))
		got := view(w, func(r crm.Reader) ([]*crm.Activity, error) {
			return r.ActivitiesByID(w.Context(), []crm.ID{pending.ID, finished.ID})
		})
		w.same("owners of activities", []crm.ID{got[0].OwnerID, got[1].OwnerID}, []crm.ID{w.bruno.ID, w.camila.ID})

		for done(w, reassign(w.bruno.ID, "")) > 0 {
		}
		if w.stored(others.ID).OwnerID != "" || w.storedDeal(deals[6]).OwnerID != "" {
			w.Error("not everything is unassigned")
		}
		refuse(w, "invalid reassign_to_self to", reassign(w.camila.ID, w.camila.ID))
		refuse(w, "invalid owner_inactive to", reassign(w.camila.ID, w.gone.ID))
		refuse(w, "not_found user_not_found", reassign("x", w.camila.ID))
		refuse(w, "not_found user_not_found", reassign(w.camila.ID, "x"))
	})
}

func TestTagsAreNamedOnce(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.hand(w.admin)
		create := func(name, color string) func(tx crm.Tx) (crm.Tag, error) {
			return func(tx crm.Tx) (crm.Tag, error) { return crm.CreateTag(w.Context(), tx, hand, name, color) }
		}
		change := func(tag crm.Tag, change crm.TagChange) func(tx crm.Tx) (crm.Tag, error) {
			return func(tx crm.Tx) (crm.Tag, error) { return crm.ChangeTag(w.Context(), tx, hand, tag.ID, change) }
		}
		tag := done(w, create(" Cliente   fiel ", "#AABBcc"))
		w.same("tag", tag, crm.Tag{ID: tag.ID, Name: "Cliente fiel", Color: "#aabbcc", CreatedAt: hand.At})
		refuse(w, "conflict name_taken name", create("vip", ""))
		refuse(w, "invalid name_missing name", create(" ", ""))
		refuse(w, "invalid color_invalid color", create("x", "red"))
		refuse(w, "conflict name_taken name", change(tag, crm.TagChange{Name: p("MAYORISTA")}))
		refuse(w, "not_found tag_not_found", change(crm.Tag{ID: "x"}, crm.TagChange{}))
		tag = done(w, change(tag, crm.TagChange{Color: p("")}))
		w.same("without colour", []string{tag.Name, tag.Color}, []string{"Cliente fiel", ""})

		c := w.contact(hand, crm.ContactInput{FirstName: p("Ana"), AddTags: []crm.ID{tag.ID, w.vip.ID}})
		done(w, func(tx crm.Tx) (struct{}, error) { return nothing(crm.DeleteTag(w.Context(), tx, hand, tag.ID)) })
		w.same("tags of the contact", w.stored(c.ID).Tags, []crm.ID{w.vip.ID})
		refuse(w, "not_found tag_not_found", func(tx crm.Tx) (struct{}, error) { return nothing(crm.DeleteTag(w.Context(), tx, hand, tag.ID)) })

		w.update(func(tx crm.Tx) error {
			for i := 2; i < crm.MaxTags; i++ {
				_, err := crm.CreateTag(w.Context(), tx, hand, "n"+strconv.Itoa(i), "")
				w.must(err)
			}
			return nil
		})
		refuse(w, "conflict too_many_tags", create("una más", ""))
	})
}
