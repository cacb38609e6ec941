package crm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPhonesAsProgramsWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"56961234567":     "+56961234567", // with the country's code, without the plus sign
		"961234567":       "+56961234567",
		"+56 9 6123 4567": "+56961234567",
		"51987654321":     "+51987654321", // of another country
		"12":              "",
		"":                "",
		"mi fono":         "",
	} {
		if got, ok := readPhone(written, Chile); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", written, got, ok, want)
		}
	}
}

// TestIdentitiesWhateverIsAsked puts random inputs into random contacts: each identity stands there once, the first and only the first is the primary one, what was asked to be
// added is there, and the changes tell exactly what came and went.
func TestIdentitiesWhateverIsAsked(t *testing.T) {
	account := Account{Country: Chile, Currency: "CLP"}
	random := rand.New(rand.NewPCG(1, 2))
	address := func() string { return fmt.Sprintf("%c@x.example", 'a'+rune(random.IntN(6))) }
	addresses := func() []string {
		var all []string
		for range random.IntN(4) {
			all = append(all, address())
		}
		return all
	}
	for range 20_000 {
		c := NewContact(noon)
		c.AddIdentity(IdentityKey{IdentityPhone, "+56961234567"}, "fono", person)
		for _, a := range addresses() {
			c.AddIdentity(IdentityKey{IdentityEmail, a}, "written "+a, person)
		}
		c.AddIdentity(IdentityKey{IdentityTaxID, "12345678-5"}, "rut", person)
		var in IdentitiesInput
		if random.IntN(3) == 0 {
			all := addresses()
			in.All = &all
		}
		for _, at := range []**string{&in.Primary, &in.Secondary} {
			switch one := address(); random.IntN(4) {
			case 0:
				*at = &one
			case 1:
				one = ""
				*at = &one
			}
		}
		in.Remove, in.Add = addresses(), addresses()

		had := normalForms(c)
		asked, problems := account.identities(IdentityEmail, in)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		before := c.Clone()
		changes := c.SetIdentities(IdentityEmail, asked.wanted(c.IdentitiesOf(IdentityEmail)), byBsale)
		has := normalForms(c)

		if sorted := slices.Sorted(slices.Values(has)); len(slices.Compact(sorted)) != len(has) {
			t.Fatalf("%+v into %v: %v has one twice", in, had, has)
		}
		for n, i := range c.IdentitiesOf(IdentityEmail) {
			if i.Primary != (n == 0) || slices.Contains(had, i.Normalized) && i.Value != "written "+i.Normalized {
				t.Fatalf("%+v into %v: %+v", in, had, i)
			}
		}
		for _, a := range in.Add {
			if !slices.Contains(has, a) {
				t.Fatalf("%+v into %v: %s is missing in %v", in, had, a, has)
			}
		}
		if in.Primary != nil && *in.Primary != "" && in.Secondary == nil && len(in.Remove) == 0 && has[0] != *in.Primary {
			t.Fatalf("%+v into %v: %v", in, had, has)
		}
		told := slices.Clone(had)
		for _, change := range changes {
			if change.Old != nil {
				told = slices.DeleteFunc(told, func(a string) bool { return a == change.Old })
			}
			if change.New != nil && !slices.Contains(told, change.New.(string)) {
				told = append(told, change.New.(string))
			}
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(has)), slices.Sorted(slices.Values(told))); diff != "" {
			t.Fatalf("%+v into %v: the changes %+v do not tell it:\n%s", in, had, changes, diff)
		}
		if len(changes) == 0 {
			if diff := cmp.Diff(before, c); diff != "" {
				t.Fatalf("no change, and yet:\n%s", diff)
			}
		}
		if len(c.IdentitiesOf(IdentityPhone)) != 1 || len(c.IdentitiesOf(IdentityTaxID)) != 1 {
			t.Fatalf("other identities: %+v", c.Identities)
		}
	}
}

func normalForms(c *Contact) []string { return c.normalForms(IdentityEmail) }

func TestTagsDetailsAndLabel(t *testing.T) {
	c := NewContact(noon)
	vip, fresh := Tag{ID: "2", Name: "VIP"}, Tag{ID: "1", Name: "Nuevo"}
	if change, ok := c.AddTag(vip, person); !ok || change != (Change{Field: FieldTags, New: "VIP"}) {
		t.Errorf("%+v %v", change, ok)
	}
	c.AddTag(fresh, person)
	if _, ok := c.AddTag(vip, person); ok || !slices.Equal(c.Tags, []ID{"1", "2"}) {
		t.Errorf("tags: %v", c.Tags)
	}
	clone := c.Clone()
	if change, ok := clone.RemoveTag(fresh, person); !ok || change.Old != "Nuevo" || len(c.Tags) != 2 {
		t.Errorf("%+v; the original has %v", change, c.Tags)
	}
	if change, ok := c.SetDetail(FieldCity, "Talca", byBsale); !ok || change.New != "Talca" || c.Origins[FieldCity] != byBsale {
		t.Errorf("%+v %v", change, ok)
	}
	for _, step := range []struct {
		want string
		do   func()
	}{
		{"", func() {}},
		{"12345678-5", func() { c.AddIdentity(IdentityKey{IdentityTaxID, "12345678-5"}, "", person) }},
		{"+56961234567", func() { c.AddIdentity(IdentityKey{IdentityPhone, "+56961234567"}, "", person) }},
		{"a@x.example", func() { c.AddIdentity(IdentityKey{IdentityEmail, "a@x.example"}, "", person) }},
		{"Ana", func() { c.SetText(FieldFirstName, "Ana", person) }},
	} {
		if step.do(); c.Label() != step.want {
			t.Errorf("label %q, want %q", c.Label(), step.want)
		}
	}
}
