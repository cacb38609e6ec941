package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// dealInput returns what a form asks of a deal: what it does not name stays as it is.
func (v *visit) dealInput(f *form, fields []crm.Field) crm.DealInput {
	in := crm.DealInput{
		Name: sent[string](f, crm.FieldName), ContactID: sent[crm.ID](f, crm.FieldContact), StageID: sent[crm.ID](f, crm.FieldStage), OwnerID: sent[crm.ID](f, crm.FieldOwner),
		Description: sent[string](f, crm.FieldDescription), CloseReason: sent[string](f, crm.FieldCloseReason), Custom: map[string]any{},
	}
	if text := sent[string](f, crm.FieldValue); text != nil {
		n := jsonNumberOf(strings.TrimSpace(*text), v)
		in.Value = &n
	}
	if text := sent[string](f, crm.FieldPriority); text != nil {
		n, _ := strconv.Atoi(*text)
		in.Priority = &n
	}
	for _, field := range fields {
		if field.Custom == nil {
			continue
		}
		if values, asked := f.values[fieldPlace(field)]; asked {
			in.Custom[field.Name] = v.customValue(field, values)
		}
	}
	return in
}

// dealFieldPage asks for one field of a deal: in the place of the field on the deal's page, or on a page of its own.
type dealFieldPage struct {
	Page
	Deal    *crm.Deal
	Fact    fact
	Form    *form
	Control fieldControl
	Picker  *contactPicker
	Action  string
	Back    string
	Said    string // what the field is when somebody else has changed it meanwhile
}

// editableField returns a field of deals that a person may write, by its place in forms. not_found: there is none.
func (v *visit) editableField(r bridge.Reader, place string) (crm.Field, error) {
	fields, err := v.fieldsOf(r, crm.EntityDeal)
	if err != nil {
		return crm.Field{}, err
	}
	for _, f := range fields {
		if fieldPlace(f) == place && !f.Fixed && f.Name != crm.FieldStage && f.Name != crm.FieldPipeline {
			return f, nil
		}
	}
	return crm.Field{}, failure{status: http.StatusNotFound, text: "failure.page"}
}

// before is the name of what a field was when its form was shown.
const before = "antes"

func showDealField(v *visit) error {
	var page dealFieldPage
	err := v.view(func(r bridge.Reader) error {
		deal, err := v.ownDeal(r)
		if err != nil {
			return err
		}
		field, err := v.editableField(r, v.r.PathValue("field"))
		if err != nil {
			return err
		}
		page, err = v.dealFieldPage(r, deal, field, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("deal_field", page)
}

// dealSeen returns the deal of the address, which the person may see.
func (v *visit) dealSeen() (deal *crm.Deal, err error) {
	err = v.view(func(r bridge.Reader) (err error) {
		deal, err = crm.FindDeal(v.ctx(), r, v.hand(), v.id("id"))
		return err
	})
	return deal, err
}

// ownDeal returns the deal of the address, which the person may change. forbidden: not_yours.
func (v *visit) ownDeal(r bridge.Reader) (*crm.Deal, error) {
	deal, err := crm.FindDeal(v.ctx(), r, v.hand(), v.id("id"))
	if err != nil {
		return nil, err
	}
	if !v.principal.Reach.Edits(deal.OwnerID) {
		return nil, crm.NewError(crm.Forbidden, "not_yours")
	}
	return deal, nil
}

func (v *visit) dealFieldPage(r bridge.Reader, deal *crm.Deal, field crm.Field, f *form) (dealFieldPage, error) {
	place := fieldPlace(field)
	page := dealFieldPage{Page: v.page(), Deal: deal, Fact: fact{Name: place, Label: v.fieldLabel(field)}, Form: f, Back: dealPath(deal.ID)}
	page.Title, page.Action = page.Fact.Label+" · "+deal.Name, dealPath(deal.ID)+"/campos/"+place
	if f == nil {
		present := v.typed(field, dealValue(field, deal))
		f = newForm("version", version(deal.Version), before, strings.Join(present, "\n"))
		f.values[place] = present
		page.Form = f
	}
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	if field.Type == crm.TypeContact {
		picker, err := v.contactPicker(r, f, deal.ContactID, page.Action)
		page.Picker = &picker
		return page, err
	}
	page.Control, err = v.control(f, field, around, deal.OwnerID)
	page.Control.Input.Autofocus = !v.fragment()
	if field.Type == crm.TypeMoney && field.Custom == nil {
		page.Control.Input.Prefix = deal.Value.Currency
	}
	return page, err
}

// saveDealField writes one field. When somebody else has written the same field since the form was shown, the person is told what it is now and decides; another
// field's change is nothing to stumble over.
func saveDealField(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page dealFieldPage
	err = v.update(func(tx bridge.Tx) error {
		deal, err := v.ownDeal(tx)
		if err != nil {
			return err
		}
		field, err := v.editableField(tx, v.r.PathValue("field"))
		if err != nil {
			return err
		}
		refused := v.writeDealField(tx, f, deal, field)
		if refused == nil {
			return nil
		}
		if page, err = v.dealFieldPage(tx, deal, field, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil && v.fragment():
		return v.showDealWith(dealForms{said: v.t("done.saved")})
	case err == nil:
		return v.done(dealPath(v.id("id")), "done.saved")
	case errors.Is(err, errSearching):
		return v.show("deal_field", page)
	case page.Deal == nil:
		return err
	}
	return v.again(err, f, "deal_field", page)
}

// errSearching ends a transaction of a form that was sent to look for a contact only.
var errSearching = errors.New("web: looking for a contact")

func (v *visit) writeDealField(tx bridge.Tx, f *form, deal *crm.Deal, field crm.Field) error {
	place := fieldPlace(field)
	if f.Value(contactSearch) != "" {
		return errSearching
	}
	present := v.typed(field, dealValue(field, deal))
	now := strings.Join(present, "\n")
	if f.version() != 0 && f.version() != deal.Version && now != f.Value(before) && now != strings.Join(f.Values(place), "\n") {
		f.values.Set("version", version(deal.Version))
		f.values.Set(before, now)
		around, err := v.surroundings(tx)
		if err != nil {
			return err
		}
		w := valueWriter{visit: v, around: around, contacts: map[crm.ID]string{}}
		if contacts, err := crm.ContactsOfDeals(v.ctx(), tx, v.hand(), []*crm.Deal{deal}); err == nil {
			w.contacts[deal.ContactID] = contacts[deal.ContactID].Name
		}
		return v.overtaken(w, deal, field).At(place)
	}
	return v.changeDeal(tx, f, deal, deal.Version, []crm.Field{field})
}

// changeDeal writes what a form asks of a deal.
func (v *visit) changeDeal(tx bridge.Tx, f *form, deal *crm.Deal, version int64, fields []crm.Field) error {
	in := v.dealInput(f, fields)
	if err := v.withNewContact(tx, f, &in.ContactID); err != nil {
		return err
	}
	results, err := crm.ChangeDeals(v.ctx(), tx, v.hand(), []crm.DealEdit{{ID: deal.ID, Version: version, Input: in}})
	if err == nil {
		err = results[0].Err
	}
	return v.inOwnNumbers(err, f)
}

// overtaken says that a field was written meanwhile, by whom and what.
func (v *visit) overtaken(w valueWriter, deal *crm.Deal, field crm.Field) *crm.Error {
	return v.overtakenBy(w, deal.Origins[field.Name], w.write(field, dealValue(field, deal)))
}

func (v *visit) overtakenBy(w valueWriter, origin crm.Origin, text string) *crm.Error {
	if text == "" {
		text = v.t("field.nothing")
	}
	when := momentOf(time.UnixMicro(origin.At), v.clock.Now(), v.account, v.language())
	if origin.Actor.Kind == crm.ActorUser && origin.Actor.ID == v.principal.User.ID {
		return crm.NewError(crm.Conflict, "field_overtaken_by_yourself", "value", shorten(text), "when", when.Inline())
	}
	who := w.around.owner(origin.Actor.ID)
	switch {
	case origin.Actor.Kind == crm.ActorApp:
		who = "Bsale"
	case who == "":
		who = v.t("actor.somebody")
	}
	return crm.NewError(crm.Conflict, "field_overtaken", "name", who, "value", shorten(text), "when", when.Inline())
}
