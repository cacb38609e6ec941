// Package storetest holds what a store must do, whatever its engine: one suite that runs on each.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// Open returns a store on a fresh database, which it closes when the test ends.
type Open func(t *testing.T) *store.Store

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"an account is found by its id only":                               testAccounts,
		"users come oldest first and share no e-mail":                      testUsers,
		"pipelines and stages come in their order and share no name":       testPipelines,
		"custom fields come in their order and share no key":               testFields,
		"settings are updated as they were seen, or not at all":            testSettingsVersions,
		"a stage is archived when no deal stands in it":                    testArchivedStages,
		"stages may swap their names":                                      testStageNames,
		"a field that is erased is seen by nobody":                         testErasedFields,
		"tags come by name and share none":                                 testTags,
		"activities come back as they were saved":                          testActivities,
		"activities are listed as a plain list would, page by page":        testActivityLists,
		"a page of activities ends early rather than look for long":        testActivityWalk,
		"notes come newest first":                                          testNotes,
		"contacts come back as they were saved":                            testContacts,
		"contacts are found by identity while they live":                   testContactsByIdentity,
		"contacts and deals of an old version are refused":                 testVersions,
		"a transaction that fails leaves no trace, not even a version":     testRollback,
		"deals come back as they were saved":                               testDeals,
		"deals are found by contact and stage while they live":             testDealsByContact,
		"a deal's stage, contact and owner must exist":                     testReferences,
		"timelines and moves keep their order":                             testTimelines,
		"the board counts, adds up and shows the latest":                   testBoard,
		"the board's totals are those of the deals whatever is saved":      testBoardTotals,
		"a stage's version tells who watches that its column changed":      testStageVersions,
		"connections come back as they were saved":                         testConnections,
		"records come back as they were saved":                             testRecords,
		"records are found by every key":                                   testRecordKeys,
		"records of a state come in order whatever their reasons":          testRecordsByReason,
		"a list of records is what a plain filter finds, page by page":     testRecordLists,
		"a list of records walks past others within bounds":                testRecordListsAreBounded,
		"records are counted as they stand":                                testRecordTotals,
		"decisions and calls add up day by day":                            testDays,
		"client requests are listed by state":                              testClientRequests,
		"runs come in pages":                                               testRunPages,
		"a transaction wakes once, and only a connection that runs":        testWakeInside,
		"client links and requests come back as they were saved":           testClients,
		"runs and history come back newest first":                          testRuns,
		"whatever random things are saved come back equal":                 testRandom,
		"long lists are read and written whole":                            testLongLists,
		"text that no engine holds is made such":                           testText,
		"nothing of another account is reached":                            testIsolation,
		"hints make records due and wake once":                             testHints,
		"a hint while a document is read keeps it due":                     testHintDuringRead,
		"hints of many accounts go in one transaction or not at all":       testHintsTogether,
		"work is what is due, of connections that run":                     testWithWork,
		"a lease has one holder":                                           testLease,
		"a lease is released only when nothing is due":                     testRelease,
		"a hint beside a release either is seen or wakes":                  testLostWakeUp,
		"no hint is lost under load":                                       testStress,
		"hints and pages that meet on the same records both get through":   testHintsBesidePages,
		"an account has one writer at a time":                              testOneWriter,
		"a transaction inside another of one request fails at once":        testNesting,
		"a view is one moment":                                             testViewIsOneMoment,
		"waking calls once unless forced, and not at all if it rolls back": testWake,
		"what is asked again with a key is answered and not done again":    testAnswersOnce,
		"of many that ask at once with a key one does it":                  testAnswersOnceTogether,
		"lists are those of a model whatever is asked":                     testLists,
		"a list goes on where it was while rows change":                    testListWhileRowsChange,
		"a search finds by every word, through contacts":                   testSearch,
		"a cursor is good for its own list":                                testCursors,
		"deals keep the places that people give them":                      testRanks,
		"a deleted tag leaves its contacts":                                testDeletedTags,
		"a deleted tag leaves its list, so much at a time":                 testTagPostings,
		"what is saved later was updated later, whatever the clocks say":   testUpdatedLater,
		"work on fields ends right whatever is saved meanwhile":            testFieldWork,
		"values are counted, read and rewritten":                           testValues,
		"the export says what is there and nothing else":                   testExport,
		"passwords let in those who are active":                            testPasswords,
		"sessions are found by token until they end":                       testSessions,
		"a user has one link at a time, which works once":                  testPasswordLinks,
		"a device is known by those who logged in with it":                 testDevices,
		"keys have several secrets while one replaces another":             testAPIKeys,
		"attempts are counted in all counters or in none":                  testCounters,
		"attempts do not wait for those that remove what is idle":          testCountersInUse,
		"what has ended is forgotten, so much at a time":                   testForgetting,
		"setup codes work once, all together":                              testSetupCodes,
		"nobody is let in to another account":                              testAccessIsolation,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, open(t)))
		})
	}
}

// fixture is a store with one account that has users, a pipeline and a connection.
type fixture struct {
	*store.Store
	ctx        context.Context
	clock      *crm.Clock
	account    crm.Account
	user       crm.User
	pipeline   crm.Pipeline
	connection bridge.Connection
	ref        bridge.ConnectionRef
}

var start = time.Date(2026, 3, 12, 15, 4, 5, 123456000, time.UTC)

func newFixture(t *testing.T, s *store.Store) *fixture {
	t.Helper()
	f := &fixture{Store: s, ctx: t.Context(), clock: crm.NewClock(func() time.Time { return start })}
	f.account, f.user, f.pipeline, f.connection = f.addAccount(t, "Mi empresa")
	f.ref = refOf(f.connection)
	return f
}

func refOf(c bridge.Connection) bridge.ConnectionRef {
	return bridge.ConnectionRef{AccountID: c.AccountID, ConnectionID: c.ID}
}

// addAccount adds an account with a user, a pipeline and a connection that runs.
func (f *fixture) addAccount(t *testing.T, name string) (crm.Account, crm.User, crm.Pipeline, bridge.Connection) {
	t.Helper()
	a, err := crm.NewAccount(name, crm.Chile, crm.Spanish, f.clock.Now())
	must(t, err)
	must(t, f.CreateAccount(f.ctx, a, nil))
	u := crm.User{ID: crm.NewID(), Email: "camila@quillay.example", Name: "Camila", Role: crm.RoleSeller, Active: true, CreatedAt: f.clock.Now()}
	p := crm.DefaultPipeline(crm.Spanish, f.clock.Now())
	c := bridge.Connection{ID: crm.NewID(), AccountID: a.ID, BaseURL: "https://api.bsale.io", Hook: string(crm.NewID()), Enabled: true, CreatedAt: f.clock.Now()}
	must(t, f.Update(f.ctx, a.ID, func(tx bridge.Tx) error {
		must(t, tx.CreateUser(f.ctx, u))
		must(t, tx.CreatePipeline(f.ctx, p))
		return tx.SaveConnection(f.ctx, c)
	}))
	a.Version, u.Version, p.Version = 1, 1, 1
	return a, u, p, c
}

// update runs fn in a transaction that must commit.
func (f *fixture) update(t *testing.T, fn func(tx bridge.Tx) error) {
	t.Helper()
	must(t, f.Update(f.ctx, f.account.ID, fn))
}

// view reads with fn what must be there.
func view[T any](t *testing.T, f *fixture, fn func(r bridge.Reader) (T, error)) T {
	t.Helper()
	var got T
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) (err error) {
		got, err = fn(r)
		return err
	}))
	return got
}

// contact returns a new contact with one e-mail.
func (f *fixture) contact(email string) *crm.Contact {
	c := crm.NewContact(f.clock.Now())
	c.FirstName = "Valentina"
	c.Identities = []crm.Identity{identity(crm.IdentityEmail, email, true)}
	return c
}

func identity(kind crm.IdentityKind, normalized string, primary bool) crm.Identity {
	return crm.Identity{IdentityKey: crm.IdentityKey{Kind: kind, Normalized: normalized}, Value: " " + normalized, Primary: primary}
}

// deal returns a new deal in a stage of the pipeline.
func (f *fixture) deal(stage int, minor int64) *crm.Deal {
	d := crm.NewDeal(f.clock.Now())
	d.Name = "Boleta 1"
	d.PipelineID, d.StageID, d.StageEnteredAt = f.pipeline.ID, f.pipeline.Stages[stage].ID, d.CreatedAt
	d.Value = crm.Money{Minor: minor, Currency: f.account.Currency}
	return d
}

func (f *fixture) record(bsaleID int64) *bridge.Record {
	return &bridge.Record{ConnectionID: f.connection.ID, BsaleID: bsaleID, State: bridge.StateSkipped, Reason: bridge.NoClient, SeenAt: f.clock.Now()}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustFail checks the code and the key of an error.
func mustFail(t *testing.T, err error, code crm.Code, key string) {
	t.Helper()
	e, ok := asError(err)
	if !ok || e.Code != code || e.Key != key {
		t.Fatalf("got error %v, want %s %s", err, code, key)
	}
}

func same(t *testing.T, what string, got, want any, opts ...cmp.Option) {
	t.Helper()
	if d := cmp.Diff(want, got, opts...); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, d)
	}
}

// noneIsEmpty takes a list that is nil for an empty one.
var noneIsEmpty = cmpopts.EquateEmpty()

func ids[T any](all []T, id func(T) crm.ID) []crm.ID {
	var out []crm.ID
	for _, v := range all {
		out = append(out, id(v))
	}
	return out
}

func contactID(c *crm.Contact) crm.ID { return c.ID }
func dealID(d *crm.Deal) crm.ID       { return d.ID }

func bsaleIDs(records []*bridge.Record) []int64 {
	var out []int64
	for _, r := range records {
		out = append(out, r.BsaleID)
	}
	return out
}
