package store

import (
	"context"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// Board returns each stage of each pipeline, in order, with its number of living deals, the sum of those values that are in the account's currency,
// and its uppermost deals, at most perStage. Its cost does not grow with the number of deals.
func (x *reader) Board(ctx context.Context, perStage int) ([]bridge.BoardStage, error) {
	stages, err := query(ctx, &x.session, "board",
		`SELECT p.name, s.id, s.pipeline_id, s.name, s.kind, s.position, s.color, s.probability, s.stale_days,
		 CAST(COALESCE((SELECT SUM(t.deals) FROM stage_total t WHERE t.account_id = s.account_id AND t.stage_id = s.id), 0) AS BIGINT),
		 CAST(COALESCE((SELECT SUM(t.value) FROM stage_total t WHERE t.account_id = s.account_id AND t.stage_id = s.id AND t.currency = a.currency), 0) AS BIGINT)
		 FROM account a JOIN pipeline p ON p.account_id = a.number JOIN stage s ON s.account_id = p.account_id AND s.pipeline_id = p.id
		 WHERE a.number = $1 AND p.archived_at = 0 AND s.archived_at = 0 ORDER BY p.position, p.created_at, p.id, s.position, s.id`, []any{x.account},
		func(r row) (b bridge.BoardStage, err error) {
			s := &b.Stage
			err = r.Scan(&b.Pipeline, &s.ID, &s.PipelineID, &s.Name, &s.Kind, &s.Position, &s.Color, &s.Probability, &s.StaleDays,
				&b.Count, &b.Sum)
			return b, err
		})
	if err != nil {
		return nil, err
	}
	for i := range stages {
		b := &stages[i]
		if b.Count == 0 || perStage <= 0 {
			continue
		}
		if b.Latest, err = query(ctx, &x.session, "board",
			`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND stage_id = $2 AND deleted_at = 0
			 ORDER BY rank DESC, number DESC LIMIT $3`, []any{x.account, string(b.Stage.ID), perStage},
			func(r row) (bridge.BoardDeal, error) {
				d, err := scanDeal(r)
				return bridge.BoardDeal{Deal: *d}, err
			}); err != nil {
			return nil, err
		}
	}
	return stages, x.nameCards(ctx, stages)
}

// nameCards adds the names of contacts and the e-mails of owners to the cards.
func (x *reader) nameCards(ctx context.Context, stages []bridge.BoardStage) error {
	var contacts, owners []crm.ID
	for _, b := range stages {
		for _, c := range b.Latest {
			contacts = append(contacts, c.Deal.ContactID)
			owners = append(owners, c.Deal.OwnerID)
		}
	}
	names := map[crm.ID]string{}
	if _, err := queryIn(ctx, &x.session, "board: contacts",
		`SELECT id, first_name, last_name, company FROM contact WHERE account_id = $1 AND deleted_at = 0 AND id IN `+list, []any{x.account}, contacts,
		func(r row) (struct{}, error) {
			var c crm.Contact
			err := r.Scan(&c.ID, &c.FirstName, &c.LastName, &c.Company)
			names[c.ID] = c.Name()
			return struct{}{}, err
		}); err != nil {
		return err
	}
	emails := map[crm.ID]string{}
	if _, err := queryIn(ctx, &x.session, "board: owners", `SELECT id, email FROM app_user WHERE account_id = $1 AND id IN `+list,
		[]any{x.account}, owners, func(r row) (struct{}, error) {
			var u crm.User
			err := r.Scan(&u.ID, &u.Email)
			emails[u.ID] = u.Email
			return struct{}{}, err
		}); err != nil {
		return err
	}
	for _, b := range stages {
		for i := range b.Latest {
			c := &b.Latest[i]
			c.ContactName, c.OwnerEmail = names[c.Deal.ContactID], emails[c.Deal.OwnerID]
		}
	}
	return nil
}
