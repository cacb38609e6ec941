package crmtest

import (
	"fmt"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// timeline shows the entries as a page would: who did what, with labels and names.
func (w *world) timeline(hand crm.Hand, query crm.TimelineQuery) []string {
	w.Helper()
	query.Limit = 50
	var lines []string
	for _, entry := range view(w, func(r crm.Reader) ([]crm.TimelineEntry, error) {
		return crm.Timeline(w.Context(), r, hand, query)
	}) {
		line := entry.Actor + " " + string(entry.Event.Type)
		for _, change := range entry.Changes {
			label := change.Label
			if label == "" {
				label = change.Field.Name
			}
			show := func(v crm.TimelineValue) string {
				if v.Name != "" {
					return v.Name
				}
				return strings.ReplaceAll(fmt.Sprint(v.Value), "<nil>", "-")
			}
			line += fmt.Sprintf("; %s(%s): %s -> %s", label, change.Field.Type, show(change.Old), show(change.New))
		}
		lines = append(lines, line)
	}
	return lines
}

func TestATimelineHasNames(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), crm.ContactInput{Company: p("Quillay")})
		d := w.deal(w.hand(w.editor), crm.DealInput{Name: p("Venta"), ContactID: &c.ID, OwnerID: &w.bruno.ID})
		_, err := w.changeDeal(w.key(), d.ID, crm.DealInput{StageID: p(w.stage("Cotizado").ID), OwnerID: p(crm.ID("")), Custom: map[string]any{w.reference.Key: "R-1"}})
		w.must(err)
		w.update(func(tx crm.Tx) error {
			return tx.AddEvents(w.Context(), []crm.Event{{
				ID: crm.NewID(), Entity: crm.EntityDeal, EntityID: d.ID, Type: crm.EventChanged, At: w.hand(w.admin).At, Actor: crm.Actor{Kind: crm.ActorApp, ID: "bsale"}, Document: "Boleta 7",
				Changes: []crm.Change{{Field: "cf_deal_gone_abcd_text", New: "x", Rule: "mapping.deal[1]"}, {Field: crm.FieldOwner, New: "who"}},
			}})
		})
		// What they name changes or goes afterwards.
		w.update(func(tx crm.Tx) error {
			fields, err := tx.CustomFields(w.Context(), crm.EntityDeal)
			w.must(err)
			fields[0].Name, fields[0].ArchivedAt = "Código", w.now
			w.must(tx.UpdateCustomField(w.Context(), fields[0]))
			_, err = crm.DeleteContacts(w.Context(), tx, w.key(), []crm.Ref{{ID: c.ID}}, crm.DealsKeep)
			return err
		})
		names := map[crm.Actor]string{{Kind: crm.ActorAPIKey, ID: "key"}: "Mi tienda", {Kind: crm.ActorApp, ID: "bsale"}: "Bsale"}
		got := w.timeline(w.hand(w.admin), crm.TimelineQuery{Entity: crm.EntityDeal, ID: d.ID, Actors: names})
		w.same("timeline", got, []string{
			"Bsale changed; cf_deal_gone_abcd_text(): - -> x; owner(user): - -> who",
			"Mi tienda changed; owner(user): Bruno -> -; Código(text): - -> R-1; stage(stage): Nuevo -> Cotizado",
			"Eva created; name(text): - -> Venta; owner(user): - -> Bruno; contact(contact): - -> Quillay; stage(stage): - -> Nuevo",
		})
		entries := view(w, func(r crm.Reader) ([]crm.TimelineEntry, error) {
			return crm.Timeline(w.Context(), r, w.hand(w.admin), crm.TimelineQuery{Entity: crm.EntityDeal, ID: d.ID, Limit: 1})
		})
		if len(entries) != 1 || entries[0].Changes[0].Rule != "mapping.deal[1]" || entries[0].Event.Document != "Boleta 7" || entries[0].Actor != "" {
			w.Errorf("%+v", entries)
		}
	})
}

func TestATimelineIsSeenByThoseWhoSeeTheRecord(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.hand(w.bruno), email("a@x.example"))
		w.same("to its owner", w.timeline(w.hand(w.bruno), crm.TimelineQuery{Entity: crm.EntityContact, ID: c.ID}), []string{
			"Bruno created; first_name(text): - -> Ana; owner(user): - -> Bruno; Color(dropdown): - -> Azul; email(email): - -> a@x.example",
		})
		hand := w.hand(w.camila)
		err := w.store.View(w.Context(), w.account.ID, func(r bridge.Reader) error {
			_, err := crm.Timeline(w.Context(), r, hand, crm.TimelineQuery{Entity: crm.EntityContact, ID: c.ID, Limit: 1})
			return err
		})
		w.refused(err, "not_found contact_not_found")
	})
}
