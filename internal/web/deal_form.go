package web

import (
	"errors"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// dealFormPage is the form of a new deal, or of all of one.
type dealFormPage struct {
	Page
	Deal     *crm.Deal // nil: a new one
	Form     *form
	Action   string
	Back     string
	Picker   contactPicker
	Stages   []choice
	Standard []fieldControl
	Custom   []fieldControl
}

func showNewDeal(v *visit) error {
	var page dealFormPage
	err := v.view(func(r bridge.Reader) (err error) {
		page, err = v.newDealPage(r, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("deal_form", page)
}

func (v *visit) newDealPage(r bridge.Reader, f *form) (dealFormPage, error) {
	page := dealFormPage{Page: v.page(), Form: f, Action: "/oportunidades/nueva", Back: "/oportunidades"}
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	fields, err := v.fieldsOf(r, crm.EntityDeal)
	if err != nil {
		return page, err
	}
	if f == nil {
		page.Form = newForm(crm.FieldName, v.query(crm.FieldName), crm.FieldContact, v.query(crm.FieldContact))
		for _, field := range fields {
			if field.Custom != nil && field.Custom.Default != nil {
				page.Form.values[fieldPlace(field)] = v.typed(field, field.Custom.Default)
			}
		}
		pipeline := crm.ID(v.query("embudo"))
		stage := crm.ID(v.query("etapa"))
		if stage == "" {
			stage = firstOpenStage(around, pipeline)
		}
		page.Form.values.Set(crm.FieldStage, string(stage))
		if v.principal.User.Role == crm.RoleSeller {
			page.Form.values.Set(crm.FieldOwner, string(v.principal.User.ID))
		}
	}
	page.Stages = v.stageChoices(around, around.stages[crm.ID(page.Form.Value(crm.FieldStage))].PipelineID)
	return v.dealControls(r, page, around, fields, "")
}

// firstOpenStage returns that of a pipeline, or of the first one.
func firstOpenStage(around surroundings, pipeline crm.ID) crm.ID {
	for _, p := range around.Pipelines {
		if pipeline != "" && p.ID != pipeline {
			continue
		}
		for _, s := range p.Stages {
			if s.Kind == crm.StageOpen {
				return s.ID
			}
		}
	}
	return ""
}

// inDealForm are the standard fields that the form of a deal asks for, beside contact and stage.
var inDealForm = []string{crm.FieldName, crm.FieldValue, crm.FieldOwner, crm.FieldPriority, crm.FieldDescription}

func (v *visit) dealControls(r bridge.Reader, page dealFormPage, around surroundings, fields []crm.Field, owner crm.ID) (dealFormPage, error) {
	present := crm.ID("")
	if page.Deal != nil {
		present = page.Deal.ContactID
	}
	var err error
	if page.Picker, err = v.contactPicker(r, page.Form, present, page.Action); err != nil {
		return page, err
	}
	for _, name := range inDealForm {
		field, _ := crm.FieldNamed(fields, name)
		c, err := v.control(page.Form, field, around, owner)
		if err != nil {
			return page, err
		}
		if name == crm.FieldName {
			c.Input.Required, c.Input.Maxlength, c.Input.Autofocus = true, "200", page.Deal == nil
		}
		if name == crm.FieldValue && page.Deal != nil {
			c.Input.Prefix = page.Deal.Value.Currency
		}
		page.Standard = append(page.Standard, c)
	}
	for _, field := range fields {
		if field.Custom == nil {
			continue
		}
		c, err := v.control(page.Form, field, around, "")
		if err != nil {
			return page, err
		}
		page.Custom = append(page.Custom, c)
	}
	return page, nil
}

func createDeal(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page dealFormPage
	var made *crm.Deal
	err = v.update(func(tx bridge.Tx) error {
		refused := errSearching
		if f.Value(contactSearch) == "" {
			fields, err := v.fieldsOf(tx, crm.EntityDeal)
			if err != nil {
				return err
			}
			if made, refused = v.makeDeal(tx, f, fields); refused == nil {
				return nil
			}
		}
		if page, err = v.newDealPage(tx, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil:
		return v.done(dealPath(made.ID), "done.deal_made")
	case errors.Is(err, errSearching):
		return v.show("deal_form", page)
	case page.Form == nil:
		return err
	}
	return v.again(err, f, "deal_form", page)
}

func (v *visit) makeDeal(tx bridge.Tx, f *form, fields []crm.Field) (*crm.Deal, error) {
	in := v.dealInput(f, fields)
	if err := v.withNewContact(tx, f, &in.ContactID); err != nil {
		return nil, err
	}
	results, err := crm.CreateDeals(v.ctx(), tx, v.hand(), []crm.DealInput{in})
	if err != nil {
		return nil, err
	}
	return results[0].Deal, v.inOwnNumbers(results[0].Err, f)
}

func showDealForm(v *visit) error {
	var page dealFormPage
	err := v.view(func(r bridge.Reader) error {
		deal, err := v.ownDeal(r)
		if err != nil {
			return err
		}
		page, err = v.dealFormPage(r, deal, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("deal_form", page)
}

func (v *visit) dealFormPage(r bridge.Reader, deal *crm.Deal, f *form) (dealFormPage, error) {
	page := dealFormPage{Page: v.page(), Deal: deal, Form: f, Action: dealPath(deal.ID) + "/editar", Back: dealPath(deal.ID)}
	page.Title = deal.Name
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	fields, err := v.fieldsOf(r, crm.EntityDeal)
	if err != nil {
		return page, err
	}
	if f == nil {
		page.Form = newForm("version", version(deal.Version))
		for _, field := range fields {
			page.Form.values[fieldPlace(field)] = v.typed(field, dealValue(field, deal))
		}
	}
	page.Stages = v.stageChoices(around, deal.PipelineID)
	return v.dealControls(r, page, around, fields, deal.OwnerID)
}

// saveDeal writes all of a deal. When somebody else has changed it since the form was shown, nothing is written: the form comes back as it was filled, with what each
// field is now where that is something else.
func saveDeal(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page dealFormPage
	err = v.update(func(tx bridge.Tx) error {
		deal, err := v.ownDeal(tx)
		if err != nil {
			return err
		}
		fields, err := v.fieldsOf(tx, crm.EntityDeal)
		if err != nil {
			return err
		}
		refused := errSearching
		if f.Value(contactSearch) == "" {
			if refused = v.changeDeal(tx, f, deal, f.version(), fields); refused == nil {
				return nil
			}
		}
		if crm.IsStale(refused) {
			if refused, err = v.compare(tx, f, deal, fields); err != nil {
				return err
			}
		}
		if page, err = v.dealFormPage(tx, deal, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil:
		return v.done(dealPath(v.id("id")), "done.saved")
	case errors.Is(err, errSearching):
		return v.show("deal_form", page)
	case page.Form == nil:
		return err
	}
	return v.again(err, f, "deal_form", page)
}

// compare says of each field of a form what the deal has in it now, where that is not what the form says, and makes the form one of the present deal: sent again, it holds.
func (v *visit) compare(tx bridge.Tx, f *form, deal *crm.Deal, fields []crm.Field) (error, error) {
	around, err := v.surroundings(tx)
	if err != nil {
		return nil, err
	}
	w := valueWriter{visit: v, around: around, contacts: map[crm.ID]string{}}
	contacts, err := crm.ContactsOfDeals(v.ctx(), tx, v.hand(), []*crm.Deal{deal})
	if err != nil {
		return nil, err
	}
	w.contacts[deal.ContactID] = contacts[deal.ContactID].Name
	problems := []error{crm.NewError(crm.Conflict, "deal_overtaken")}
	for _, field := range fields {
		place := fieldPlace(field)
		written, asked := f.values[place]
		if !asked {
			continue
		}
		now := v.typed(field, dealValue(field, deal))
		if normal(now) != normal(written) {
			problems = append(problems, v.overtaken(w, deal, field).At(place))
		}
	}
	f.values.Set("version", version(deal.Version))
	return errors.Join(problems...), nil
}

// normal returns values as they are compared: what a browser adds to them does not count.
func normal(values []string) string {
	var all []string
	for _, s := range values {
		if s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")); s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, "\n")
}
