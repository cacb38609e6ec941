package crm

import (
	"context"
	"slices"
	"time"
)

// recommended are the fields that a shop with Bsale wants on its deals and contacts; they have Spanish names, as rules and guides name them.
var recommended = []struct {
	entity Entity
	name   string
	typed  FieldType // what suits it best; as the app's guide has it, all are text
}{
	{EntityDeal, "Número de Documento", TypeText},
	{EntityDeal, "Fecha de Emisión", TypeDate},
	{EntityDeal, "Fecha de Vencimiento", TypeDate},
	{EntityDeal, "Total Documento", TypeMoney},
	{EntityContact, "Rut del Cliente del Documento", TypeText},
	{EntityContact, "Origen de los contactos", TypeText},
}

// RecommendedFields returns the fields that the Bsale app recommends, all of them text, for an account that has no others. random is that of [NewFieldKey].
func RecommendedFields(now time.Time, random func(n int) string) []CustomField {
	return recommendedFields(now, random, false)
}

// recommendedFields makes them all; typed: with dates and money where the values are such.
func recommendedFields(now time.Time, random func(n int) string, typed bool) []CustomField {
	fields := make([]CustomField, len(recommended))
	positions := map[Entity]int{}
	for i, r := range recommended {
		t := TypeText
		if typed {
			t = r.typed
		}
		fields[i] = CustomField{
			ID: NewID(), Entity: r.entity, Key: NewFieldKey(r.entity, r.name, t, random), Name: r.name, Type: t, Position: positions[r.entity], CreatedAt: now,
		}
		positions[r.entity]++
	}
	return fields
}

// MissingRecommendedFields returns those of the recommended fields whose name no field of their entity among present has.
func MissingRecommendedFields(present []CustomField, typed bool, now time.Time, random func(n int) string) []CustomField {
	return slices.DeleteFunc(recommendedFields(now, random, typed), func(field CustomField) bool {
		return slices.ContainsFunc(present, func(f CustomField) bool { return f.Entity == field.Entity && Fold(f.Name) == Fold(field.Name) })
	})
}

// AddRecommendedFields makes those of the recommended fields whose name no field of their entity has, archived ones included: however often it is done, none is made twice. It returns
// those that it made. conflict: too_many_fields.
func AddRecommendedFields(ctx context.Context, tx Tx, hand Hand, typed bool, random func(n int) string) (made []CustomField, err error) {
	present, err := allFields(ctx, tx)
	if err != nil {
		return nil, err
	}
	made = MissingRecommendedFields(present, typed, hand.At, random)
	if err := checkRoom(len(present), len(made)); err != nil {
		return nil, err
	}
	for i := range made {
		made[i].Position = nextPosition(append(present, made[:i]...), made[i].Entity)
		if err := tx.CreateCustomField(ctx, made[i]); err != nil {
			return nil, err
		}
		made[i].Version = 1
	}
	return made, nil
}
