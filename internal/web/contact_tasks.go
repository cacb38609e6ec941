package web

import (
	"net/http"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func addContactTask(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	contact := v.id("id")
	if _, err := v.contactSeen(); err != nil {
		return err
	}
	due, err := v.dueOf(f)
	in := crm.ActivityInput{Title: sent[string](f, "title"), Kind: sent[crm.ActivityKind](f, "kind"), DueAt: due, ContactID: &contact, OwnerID: sent[crm.ID](f, crm.FieldOwner)}
	if err == nil {
		err = v.update(func(tx bridge.Tx) error {
			_, err := crm.CreateActivity(v.ctx(), tx, v.hand(), in)
			return err
		})
	}
	if err != nil {
		return v.contactAgain(err, f, contactForms{task: f})
	}
	return v.doneAtContact("done.task_added", "#tareas")
}

// changeContactTask completes an activity, makes it pending again, or deletes it.
func changeContactTask(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindContact(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		return v.finishActivity(tx, v.id("task"), f)
	})
	if err != nil {
		return err
	}
	return v.doneAtContact("done.task_changed", "#tareas")
}

func addContactNote(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		_, err := crm.AddNote(v.ctx(), tx, v.hand(), crm.EntityContact, v.id("id"), f.Value("text"))
		return err
	})
	if err != nil {
		return v.contactAgain(err, f, contactForms{note: f})
	}
	return v.doneAtContact("done.note_added", "#notas")
}

type contactNotePage struct {
	Page
	Form *form
	Note noteView
	Back string
}

func (v *visit) contactNotePage(f *form) (contactNotePage, error) {
	page := contactNotePage{Page: v.page(), Form: f, Back: contactAt(v.id("id"))}
	err := v.view(func(r bridge.Reader) error {
		if _, err := crm.FindContact(v.ctx(), r, v.hand(), v.id("id")); err != nil {
			return err
		}
		note, err := crm.FindNote(v.ctx(), r, v.hand(), v.id("note"))
		if err != nil {
			return err
		}
		around, err := v.surroundings(r)
		page.Note = v.noteView(page.Page, around, note, page.Back, true)
		return err
	})
	if page.Form == nil {
		page.Form = newForm("text", page.Note.Text, "version", version(page.Note.Version))
	}
	return page, err
}

func showContactNote(v *visit) error {
	page, err := v.contactNotePage(nil)
	if err != nil {
		return err
	}
	return v.show("contact_note", page)
}

func changeContactNote(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindContact(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		if f.Value("do") == "delete" {
			return crm.DeleteNote(v.ctx(), tx, v.hand(), v.id("note"), f.version())
		}
		_, err := crm.ChangeNote(v.ctx(), tx, v.hand(), v.id("note"), f.version(), f.Value("text"))
		return err
	})
	if err == nil {
		return v.doneAtContact("done.note_changed", "#notas")
	}
	page, failed := v.contactNotePage(f)
	if failed != nil {
		return failed
	}
	if statusOf(err) == http.StatusConflict { // both texts are shown, and the person's is kept once it is sent again
		f.values.Set("version", version(page.Note.Version))
	}
	return v.again(err, f, "contact_note", page)
}
