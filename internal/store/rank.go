package store

import (
	"context"
	"math"

	"puente/internal/crm"
)

// rankStep lies between a deal and the one above it when they are put on top of each other: twenty deals fit between two of them before anybody has to move.
const rankStep = 1 << 20

// rankOnTop gives those that are new or in another stage than they were a rank on top of their stage, the later ones above, and the others the one that they have.
func (x *writer) rankOnTop(ctx context.Context, deals []*crm.Deal, stored map[crm.ID]storedDeal) error {
	var entered []crm.ID
	for _, d := range deals {
		if s := stored[d.ID]; s.stage == d.StageID {
			d.Rank = s.rank
		} else {
			entered = append(entered, d.StageID)
		}
	}
	tops, err := x.topRanks(ctx, entered)
	if err != nil {
		return err
	}
	for _, d := range deals {
		if stored[d.ID].stage != d.StageID {
			tops[d.StageID] += rankStep
			d.Rank = tops[d.StageID]
		}
	}
	return nil
}

// topRanks returns the highest rank in each of these stages.
func (x *session) topRanks(ctx context.Context, stages []crm.ID) (map[crm.ID]int64, error) {
	tops := map[crm.ID]int64{}
	_, err := queryIn(ctx, x, "top ranks",
		`SELECT s.id, COALESCE((SELECT d.rank FROM deal d WHERE d.account_id = s.account_id AND d.stage_id = s.id AND d.deleted_at = 0
		 ORDER BY d.rank DESC, d.number DESC LIMIT 1), 0) FROM stage s WHERE s.account_id = $1 AND s.id IN `+list, []any{x.account}, stages,
		func(r row) (struct{}, error) {
			var stage crm.ID
			var rank int64
			err := r.Scan(&stage, &rank)
			tops[stage] = rank
			return struct{}{}, err
		})
	return tops, err
}

// placed is a deal's place on the board. Of two with the same rank the one made later is above.
type placed struct {
	stage        crm.ID
	rank, number int64
}

// RankDeal puts a deal directly below another of the same stage on the board, or on top when above is zero. Neither version nor timeline change. not_found: one of
// them is not there.
func (x *writer) RankDeal(ctx context.Context, deal, above crm.ID) error {
	d, err := x.place(ctx, deal)
	if err != nil {
		return err
	}
	if above == "" {
		top, err := query(ctx, &x.session, "top of a stage",
			`SELECT stage_id, rank, number FROM deal WHERE account_id = $1 AND stage_id = $2 AND deleted_at = 0 ORDER BY rank DESC, number DESC LIMIT 1`,
			[]any{x.account, text(d.stage)}, scanPlaced)
		if err != nil || top[0].number == d.number {
			return err
		}
		if err := x.setRank(ctx, d.number, top[0].rank+rankStep); err != nil {
			return err
		}
		return x.noteDealChanges(ctx, map[crm.ID]bool{d.stage: true})
	}
	a, err := x.place(ctx, above)
	if err != nil {
		return err
	}
	if a.stage != d.stage || a.number == d.number {
		return notFound("deal_not_found", above)
	}
	if err := x.rankBelow(ctx, d, a); err != nil {
		return err
	}
	return x.noteDealChanges(ctx, map[crm.ID]bool{d.stage: true})
}

func (x *session) place(ctx context.Context, deal crm.ID) (placed, error) {
	return queryOne(ctx, x, "place of a deal", `SELECT stage_id, rank, number FROM deal WHERE account_id = $1 AND id = $2 AND deleted_at = 0`,
		[]any{x.account, text(deal)}, scanPlaced, notFound("deal_not_found", deal))
}

func scanPlaced(r row) (p placed, err error) {
	err = r.Scan(&p.stage, &p.rank, &p.number)
	return p, err
}

// rankBelow finds room for d under a. Where there is none it moves the deals that follow apart, no more of them than it has to.
func (x *writer) rankBelow(ctx context.Context, d, a placed) error {
	for moved := 0; ; moved = 2*moved + 1 {
		below, err := query(ctx, &x.session, "deals below",
			`SELECT stage_id, rank, number FROM deal WHERE account_id = $1 AND stage_id = $2 AND deleted_at = 0 AND (rank, number) < ($3, $4) AND number <> $5
			 ORDER BY rank DESC, number DESC LIMIT $6`, []any{x.account, text(a.stage), a.rank, a.number, d.number, moved + 1}, scanPlaced)
		if err != nil {
			return err
		}
		toMove := below[:min(moved, len(below))]
		gaps := int64(len(toMove) + 2) // above d, between all, and below the last
		bottom := int64(math.MinInt64)
		if len(below) > moved {
			bottom = below[moved].rank
		} else if a.rank > math.MinInt64+gaps*rankStep {
			bottom = a.rank - gaps*rankStep // nothing is there
		}
		step := (a.rank - bottom) / gaps
		if step < 1 {
			continue
		}
		for i, p := range append([]placed{d}, toMove...) {
			if err := x.setRank(ctx, p.number, a.rank-int64(i+1)*step); err != nil {
				return err
			}
		}
		return nil
	}
}

func (x *writer) setRank(ctx context.Context, number, rank int64) error {
	_, err := x.exec(ctx, "set rank", `UPDATE deal SET rank = $3 WHERE account_id = $1 AND number = $2`, x.account, number, rank)
	return err
}
