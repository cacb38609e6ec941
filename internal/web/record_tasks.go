package web

import (
	"net/http"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	tasksShown = 50
	notesShown = 50
)

// tasksView is what is to be done about a contact or a deal, and what was.
type tasksView struct {
	Base    string // address of the record's page
	Pending []taskView
	Done    []taskView
	Form    *form
	Kinds   []choice
	Owners  []choice
	May     bool
}

// taskView is an activity on its record's page.
type taskView struct {
	ID      crm.ID
	Version int64
	Title   string
	Kind    string
	Icon    string
	Due     string
	Late    bool
	Owner   string
	Notes   string
	Status  crm.ActivityStatus
	May     bool
	Base    string
}

var activityIcons = map[crm.ActivityKind]string{crm.ActivityTask: "check", crm.ActivityCall: "phone", crm.ActivityMeeting: "users", crm.ActivityEmail: "mail"}

func (v *visit) tasks(r bridge.Reader, page Page, around surroundings, q crm.ActivityQuery, base string, may bool, f *form) (tasksView, error) {
	view := tasksView{Base: base, Form: f, May: may && v.can(writeActivities), Owners: v.ownerChoices(around, "")}
	for _, k := range []crm.ActivityKind{crm.ActivityTask, crm.ActivityCall, crm.ActivityMeeting, crm.ActivityEmail} {
		view.Kinds = append(view.Kinds, choice{Value: string(k), Label: v.t("activity_kind." + string(k))})
	}
	if view.Form == nil {
		view.Form = newForm("kind", string(crm.ActivityTask), crm.FieldOwner, string(v.principal.User.ID))
	}
	if !v.can(readActivities) {
		return view, nil
	}
	q.Reach, q.Limit = v.principal.Reach, tasksShown
	found, err := r.Activities(v.ctx(), q)
	for _, a := range found.Items {
		one := taskView{
			ID: a.ID, Version: a.Version, Title: a.Title, Kind: v.t("activity_kind." + string(a.Kind)), Icon: activityIcons[a.Kind], Due: v.due(a.DueAt), Owner: around.owner(a.OwnerID),
			Notes: a.Notes, Status: a.Status, May: view.May, Base: base,
		}
		one.Late = a.Status == crm.ActivityPending && !a.DueAt.IsZero() && a.DueAt.Before(page.now)
		if a.Status == crm.ActivityPending {
			view.Pending = append(view.Pending, one)
		} else {
			view.Done = append(view.Done, one)
		}
	}
	return view, err
}

// due writes when something is to be done: a whole day is one that ends with it.
func (v *visit) due(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(v.account.Location())
	if local.Hour() == 23 && local.Minute() == 59 {
		return v.account.FormatDate(crm.DateOf(local))
	}
	return v.instant(at)
}

// dueOf reads a day and perhaps an hour of a form; without one it is until the end of the day.
func (v *visit) dueOf(f *form) (*time.Time, error) {
	day, hour := f.Value("due_at"), f.Value("hour")
	if day == "" {
		return nil, nil
	}
	if hour == "" {
		hour = "23:59"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, v.account.Location())
	if err != nil {
		return nil, crm.NewError(crm.Invalid, "task_day_invalid").At("due_at")
	}
	at = at.UTC()
	return &at, nil
}

func addDealTask(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	deal := v.id("id")
	if _, err := v.dealSeen(); err != nil {
		return err
	}
	due, err := v.dueOf(f)
	in := crm.ActivityInput{Title: sent[string](f, "title"), Kind: sent[crm.ActivityKind](f, "kind"), DueAt: due, DealID: &deal, OwnerID: sent[crm.ID](f, crm.FieldOwner)}
	if err == nil {
		err = v.update(func(tx bridge.Tx) error {
			_, err := crm.CreateActivity(v.ctx(), tx, v.hand(), in)
			return err
		})
	}
	if err != nil {
		return v.dealAgain(err, f, dealForms{task: f})
	}
	return v.doneAtDeal("done.task_added", "#tareas")
}

// dealAgain shows a deal's page with one of its forms as it was filled.
func (v *visit) dealAgain(err error, f *form, forms dealForms) error {
	if code := crm.CodeOf(err); code != crm.Invalid && code != crm.Conflict || len(f.values) == 0 {
		return err
	}
	for _, one := range split(err) {
		f.Problems = append(f.Problems, problemAt{f.fieldOf(one), v.sentence(one)})
	}
	forms.status = statusOf(err)
	return v.showDealWith(forms)
}

// doneAtDeal goes back to a part of the deal's page, which says what was done.
func (v *visit) doneAtDeal(key, part string) error {
	if v.fragment() {
		return v.showDealWith(dealForms{said: v.t(key)})
	}
	return v.done(dealPath(v.id("id"))+part, key)
}

// changeDealTask completes an activity, makes it pending again, or deletes it.
func changeDealTask(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindDeal(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		if f.Value("status") == "deleted" {
			return crm.DeleteActivity(v.ctx(), tx, v.hand(), v.id("task"), f.version())
		}
		_, err := crm.FinishActivity(v.ctx(), tx, v.hand(), v.id("task"), f.version(), crm.ActivityStatus(f.Value("status")))
		return err
	})
	if err != nil {
		return err
	}
	return v.doneAtDeal("done.task_changed", "#tareas")
}

// notesView is what people wrote about a contact or a deal.
type notesView struct {
	Base  string
	Notes []noteView
	Form  *form
	May   bool
}

type noteView struct {
	ID      crm.ID
	Version int64
	Author  string
	At      moment
	Text    string
	Changed bool
	Base    string
	May     bool
}

func (v *visit) notes(r bridge.Reader, page Page, around surroundings, entity crm.Entity, id crm.ID, base string, may bool, f *form) (notesView, error) {
	view := notesView{Base: base, Form: f, May: may && v.can(writeActivities)}
	if view.Form == nil {
		view.Form = newForm()
	}
	if !v.can(readActivities) {
		return view, nil
	}
	found, err := crm.NotesOf(v.ctx(), r, v.hand(), entity, id, time.Time{}, notesShown)
	for _, n := range found {
		view.Notes = append(view.Notes, v.noteView(page, around, n, base, view.May))
	}
	return view, err
}

func (v *visit) noteView(page Page, around surroundings, n *crm.Note, base string, may bool) noteView {
	one := noteView{ID: n.ID, Version: n.Version, Author: around.owner(n.Author.ID), At: page.Moment(n.CreatedAt), Text: n.Text, Changed: n.UpdatedAt.After(n.CreatedAt), Base: base}
	if one.Author == "" {
		one.Author = v.t("actor.key")
	}
	one.May = may && (n.Author == v.principal.Actor || v.principal.Reach.Edit == crm.Everything)
	return one
}

func addDealNote(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		_, err := crm.AddNote(v.ctx(), tx, v.hand(), crm.EntityDeal, v.id("id"), f.Value("text"))
		return err
	})
	if err != nil {
		return v.dealAgain(err, f, dealForms{note: f})
	}
	return v.doneAtDeal("done.note_added", "#notas")
}

type dealNotePage struct {
	Page
	Form *form
	Note noteView
	Back string
}

func (v *visit) dealNotePage(f *form) (dealNotePage, error) {
	page := dealNotePage{Page: v.page(), Form: f, Back: dealPath(v.id("id"))}
	err := v.view(func(r bridge.Reader) error {
		if _, err := crm.FindDeal(v.ctx(), r, v.hand(), v.id("id")); err != nil {
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

func showDealNote(v *visit) error {
	page, err := v.dealNotePage(nil)
	if err != nil {
		return err
	}
	return v.show("deal_note", page)
}

func changeDealNote(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindDeal(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		if f.Value("do") == "delete" {
			return crm.DeleteNote(v.ctx(), tx, v.hand(), v.id("note"), f.version())
		}
		_, err := crm.ChangeNote(v.ctx(), tx, v.hand(), v.id("note"), f.version(), f.Value("text"))
		return err
	})
	if err == nil {
		return v.doneAtDeal("done.note_changed", "#notas")
	}
	page, failed := v.dealNotePage(f)
	if failed != nil {
		return failed
	}
	if statusOf(err) == http.StatusConflict { // both texts are shown, and the person's is kept once it is sent again
		f.values.Set("version", version(page.Note.Version))
	}
	return v.again(err, f, "deal_note", page)
}
