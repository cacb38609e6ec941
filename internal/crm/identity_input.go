package crm

import (
	"fmt"
	"slices"
	"strings"
)

// identitiesAsked is an [IdentitiesInput] whose values are valid.
type identitiesAsked struct {
	kind      IdentityKind
	all       *[]Identity
	primary   *Identity // with an empty key: to go
	secondary *Identity
	remove    []Identity
	add       []Identity
	places    map[IdentityKey]string // where each was asked for, for errors
}

// identities reads what is asked of one kind of identity. Every value that is none is a problem at its place.
func (a Account) identities(kind IdentityKind, in IdentitiesInput) (identitiesAsked, []error) {
	asked := identitiesAsked{kind: kind, places: map[IdentityKey]string{}}
	var problems []error
	read := func(written, place string) (Identity, bool) {
		i, err := a.identity(kind, written)
		if err != nil {
			problems = append(problems, err.At(place))
			return Identity{}, false
		}
		asked.places[i.IdentityKey] = place
		return i, true
	}
	list := func(values []string, part string) []Identity {
		var all []Identity
		for n, written := range values {
			if i, ok := read(written, fmt.Sprintf("%s.%s[%d]", kind, part, n)); ok && !slices.ContainsFunc(all, i.is) {
				all = append(all, i)
			}
		}
		return all
	}
	single := func(written *string, place string) *Identity {
		switch {
		case written == nil:
			return nil
		case strings.TrimSpace(*written) == "":
			return &Identity{}
		}
		if i, ok := read(*written, place); ok {
			return &i
		}
		return nil
	}
	if in.All != nil {
		all := list(*in.All, "all")
		asked.all = &all
	}
	asked.primary = single(in.Primary, string(kind))
	asked.secondary = single(in.Secondary, string(kind)+".secondary")
	asked.remove = list(in.Remove, "remove")
	asked.add = list(in.Add, "add")
	return asked, problems
}

// identity reads one e-mail, phone or tax id as a person writes it.
func (a Account) identity(kind IdentityKind, written string) (Identity, *Error) {
	written = strings.TrimSpace(cleanText(written))
	i := Identity{IdentityKey: IdentityKey{Kind: kind}, Value: written}
	var ok bool
	switch kind {
	case IdentityEmail:
		if i.Normalized, ok = NormalizeEmail(written); !ok {
			return i, NewError(Invalid, "email_invalid", "email", clip(written))
		}
	case IdentityPhone:
		if i.Normalized, ok = readPhone(written, a.Country); !ok {
			return i, NewError(Invalid, "phone_invalid", "phone", clip(written))
		}
	case IdentityTaxID:
		id, ok := NormalizeTaxID(written, a.Country)
		switch {
		case !ok:
			return i, NewError(Invalid, "tax_id_invalid", "tax_id", clip(written))
		case id.Generic:
			return i, NewError(Invalid, "tax_id_generic", "tax_id", clip(written))
		}
		i.Normalized = id.Normalized
	}
	return i, nil
}

// readPhone also takes a foreign number with its country's code but without the plus sign, as programs write it.
func readPhone(written string, country Country) (string, bool) {
	if normal, ok := NormalizePhone(written, country); ok {
		return normal, true
	}
	if allDigits([]byte(written)) {
		return NormalizePhone("+"+written, country)
	}
	return "", false
}

// any says whether anything was asked.
func (q identitiesAsked) any() bool {
	return q.all != nil || q.primary != nil || q.secondary != nil || len(q.remove)+len(q.add) > 0
}

// wanted returns what a contact that has these is to have, the primary one first.
func (q identitiesAsked) wanted(had []Identity) []Identity {
	list := slices.Clone(had)
	if q.all != nil {
		list = slices.Clone(*q.all)
	}
	if q.primary != nil {
		list = replaced(list, 0, *q.primary)
	}
	if q.secondary != nil {
		list = replaced(list, 1, *q.secondary)
	}
	list = slices.DeleteFunc(list, func(i Identity) bool { return slices.ContainsFunc(q.remove, i.is) })
	for _, i := range q.add {
		if !slices.ContainsFunc(list, i.is) {
			list = append(list, i)
		}
	}
	return list
}

// replaced puts an identity at a place of the list, in the stead of the one there. One that stands in the list already changes places instead; an empty one
// only takes away.
func replaced(list []Identity, at int, by Identity) []Identity {
	at = min(at, len(list))
	if by.Normalized == "" {
		return slices.Delete(list, at, min(at+1, len(list)))
	}
	if from := slices.IndexFunc(list, by.is); from >= 0 {
		return slices.Insert(slices.Delete(list, from, from+1), min(at, len(list)-1), by)
	}
	if at == len(list) {
		return append(list, by)
	}
	list[at] = by
	return list
}
