package crm

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	noon    = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	later   = noon.Add(90 * time.Minute)
	person  = NewOrigin(Actor{ActorUser, "camila"}, later, "")
	byBsale = NewOrigin(Actor{ActorApp, "bsale"}, later, "Boleta 1234")
)

func TestAChangeIsReturnedAndRecorded(t *testing.T) {
	c := NewContact(noon)
	change, ok := c.SetText(FieldFirstName, "Ana", byBsale)
	if diff := cmp.Diff(Change{Field: FieldFirstName, New: "Ana"}, change); !ok || diff != "" {
		t.Errorf("change: %v\n%s", ok, diff)
	}
	if c.FirstName != "Ana" || c.Origins[FieldFirstName] != byBsale || !c.UpdatedAt.Equal(later) {
		t.Errorf("contact after it: %+v", c)
	}
	change, ok = c.SetOwner("camila", person)
	if diff := cmp.Diff(Change{Field: FieldOwner, New: "camila"}, change); !ok || diff != "" || !c.Origins.ByPerson(FieldOwner) {
		t.Errorf("owner: %v\n%s", ok, diff)
	}
	if change, ok = c.SetOwner("", byBsale); !ok || change.Old != "camila" || change.New != nil {
		t.Errorf("owner taken away: %+v %v", change, ok)
	}
}

func TestWhatStandsThereAlreadyIsNoChange(t *testing.T) {
	c := NewContact(noon)
	c.SetText(FieldCompany, "Quillay", person)
	c.SetCustom("k", json.Number("12"), person)
	before := c.Clone()
	much := NewOrigin(Actor{ActorApp, "bsale"}, later.Add(time.Hour), "")
	if _, ok := c.SetText(FieldCompany, "Quillay", much); ok {
		t.Error("the same company is a change")
	}
	if _, ok := c.SetCustom("k", json.Number("12"), much); ok {
		t.Error("the same number is a change")
	}
	if _, ok := c.SetCustom("other", nil, much); ok {
		t.Error("clearing nothing is a change")
	}
	if _, ok := c.SetOwner("", much); ok {
		t.Error("nobody instead of nobody is a change")
	}
	if diff := cmp.Diff(before, c); diff != "" {
		t.Errorf("the contact changed all the same:\n%s", diff)
	}
}

func TestCustomValues(t *testing.T) {
	d := &Deal{} // without maps, as a bad caller may have it
	if ch, ok := d.SetCustom("k", "a", byBsale); !ok || ch.Old != nil || ch.New != "a" || d.Custom["k"] != "a" || d.Origins["k"] != byBsale {
		t.Errorf("set: %+v %v %+v", ch, ok, d)
	}
	if ch, ok := d.SetCustom("k", json.Number("1"), byBsale); !ok || ch.Old != "a" || ch.New != json.Number("1") {
		t.Errorf("another type: %+v %v", ch, ok)
	}
	if ch, ok := d.SetCustom("k", nil, person); !ok || ch.New != nil || len(d.Custom) != 0 || !d.Origins.ByPerson("k") {
		t.Errorf("clear: %+v %v %+v", ch, ok, d)
	}
	if _, ok := d.SetCustom("list", []any{"x"}, person); !ok {
		t.Error("a list")
	}
	if _, ok := d.SetCustom("list", []any{"x"}, person); ok {
		t.Error("the same list is a change")
	}
}

func TestIdentities(t *testing.T) {
	c := NewContact(noon)
	key := func(n int) IdentityKey { return IdentityKey{IdentityEmail, fmt.Sprintf("a%d@x.example", n)} }
	for i := range MaxAlternatives + 1 {
		change, added, err := c.AddIdentity(key(i), strings.ToUpper(key(i).Normalized), byBsale)
		if err != nil || !added || change.Field != FieldEmail || change.New != key(i).Normalized {
			t.Fatalf("e-mail %d: %+v %v %v", i, change, added, err)
		}
	}
	if _, added, err := c.AddIdentity(key(3), "", byBsale); added || err != nil {
		t.Errorf("one that is there: %v %v", added, err)
	}
	if _, added, err := c.AddIdentity(key(99), "", byBsale); added || !errors.Is(err, ErrTooManyAlternatives) {
		t.Errorf("one too many: %v %v", added, err)
	}
	phone := IdentityKey{IdentityPhone, "+56955550199"}
	if _, added, err := c.AddIdentity(phone, "9 5555 0199", byBsale); !added || err != nil {
		t.Errorf("a phone beside them: %v %v", added, err)
	}
	if p, ok := c.Primary(IdentityPhone); !ok || p.Value != "9 5555 0199" {
		t.Errorf("primary phone: %+v %v", p, ok)
	}
	if p, _ := c.Primary(IdentityEmail); p.IdentityKey != key(0) {
		t.Errorf("primary e-mail: %+v", p)
	}
	if got := c.IdentitiesOf(IdentityEmail); len(got) != MaxAlternatives+1 || !got[0].Primary || got[1].Primary {
		t.Errorf("e-mails: %+v", got)
	}
	if !c.HasIdentity(key(7)) || c.HasIdentity(IdentityKey{IdentityPhone, key(7).Normalized}) {
		t.Error("HasIdentity looks at kind and value")
	}
}

func TestADealMoves(t *testing.T) {
	p := DefaultPipeline(Spanish, noon)
	d := NewDeal(noon)
	move, change, ok := d.MoveTo(p.Stages[0], noon, byBsale)
	if !ok || move != (StageChange{DealID: d.ID, ToStageID: p.Stages[0].ID, At: noon, Actor: byBsale.Actor}) || change.Old != nil {
		t.Errorf("made: %+v %+v %v", move, change, ok)
	}
	if _, _, ok := d.MoveTo(p.Stages[0], later, byBsale); ok || !d.StageEnteredAt.Equal(noon) {
		t.Error("where it stands is no move")
	}
	move, change, ok = d.MoveTo(p.Stages[3], later, person)
	want := StageChange{d.ID, p.Stages[0].ID, p.Stages[3].ID, later, 90 * time.Minute, person.Actor}
	if !ok || move != want || change != (Change{Field: FieldStage, Old: string(p.Stages[0].ID), New: string(p.Stages[3].ID)}) {
		t.Errorf("moved: %+v %+v %v", move, change, ok)
	}
	if d.PipelineID != p.ID || d.StageID != p.Stages[3].ID || !d.StageEnteredAt.Equal(later) || !d.UpdatedAt.Equal(later) || !d.Origins.ByPerson(FieldStage) {
		t.Errorf("deal after it: %+v", d)
	}
}

func TestADealsValue(t *testing.T) {
	d := NewDeal(noon)
	if ch, ok := d.SetValue(Money{0, "CLP"}, byBsale); !ok || ch.Old != nil || ch.New != "0 CLP" {
		t.Errorf("nothing, in pesos: %+v %v", ch, ok)
	}
	if ch, ok := d.SetValue(Money{115061, "CLP"}, byBsale); !ok || ch.Old != "0 CLP" || ch.New != "115061 CLP" {
		t.Errorf("more: %+v %v", ch, ok)
	}
	if _, ok := d.SetValue(Money{115061, "CLP"}, person); ok || d.Origins.ByPerson(FieldValue) {
		t.Error("the same value is no change")
	}
}

func TestUpdatedAtNeverMovesBack(t *testing.T) {
	c := NewContact(later)
	c.SetText(FieldSource, "Bsale", NewOrigin(Actor{}, noon, ""))
	if !c.UpdatedAt.Equal(later) {
		t.Errorf("updated at %v", c.UpdatedAt)
	}
}

func TestAContactsName(t *testing.T) {
	for want, c := range map[string]Contact{
		"Quillay SpA":    {Company: " Quillay SpA ", FirstName: "Ana"},
		"Ana Pérez":      {FirstName: "Ana ", LastName: " Pérez"},
		"Pérez":          {FirstName: " ", LastName: "Pérez"},
		"Ana":            {FirstName: "Ana", Company: "  "},
		"":               {},
		"José Luis Ríos": {FirstName: "José Luis", LastName: "Ríos "},
	} {
		if got := c.Name(); got != want {
			t.Errorf("%+v is called %q, want %q", c, got, want)
		}
	}
}

func TestClonesShareNothing(t *testing.T) {
	c, d := NewContact(noon), NewDeal(noon)
	c.AddIdentity(IdentityKey{IdentityPhone, "+56955550199"}, "", byBsale)
	cc, dc := c.Clone(), d.Clone()
	cc.SetCustom("k", "v", byBsale)
	cc.Identities[0].Value = "changed"
	dc.SetCustom("k", "v", byBsale)
	if len(c.Custom)+len(c.Origins)-1+len(d.Custom)+len(d.Origins) != 0 || c.Identities[0].Value != "" {
		t.Errorf("the originals changed: %+v %+v", c, d)
	}
}

// TestOptionsAreTheSameAsTheyAreReadFromStorage writes the options that a record has, which is no change.
func TestOptionsAreTheSameAsTheyAreReadFromStorage(t *testing.T) {
	at := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	o := NewOrigin(Actor{Kind: ActorSystem}, at, "")
	for _, kept := range []any{[]string{"a", "b"}, []any{"a", "b"}} {
		d := NewDeal(at)
		d.Custom = Custom{"cf": kept}
		for _, same := range []any{[]string{"a", "b"}, []any{"a", "b"}} {
			if change, changed := d.SetCustom("cf", same, o); changed {
				t.Errorf("%T for %T: %+v", same, kept, change)
			}
		}
		for _, other := range []any{[]string{"b", "a"}, []string{"a"}, nil, "a"} {
			e := d.Clone()
			if _, changed := e.SetCustom("cf", other, o); !changed {
				t.Errorf("%v for %v is no change", other, kept)
			}
		}
	}
}
