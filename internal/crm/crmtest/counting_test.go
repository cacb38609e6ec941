package crmtest

import (
	"context"

	"puente/internal/crm"
)

// countingTx counts the queries that grow with a list when they should not.
type countingTx struct {
	crm.Tx
	calls map[string]int
}

func (c *countingTx) Account(ctx context.Context) (crm.Account, error) {
	c.calls["Account"]++
	return c.Tx.Account(ctx)
}

func (c *countingTx) Users(ctx context.Context) ([]crm.User, error) {
	c.calls["Users"]++
	return c.Tx.Users(ctx)
}

func (c *countingTx) CustomFields(ctx context.Context, entity crm.Entity) ([]crm.CustomField, error) {
	c.calls["CustomFields"]++
	return c.Tx.CustomFields(ctx, entity)
}

func (c *countingTx) Tags(ctx context.Context) ([]crm.Tag, error) {
	c.calls["Tags"]++
	return c.Tx.Tags(ctx)
}

func (c *countingTx) Pipelines(ctx context.Context) ([]crm.Pipeline, error) {
	c.calls["Pipelines"]++
	return c.Tx.Pipelines(ctx)
}

func (c *countingTx) ContactsByIdentity(ctx context.Context, keys []crm.IdentityKey) ([]*crm.Contact, error) {
	c.calls["ContactsByIdentity"]++
	return c.Tx.ContactsByIdentity(ctx, keys)
}

func (c *countingTx) ContactsByID(ctx context.Context, ids []crm.ID) ([]*crm.Contact, error) {
	c.calls["ContactsByID"]++
	return c.Tx.ContactsByID(ctx, ids)
}

func (c *countingTx) DealsByID(ctx context.Context, ids []crm.ID) ([]*crm.Deal, error) {
	c.calls["DealsByID"]++
	return c.Tx.DealsByID(ctx, ids)
}

func (c *countingTx) SaveContacts(ctx context.Context, contacts []*crm.Contact) error {
	c.calls["SaveContacts"]++
	return c.Tx.SaveContacts(ctx, contacts)
}

func (c *countingTx) SaveDeals(ctx context.Context, deals []*crm.Deal) error {
	c.calls["SaveDeals"]++
	return c.Tx.SaveDeals(ctx, deals)
}

func (c *countingTx) AddEvents(ctx context.Context, events []crm.Event) error {
	c.calls["AddEvents"]++
	return c.Tx.AddEvents(ctx, events)
}

func (c *countingTx) AddStageChanges(ctx context.Context, changes []crm.StageChange) error {
	c.calls["AddStageChanges"]++
	return c.Tx.AddStageChanges(ctx, changes)
}
