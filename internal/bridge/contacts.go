package bridge

import (
	"context"

	"puente/internal/crm"
)

// CreateContacts makes contacts as [crm.CreateContacts] does, and in the same transaction asks for those to become clients in Bsale that the connections' rules say so of. People and
// integrations make contacts through it.
func (e *Engine) CreateContacts(ctx context.Context, tx Tx, hand crm.Hand, inputs []crm.ContactInput) ([]crm.ContactResult, error) {
	results, err := crm.CreateContacts(ctx, tx, hand, inputs)
	if err != nil {
		return nil, err
	}
	var made []crm.ID
	for _, result := range results {
		if result.Err == nil {
			made = append(made, result.Contact.ID)
		}
	}
	return results, e.RequestClients(ctx, tx, made)
}
