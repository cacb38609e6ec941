package crm

import "context"

// subject is a contact or deal that an activity or note is about.
type subject struct {
	owner   ID
	gone    bool
	missing *Error // what is said when it is not there, or not to be seen
}

// subjects are the contact, the deal or both that an activity or note is about.
type subjects []subject

// findSubject returns one contact or deal. invalid: entity_unknown.
func findSubject(ctx context.Context, r Reader, entity Entity, id ID) (subjects, error) {
	switch entity {
	case EntityContact:
		return findSubjects(ctx, r, id, "")
	case EntityDeal:
		return findSubjects(ctx, r, "", id)
	}
	return nil, NewError(Invalid, "entity_unknown", "entity", clip(cleanText(string(entity)))).At("entity")
}

// findSubjects returns a contact and a deal, either of which may be none.
func findSubjects(ctx context.Context, r Reader, contact, deal ID) (subjects, error) {
	var about subjects
	if contact != "" {
		found, err := r.ContactsByID(ctx, []ID{contact})
		if err != nil {
			return nil, err
		}
		s := subject{gone: true, missing: errContactNotFound}
		for _, c := range found {
			s.owner, s.gone = c.OwnerID, c.Gone()
		}
		about = append(about, s)
	}
	if deal != "" {
		found, err := r.DealsByID(ctx, []ID{deal})
		if err != nil {
			return nil, err
		}
		s := subject{gone: true, missing: errDealNotFound}
		for _, d := range found {
			s.owner, s.gone = d.OwnerID, d.Gone()
		}
		about = append(about, s)
	}
	return about, nil
}

// visible says whether they live and may all be seen. not_found: which may not.
func (about subjects) visible(reach Reach) error {
	for _, s := range about {
		if s.gone || !reach.Sees(s.owner) {
			return s.missing
		}
	}
	return nil
}

// editable says whether they live and may all be changed. not_found: as in visible. forbidden: not_yours.
func (about subjects) editable(reach Reach) error {
	if err := about.visible(reach); err != nil {
		return err
	}
	for _, s := range about {
		if !reach.Edits(s.owner) {
			return NewError(Forbidden, "not_yours")
		}
	}
	return nil
}

// reached says whether an activity about them, that owner is to do, is covered: the owner's own always, others with any of what they are about. The store's lists say the same.
func (about subjects) reached(reach Reach, owner ID, covers func(Reach, ID) bool) bool {
	if owner != "" && owner == reach.User {
		return true
	}
	for _, s := range about {
		if covers(reach, s.owner) {
			return true
		}
	}
	return false
}
