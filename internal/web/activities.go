package web

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	activitiesPath   = "/actividades"
	activitiesAtOnce = 50
)

// What the parameters "quien" (whose, beside ids of users) and "vence" (until when) may say.
const (
	minesParam      = "mias"  // one's own
	everybodysParam = "todas" // of whomever
	unassignedParam = "nadie" // that nobody is to do
	lateParam       = "atrasadas"
	todayParam      = "hoy"
	weekParam       = "semana"
)

// Names of the fields that say what a new activity is about.
const (
	aboutContact = "de_contacto"
	aboutDeal    = "de_oportunidad"
)

type activitiesPage struct {
	Page
	Problem string
	Tabs    []tab
	Form    *form // the filter
	Owners  []choice
	Dues    []choice
	Groups  []activityGroup
	New     string
	Pager   pager
	Any     bool // something beside the usual is asked for
	Pending bool
	Clear   string
}

// activityGroup is activities that are due about the same time.
type activityGroup struct {
	Title string
	Late  bool
	Rows  []activityRow
}

// activityRow is an activity in the list.
type activityRow struct {
	taskView
	Contact, ContactHref string
	Deal, DealHref       string
	Back                 string
}

// activityFilter is what of the activities is shown.
type activityFilter struct {
	owner  string
	status crm.ActivityStatus
	due    string
}

func (v *visit) activityFilter() activityFilter {
	f := activityFilter{owner: v.query("quien"), status: crm.ActivityStatus(v.query("estado")), due: v.query("vence")}
	if f.owner == "" {
		f.owner = minesParam
	}
	if !f.status.Valid() {
		f.status = crm.ActivityPending
	}
	return f
}

// address returns the list with this filter, from a cursor on.
func (f activityFilter) address(cursor string) string {
	values := url.Values{}
	for _, pair := range [][3]string{{"quien", f.owner, minesParam}, {"estado", string(f.status), string(crm.ActivityPending)}, {"vence", f.due, ""}, {"cursor", cursor, ""}} {
		if pair[1] != pair[2] {
			values.Set(pair[0], pair[1])
		}
	}
	if len(values) == 0 {
		return activitiesPath
	}
	return activitiesPath + "?" + values.Encode()
}

func showActivities(v *visit) error {
	page, err := v.activitiesPage(v.activityFilter())
	if err != nil {
		return err
	}
	return v.show("activities", page)
}

// dayEnd returns the end of the day that is so many days after today, in the account's time zone.
func (v *visit) dayEnd(days int) time.Time {
	zone := v.account.Location()
	return crm.DateOf(v.clock.Now().In(zone)).AddDays(days + 1).Time(zone)
}

// activityQuery returns the query that a filter asks for.
func (v *visit) activityQuery(f activityFilter) crm.ActivityQuery {
	q := crm.ActivityQuery{Status: f.status, Reach: v.principal.Reach}
	switch f.owner {
	case minesParam:
		q.Owner = v.principal.User.ID
	case unassignedParam:
		q.Unassigned = true
	case everybodysParam:
	default:
		q.Owner = crm.ID(f.owner)
	}
	switch f.due {
	case lateParam:
		q.DueBefore = v.clock.Now()
	case todayParam:
		q.DueBefore = v.dayEnd(0)
	case weekParam:
		q.DueBefore = v.dayEnd(7)
	}
	return q
}

func (v *visit) activitiesPage(f activityFilter) (page activitiesPage, err error) {
	page = activitiesPage{
		Page: v.page(), Form: newForm("quien", f.owner, "estado", string(f.status), "vence", f.due), Pending: f.status == crm.ActivityPending,
		Any: f.owner != minesParam || f.due != "" || f.status != crm.ActivityPending, Clear: activitiesPath,
	}
	if v.can(writeActivities) {
		page.New = activitiesPath + "/nueva"
	}
	for _, status := range []crm.ActivityStatus{crm.ActivityPending, crm.ActivityCompleted, crm.ActivityDiscarded} {
		other := f
		other.status = status
		page.Tabs = append(page.Tabs, tab{Label: v.t("activities." + string(status)), Href: other.address(""), Current: f.status == status})
	}
	for _, due := range []string{lateParam, todayParam, weekParam} {
		page.Dues = append(page.Dues, choice{Value: due, Label: v.t("activities.due." + due)})
	}
	err = v.view(func(r bridge.Reader) error {
		around, err := v.surroundings(r)
		if err != nil {
			return err
		}
		page.Owners = v.activityOwners(around)
		q := v.activityQuery(f)
		q.Limit, q.Cursor = activitiesAtOnce, v.query("cursor")
		found, err := r.Activities(v.ctx(), q)
		if err != nil {
			return err
		}
		rows, err := v.activityRows(r, page.Page, around, found.Items)
		if err != nil {
			return err
		}
		page.group(v, found.Items, rows)
		if found.Next != "" {
			page.Pager.Next = f.address(found.Next)
		}
		if q.Cursor != "" {
			page.Pager.Previous = f.address("")
		}
		return nil
	})
	return page, err
}

// activityOwners are those whose activities somebody may want to see.
func (v *visit) activityOwners(around surroundings) []choice {
	choices := []choice{{Value: minesParam, Label: v.t("activities.mine")}, {Value: everybodysParam, Label: v.t("activities.everybodys")}, {Value: unassignedParam, Label: v.t("activities.nobodys")}}
	if v.principal.Reach.See != crm.Everything {
		return choices
	}
	for _, u := range around.byName() {
		if u.ID != v.principal.User.ID {
			choices = append(choices, choice{Value: string(u.ID), Label: u.Label()})
		}
	}
	return choices
}

// activityRows makes rows, with one look-up of all contacts and one of all deals. What the person may not see is not named.
func (v *visit) activityRows(r bridge.Reader, page Page, around surroundings, activities []*crm.Activity) ([]activityRow, error) {
	var contactIDs, dealIDs []crm.ID
	for _, a := range activities {
		if a.ContactID != "" {
			contactIDs = append(contactIDs, a.ContactID)
		}
		if a.DealID != "" {
			dealIDs = append(dealIDs, a.DealID)
		}
	}
	contacts, deals := map[crm.ID]*crm.Contact{}, map[crm.ID]*crm.Deal{}
	found, err := r.ContactsByID(v.ctx(), contactIDs)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		contacts[c.ID] = c
	}
	of, err := r.DealsByID(v.ctx(), dealIDs)
	if err != nil {
		return nil, err
	}
	for _, d := range of {
		deals[d.ID] = d
	}
	rows := make([]activityRow, len(activities))
	for i, a := range activities {
		row := activityRow{taskView: v.taskView(page, around, a, a.OwnerID == v.principal.User.ID), Back: v.path()}
		if c := contacts[a.ContactID]; c != nil && v.principal.Reach.Sees(c.OwnerID) && v.can(readContacts) {
			row.Contact, row.ContactHref = c.Label(), contactAt(c.ID)
			row.May = row.May || v.principal.Reach.Edits(c.OwnerID)
		}
		if d := deals[a.DealID]; d != nil && v.principal.Reach.Sees(d.OwnerID) && v.can(readDeals) {
			row.Deal, row.DealHref = d.Name, dealPath(d.ID)
			row.May = row.May || v.principal.Reach.Edits(d.OwnerID)
		}
		row.May = row.May && v.can(writeActivities)
		rows[i] = row
	}
	return rows, nil
}

// taskView makes an activity's view.
func (v *visit) taskView(page Page, around surroundings, a *crm.Activity, may bool) taskView {
	one := taskView{
		ID: a.ID, Version: a.Version, Title: a.Title, Kind: v.t("activity_kind." + string(a.Kind)), Icon: activityIcons[a.Kind], Due: v.due(a.DueAt), Owner: around.owner(a.OwnerID),
		Notes: a.Notes, Status: a.Status, May: may,
	}
	one.Late = a.Status == crm.ActivityPending && !a.DueAt.IsZero() && a.DueAt.Before(page.now)
	return one
}

// group puts pending activities under when they are due; others are one list.
func (page *activitiesPage) group(v *visit, activities []*crm.Activity, rows []activityRow) {
	title := func(a *crm.Activity) (string, bool) {
		switch {
		case a.Status != crm.ActivityPending:
			return "", false
		case a.DueAt.IsZero():
			return v.t("activities.no_date"), false
		case a.DueAt.Before(v.clock.Now()):
			return v.t("activities.late"), true
		case a.DueAt.Before(v.dayEnd(0)):
			return v.t("activities.today"), false
		case a.DueAt.Before(v.dayEnd(1)):
			return v.t("activities.tomorrow"), false
		case a.DueAt.Before(v.dayEnd(7)):
			return v.t("activities.week"), false
		}
		return v.t("activities.later"), false
	}
	for i, a := range activities {
		heading, late := title(a)
		if n := len(page.Groups); n == 0 || page.Groups[n-1].Title != heading {
			page.Groups = append(page.Groups, activityGroup{Title: heading, Late: late})
		}
		last := &page.Groups[len(page.Groups)-1]
		last.Rows = append(last.Rows, rows[i])
	}
}

// finishActivity completes or discards an activity, makes it pending again, or deletes it, as a form says.
func (v *visit) finishActivity(tx bridge.Tx, id crm.ID, f *form) error {
	if f.Value("status") == "deleted" {
		return crm.DeleteActivity(v.ctx(), tx, v.hand(), id, f.version())
	}
	_, err := crm.FinishActivity(v.ctx(), tx, v.hand(), id, f.version(), crm.ActivityStatus(f.Value("status")))
	return err
}

// backToActivities returns the list from which a form came.
func backToActivities(f *form) string {
	back := ours(f.Value("volver"))
	if back == "/" {
		return activitiesPath
	}
	return back
}

func finishActivity(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if err := v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindActivity(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		return v.finishActivity(tx, v.id("id"), f)
	}); err != nil {
		return err
	}
	done := "done.task_changed"
	if key := "done.activity_" + f.Value("status"); v.hasText(key) {
		done = key
	}
	return v.done(backToActivities(f), done)
}

// activityFormPage is the form of an activity, new or not.
type activityFormPage struct {
	Page
	Activity *crm.Activity // nil: a new one
	Form     *form
	Kinds    []choice
	Owners   []choice
	Picker   *contactPicker // nil: whom it is about stands fast
	About    string         // that, in words
	Action   string
	Back     string
}

func showNewActivity(v *visit) error {
	f := newForm("kind", string(crm.ActivityTask), crm.FieldOwner, string(v.principal.User.ID), "volver", v.query("volver"))
	for _, name := range []string{aboutContact, aboutDeal} {
		if id := v.query(name); id != "" {
			f.values.Set(name, id)
		}
	}
	var page activityFormPage
	err := v.view(func(r bridge.Reader) (err error) {
		page, err = v.activityForm(r, nil, f)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("activity", page)
}

// activityForm makes the form. A new activity is about the contact or deal that the form names; where it names none the form asks for a contact.
func (v *visit) activityForm(r bridge.Reader, a *crm.Activity, f *form) (activityFormPage, error) {
	page := activityFormPage{Page: v.page(), Activity: a, Form: f, Action: activitiesPath + "/nueva", Back: backToActivities(f)}
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	for _, k := range []crm.ActivityKind{crm.ActivityTask, crm.ActivityCall, crm.ActivityMeeting, crm.ActivityEmail} {
		page.Kinds = append(page.Kinds, choice{Value: string(k), Label: v.t("activity_kind." + string(k))})
	}
	var owner crm.ID
	about := crm.Activity{ContactID: crm.ID(f.Value(aboutContact)), DealID: crm.ID(f.Value(aboutDeal))}
	if a != nil {
		page.Title, page.Action, owner, about = a.Title, activitiesPath+"/"+string(a.ID), a.OwnerID, *a
	}
	page.Owners = v.ownerChoices(around, owner)
	if about.ContactID == "" && about.DealID == "" {
		picker, err := v.contactPicker(r, f, "", activitiesPath+"/nueva")
		picker.Needed = true
		page.Picker = &picker
		return page, err
	}
	page.About, err = v.aboutWhom(r, about)
	return page, err
}

// aboutWhom names what an activity is about. What the person may not see is not named.
func (v *visit) aboutWhom(r bridge.Reader, a crm.Activity) (string, error) {
	rows, err := v.activityRows(r, Page{}, surroundings{}, []*crm.Activity{&a})
	if err != nil {
		return "", err
	}
	names := slices.DeleteFunc([]string{rows[0].Deal, rows[0].Contact}, func(s string) bool { return s == "" })
	if len(names) == 0 {
		return v.t("activities.hidden_subject"), nil
	}
	return names[0], nil
}

func createActivity(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	due, refused := v.dueOf(f)
	in := crm.ActivityInput{
		Title: sent[string](f, "title"), Kind: sent[crm.ActivityKind](f, "kind"), DueAt: due, OwnerID: sent[crm.ID](f, crm.FieldOwner), Notes: sent[string](f, "notes"),
		ContactID: sent[crm.ID](f, aboutContact), DealID: sent[crm.ID](f, aboutDeal),
	}
	if in.ContactID == nil && in.DealID == nil {
		if _, chosen := f.values[crm.FieldContact]; !chosen {
			f.values.Set(crm.FieldContact, "") // it was asked for: what is wrong is said there
		}
		in.ContactID = sent[crm.ID](f, crm.FieldContact)
	}
	return v.writeActivity(f, nil, refused, func(tx bridge.Tx) error {
		if err := v.withNewContact(tx, f, &in.ContactID); err != nil {
			return err
		}
		_, err := crm.CreateActivity(v.ctx(), tx, v.hand(), in)
		return err
	}, "done.task_added")
}

// writeActivity does what a form of an activity asks for unless it is refused already, or shows the form again. A form that only looks for a contact changes nothing.
func (v *visit) writeActivity(f *form, a *crm.Activity, refused error, write func(bridge.Tx) error, done string) error {
	var page activityFormPage
	err := v.update(func(tx bridge.Tx) error {
		if f.Value(contactSearch) != "" {
			refused = errSearching
		}
		if refused == nil {
			if refused = write(tx); refused == nil {
				return nil
			}
		}
		var err error
		if page, err = v.activityForm(tx, a, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil:
		return v.done(backToActivities(f), done)
	case errors.Is(err, errSearching):
		return v.show("activity", page)
	case page.Form == nil:
		return err
	}
	if e := (*crm.Error)(nil); errors.As(err, &e) && e.Field == "contact_id" {
		if err = e.At(crm.FieldContact); e.Key == "activity_without_subject" {
			err = crm.NewError(crm.Invalid, "activity_contact_missing").At(crm.FieldContact) // the form asks for no deal
		}
	}
	return v.again(err, f, "activity", page)
}

func showActivity(v *visit) error {
	var page activityFormPage
	err := v.view(func(r bridge.Reader) error {
		a, err := crm.FindActivity(v.ctx(), r, v.hand(), v.id("id"))
		if err != nil {
			return err
		}
		f := newForm("title", a.Title, "kind", string(a.Kind), crm.FieldOwner, string(a.OwnerID), "notes", a.Notes, "version", version(a.Version), "volver", v.query("volver"))
		if !a.DueAt.IsZero() {
			local := a.DueAt.In(v.account.Location())
			f.values.Set("due_at", local.Format("2006-01-02"))
			if local.Hour() != 23 || local.Minute() != 59 {
				f.values.Set("hour", local.Format("15:04"))
			}
		}
		page, err = v.activityForm(r, a, f)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("activity", page)
}

func saveActivity(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var a *crm.Activity
	if err := v.view(func(r bridge.Reader) (err error) {
		a, err = crm.FindActivity(v.ctx(), r, v.hand(), v.id("id"))
		return err
	}); err != nil {
		return err
	}
	due, refused := v.dueOf(f)
	if due == nil {
		due = &time.Time{} // none any more
	}
	in := crm.ActivityInput{Title: sent[string](f, "title"), Kind: sent[crm.ActivityKind](f, "kind"), DueAt: due, OwnerID: sent[crm.ID](f, crm.FieldOwner), Notes: sent[string](f, "notes")}
	return v.writeActivity(f, a, refused, func(tx bridge.Tx) error {
		_, err := crm.ChangeActivity(v.ctx(), tx, v.hand(), a.ID, f.version(), in)
		if crm.IsStale(err) {
			f.values.Set("version", version(a.Version)) // sent again it holds
		}
		return err
	}, "done.saved")
}
