package crmtest

import (
	"strings"
	"testing"
	"time"

	"puente/internal/crm"
)

func (w *world) createActivity(hand crm.Hand, in crm.ActivityInput) func(tx crm.Tx) (*crm.Activity, error) {
	return func(tx crm.Tx) (*crm.Activity, error) { return crm.CreateActivity(w.Context(), tx, hand, in) }
}

func (w *world) changeActivity(hand crm.Hand, a *crm.Activity, version int64, in crm.ActivityInput) func(tx crm.Tx) (*crm.Activity, error) {
	return func(tx crm.Tx) (*crm.Activity, error) {
		return crm.ChangeActivity(w.Context(), tx, hand, a.ID, version, in)
	}
}

func (w *world) finishActivity(hand crm.Hand, a *crm.Activity, version int64, status crm.ActivityStatus) func(tx crm.Tx) (*crm.Activity, error) {
	return func(tx crm.Tx) (*crm.Activity, error) {
		return crm.FinishActivity(w.Context(), tx, hand, a.ID, version, status)
	}
}

func (w *world) deleteActivity(hand crm.Hand, a *crm.Activity, version int64) func(tx crm.Tx) (struct{}, error) {
	return func(tx crm.Tx) (struct{}, error) {
		return nothing(crm.DeleteActivity(w.Context(), tx, hand, a.ID, version))
	}
}

func (w *world) storedActivity(a *crm.Activity) *crm.Activity {
	w.Helper()
	return view(w, func(r crm.Reader) ([]*crm.Activity, error) { return r.ActivitiesByID(w.Context(), []crm.ID{a.ID}) })[0]
}

func TestAnActivityLivesAndIsOnTheTimelines(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.hand(w.camila)
		c := w.contact(hand, email("a@quillay.example"))
		d := w.deal(hand, crm.DealInput{Name: p("Venta"), ContactID: &c.ID})
		due := w.now.Add(24 * time.Hour)
		a := done(w, w.createActivity(hand, crm.ActivityInput{Title: p(" Llamar\na Ana "), Kind: p(crm.ActivityCall), DueAt: &due, ContactID: &c.ID, DealID: &d.ID, Notes: p(" antes de las 12\r\no después\x00")}))
		w.same("activity", a, &crm.Activity{
			ID: a.ID, Title: "Llamar a Ana", Kind: crm.ActivityCall, Status: crm.ActivityPending, DueAt: due, ContactID: c.ID, DealID: d.ID, OwnerID: w.camila.ID,
			Notes: "antes de las 12\no después", CreatedBy: hand.Actor, CreatedAt: hand.At, UpdatedAt: hand.At, Version: 1,
		})
		w.same("as kept", w.storedActivity(a), a)
		for entity, id := range map[crm.Entity]crm.ID{crm.EntityContact: c.ID, crm.EntityDeal: d.ID} {
			line := w.events(entity, id)[0]
			if !strings.HasPrefix(line, "activity_added by user; activity: - -> "+string(a.ID)+"; activity.title: - -> Llamar a Ana; activity.kind: - -> call; activity.status: - -> pending") {
				w.Errorf("timeline of the %s: %s", entity, line)
			}
		}

		later := w.hand(w.camila)
		changed := done(w, w.changeActivity(later, a, 1, crm.ActivityInput{DueAt: &time.Time{}, StartAt: &due, DealID: p(crm.ID("")), OwnerID: p(crm.ID(""))}))
		w.same("changed", []any{changed.DueAt.IsZero(), changed.StartAt, changed.DealID, changed.OwnerID, changed.UpdatedAt, changed.Version},
			[]any{true, due, crm.ID(""), crm.ID(""), later.At, int64(2)})
		if line := w.events(crm.EntityDeal, d.ID)[0]; !strings.HasPrefix(line, "activity_changed") { // the deal that it left says so too
			w.Errorf("timeline of the deal: %s", line)
		}
		w.same("nothing changed", done(w, w.changeActivity(w.hand(w.camila), a, 0, crm.ActivityInput{Title: p("Llamar a Ana")})).Version, int64(2))
		refuse(w, "conflict stale", w.changeActivity(hand, a, 1, crm.ActivityInput{Title: p("x")}))

		finished := done(w, w.finishActivity(w.hand(w.camila), a, 2, crm.ActivityCompleted))
		w.same("finished", []any{finished.Status, finished.FinishedAt}, []any{crm.ActivityCompleted, w.now})
		w.same("timeline", w.events(crm.EntityContact, c.ID)[0],
			"activity_changed by user; activity: - -> "+string(a.ID)+"; activity.title: Llamar a Ana -> Llamar a Ana; activity.status: pending -> completed")
		shown := w.timeline(w.hand(w.camila), crm.TimelineQuery{Entity: crm.EntityContact, ID: c.ID})
		w.same("with names", shown[0], "Camila activity_changed; activity(): - -> "+string(a.ID)+
			"; activity.title(text): Llamar a Ana -> Llamar a Ana; activity.status(text): pending -> completed")
		if !strings.Contains(shown[1], "activity.owner(user): Camila -> -") || !strings.Contains(shown[1], "activity.start(instant): - -> 2026-03-13T") {
			w.Errorf("with names: %s", shown[1])
		}
		again := done(w, w.finishActivity(w.hand(w.camila), a, 0, crm.ActivityPending))
		w.same("open again", []any{again.Status, again.FinishedAt.IsZero()}, []any{crm.ActivityPending, true})
		refuse(w, "invalid activity_status_unknown status", w.finishActivity(hand, a, 0, "later"))

		done(w, w.deleteActivity(w.hand(w.camila), a, 4))
		if line := w.events(crm.EntityContact, c.ID)[0]; !strings.HasPrefix(line, "activity_deleted") {
			w.Errorf("timeline: %s", line)
		}
		refuse(w, "not_found activity_not_found", w.deleteActivity(hand, a, 0))
		refuse(w, "not_found activity_not_found", w.changeActivity(hand, &crm.Activity{ID: "x"}, 0, crm.ActivityInput{}))

		for want, in := range map[string]crm.ActivityInput{
			"invalid activity_title_missing title":        {ContactID: &c.ID},
			"invalid activity_without_subject contact_id": {Title: p("x")},
			"invalid activity_kind_unknown kind":          {Title: p("x"), Kind: p(crm.ActivityKind("dance")), ContactID: &c.ID},
			"invalid activity_times due_at":               {Title: p("x"), StartAt: p(due.Add(1)), DueAt: &due, ContactID: &c.ID},
			"invalid text_too_long title":                 {Title: p(strings.Repeat("x", 201)), ContactID: &c.ID},
			"not_found contact_not_found":                 {Title: p("x"), ContactID: p(crm.ID("x"))},
			"not_found deal_not_found":                    {Title: p("x"), DealID: p(crm.ID("x"))},
			"forbidden assign_to_self_only owner":         {Title: p("x"), ContactID: &c.ID, OwnerID: &w.bruno.ID},
		} {
			refuse(w, want, w.createActivity(hand, in))
		}
		admin := w.hand(w.admin)
		refuse(w, "invalid owner_unknown owner", w.createActivity(admin, crm.ActivityInput{Title: p("x"), ContactID: &c.ID, OwnerID: p(crm.ID("x"))}))
		refuse(w, "invalid owner_inactive owner", w.createActivity(admin, crm.ActivityInput{Title: p("x"), ContactID: &c.ID, OwnerID: &w.gone.ID}))
		if byKey := done(w, w.createActivity(w.key(), crm.ActivityInput{Title: p("x"), ContactID: &c.ID})); byKey.OwnerID != "" {
			w.Errorf("an integration's is %s's", byKey.OwnerID)
		}
	})
}

func TestAnActivityIsReachedThroughItsOwnerOrItsRecord(t *testing.T) {
	eachEngine(t, func(w *world) {
		admin := w.hand(w.admin)
		mine := w.contact(admin, crm.ContactInput{FirstName: p("De Camila"), OwnerID: &w.camila.ID})
		theirs := w.contact(admin, crm.ContactInput{FirstName: p("De Bruno"), OwnerID: &w.bruno.ID})
		add := func(contact *crm.Contact, owner crm.ID) *crm.Activity {
			return done(w, w.createActivity(w.hand(w.admin), crm.ActivityInput{Title: p("x"), ContactID: &contact.ID, OwnerID: &owner}))
		}
		all := []*crm.Activity{add(mine, ""), add(mine, w.bruno.ID), add(theirs, ""), add(theirs, w.camila.ID), add(theirs, w.bruno.ID)}
		seenBy := func(u crm.User) (direct []bool, listed []crm.ID) {
			hand := w.hand(u)
			for _, a := range all {
				_, err := do(w, func(tx crm.Tx) (*crm.Activity, error) { return crm.FindActivity(w.Context(), tx, hand, a.ID) })
				if err != nil {
					w.refused(err, "not_found activity_not_found")
				}
				direct = append(direct, err == nil)
			}
			page := view(w, func(r crm.Reader) (crm.Page[*crm.Activity], error) {
				return r.Activities(w.Context(), crm.ActivityQuery{Reach: hand.Reach, Limit: 10})
			})
			for _, a := range page.Items {
				listed = append(listed, a.ID)
			}
			return direct, listed
		}
		for u, want := range map[*crm.User][]bool{
			&w.camila: {true, true, false, true, false},
			&w.bruno:  {false, true, true, true, true},
			&w.editor: {true, true, true, true, true},
		} {
			direct, listed := seenBy(*u)
			w.same("seen by "+u.Name, direct, want)
			var ids []crm.ID
			for i, a := range all {
				if want[i] {
					ids = append(ids, a.ID)
				}
			}
			w.same("listed for "+u.Name, listed, ids)
		}

		// Sellers who see everything still change only what they reach.
		w.account = done(w, w.changeAccount(0, crm.AccountChange{SellerAccess: p(crm.SellersSeeAll)}))
		camila := w.hand(w.camila)
		refuse(w, "forbidden not_yours", w.changeActivity(camila, all[4], 0, crm.ActivityInput{Title: p("y")}))
		refuse(w, "forbidden not_yours", w.deleteActivity(camila, all[2], 0))
		refuse(w, "forbidden not_yours", w.createActivity(camila, crm.ActivityInput{Title: p("x"), ContactID: &theirs.ID}))
		done(w, w.finishActivity(camila, all[3], 0, crm.ActivityCompleted)) // hers to do, whoever's contact
		refuse(w, "forbidden not_yours", w.changeActivity(camila, all[0], 0, crm.ActivityInput{ContactID: &theirs.ID}))
	})
}

func TestNotesAreWrittenByWhoeverMayChangeTheRecord(t *testing.T) {
	eachEngine(t, func(w *world) {
		camila, bruno, editor := w.hand(w.camila), w.hand(w.bruno), w.hand(w.editor)
		c := w.contact(camila, email("a@quillay.example"))
		add := func(hand crm.Hand, entity crm.Entity, id crm.ID, text string) func(tx crm.Tx) (*crm.Note, error) {
			return func(tx crm.Tx) (*crm.Note, error) { return crm.AddNote(w.Context(), tx, hand, entity, id, text) }
		}
		change := func(hand crm.Hand, n *crm.Note, version int64, text string) func(tx crm.Tx) (*crm.Note, error) {
			return func(tx crm.Tx) (*crm.Note, error) { return crm.ChangeNote(w.Context(), tx, hand, n.ID, version, text) }
		}
		remove := func(hand crm.Hand, n *crm.Note, version int64) func(tx crm.Tx) (struct{}, error) {
			return func(tx crm.Tx) (struct{}, error) {
				return nothing(crm.DeleteNote(w.Context(), tx, hand, n.ID, version))
			}
		}
		note := done(w, add(camila, crm.EntityContact, c.ID, " Prefiere\r\nmañanas \x00"))
		w.same("note", note, &crm.Note{
			ID: note.ID, Entity: crm.EntityContact, EntityID: c.ID, Text: "Prefiere\nmañanas", Author: camila.Actor, CreatedAt: camila.At, UpdatedAt: camila.At, Version: 1,
		})
		w.same("timeline", w.events(crm.EntityContact, c.ID)[0], "note_added by user; note: - -> "+string(note.ID)+"; note.text: - -> Prefiere\nmañanas")
		notes := func(hand crm.Hand) func(tx crm.Tx) ([]*crm.Note, error) {
			return func(tx crm.Tx) ([]*crm.Note, error) {
				return crm.NotesOf(w.Context(), tx, hand, crm.EntityContact, c.ID, time.Time{}, 10)
			}
		}
		w.same("notes", done(w, notes(editor)), []*crm.Note{note})
		refuse(w, "not_found contact_not_found", notes(bruno))
		refuse(w, "not_found contact_not_found", add(bruno, crm.EntityContact, c.ID, "x"))
		refuse(w, "not_found note_not_found", change(bruno, note, 0, "x"))
		refuse(w, "not_found deal_not_found", add(camila, crm.EntityDeal, c.ID, "x"))
		refuse(w, "invalid entity_unknown entity", add(camila, "note", c.ID, "x"))
		refuse(w, "invalid note_empty text", add(camila, crm.EntityContact, c.ID, " \n"))
		refuse(w, "invalid text_too_long text", add(camila, crm.EntityContact, c.ID, strings.Repeat("x", 20_001)))

		later := w.hand(w.camila)
		changed := done(w, change(later, note, 1, "Prefiere tardes"))
		w.same("changed", []any{changed.Text, changed.UpdatedAt, changed.Version}, []any{"Prefiere tardes", later.At, int64(2)})
		w.same("unchanged", done(w, change(later, note, 2, "Prefiere tardes")).Version, int64(2))
		refuse(w, "conflict stale", change(later, note, 1, "x"))
		byEditor := done(w, add(editor, crm.EntityContact, c.ID, "del editor"))
		refuse(w, "forbidden note_not_yours", change(camila, byEditor, 0, "x"))
		refuse(w, "forbidden note_not_yours", remove(camila, byEditor, 0))
		done(w, change(editor, note, 0, "corregida"))

		w.account = done(w, w.changeAccount(0, crm.AccountChange{SellerAccess: p(crm.SellersSeeAll)}))
		refuse(w, "forbidden not_yours", add(w.hand(w.bruno), crm.EntityContact, c.ID, "x"))
		done(w, remove(w.hand(w.camila), note, 3))
		w.same("left", done(w, notes(editor)), []*crm.Note{byEditor})
		if line := w.events(crm.EntityContact, c.ID)[0]; line != "note_deleted by user; note: - -> "+string(note.ID)+"; note.text: corregida -> -" {
			w.Errorf("timeline: %s", line)
		}
		refuse(w, "not_found note_not_found", remove(camila, note, 0))
		w.deleteContact(w.hand(w.editor), c.ID, crm.DealsKeep)
		refuse(w, "not_found note_not_found", change(editor, byEditor, 0, "x"))
	})
}
