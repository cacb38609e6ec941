package crm

import (
	"context"
	"slices"
	"strconv"
)

// MaxTags is how many tags an account may have.
const MaxTags = 500

const maxTagName = 60 // characters

// TagChange is what somebody wants of a tag; nil: as it is.
type TagChange struct {
	Name  *string
	Color *string // #rrggbb; empty: none
}

// FindTag returns a tag. not_found: tag_not_found.
func FindTag(ctx context.Context, r Reader, id ID) (Tag, error) {
	tags, err := r.Tags(ctx)
	if err != nil {
		return Tag{}, err
	}
	at := slices.IndexFunc(tags, func(t Tag) bool { return t.ID == id })
	if at < 0 {
		return Tag{}, NewError(NotFound, "tag_not_found", "id", clip(cleanText(string(id))))
	}
	return tags[at], nil
}

// CreateTag adds a tag; color may be empty. invalid: name_missing, text_too_long, color_invalid. conflict: name_taken, case and accents aside; too_many_tags.
func CreateTag(ctx context.Context, tx Tx, hand Hand, name, color string) (Tag, error) {
	tags, err := tx.Tags(ctx)
	if err != nil {
		return Tag{}, err
	}
	if len(tags) >= MaxTags {
		return Tag{}, NewError(Conflict, "too_many_tags", "most", strconv.Itoa(MaxTags))
	}
	tag := Tag{ID: NewID(), CreatedAt: hand.At}
	if err := tag.put(TagChange{Name: &name, Color: &color}); err != nil {
		return Tag{}, err
	}
	return tag, tx.CreateTag(ctx, tag)
}

func (t *Tag) put(change TagChange) (err error) {
	if change.Name != nil {
		if t.Name, err = checkedName(*change.Name, maxTagName); err != nil {
			return err
		}
	}
	if change.Color != nil {
		t.Color, err = checkedColor(*change.Color)
	}
	return err
}

// ChangeTag changes a tag; contacts that have it keep it. not_found: tag_not_found. invalid and conflict: as in [CreateTag].
func ChangeTag(ctx context.Context, tx Tx, hand Hand, id ID, change TagChange) (Tag, error) {
	tag, err := FindTag(ctx, tx, id)
	if err != nil {
		return Tag{}, err
	}
	if err := tag.put(change); err != nil {
		return Tag{}, err
	}
	return tag, tx.UpdateTag(ctx, tag)
}

// DeleteTag deletes a tag, which leaves its contacts. not_found: tag_not_found.
func DeleteTag(ctx context.Context, tx Tx, hand Hand, id ID) error {
	if _, err := FindTag(ctx, tx, id); err != nil {
		return err
	}
	return tx.DeleteTag(ctx, id)
}
