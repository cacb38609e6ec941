package bridge

import (
	"context"
	"encoding/json"
	"fmt"

	"puente/internal/crm"
)

// RecordStory is all that Puente knows of one document: where it stands, what was decided about it and when, and what it is linked to.
type RecordStory struct {
	Record    *Record
	Decisions []Decision   // newest first
	Deal      *crm.Deal    // nil: none; it may have been deleted since
	Contact   *crm.Contact // of the deal, or, without one, that the document's client is linked to; nil: none
	// CandidateContacts or CandidateDeals are those among which a person has to choose, as they were when the conflict was found.
	CandidateContacts []*crm.Contact
	CandidateDeals    []*crm.Deal
}

// Decision is one decision as it was applied.
type Decision struct {
	HistoryEntry
	Plan Plan
}

// decisionsShown is how many decisions of a document are told.
const decisionsShown = 100

// ReadRecord tells one document's story. not_found: document_not_found.
func ReadRecord(ctx context.Context, r Reader, connection crm.ID, document int64) (RecordStory, error) {
	records, err := r.Records(ctx, connection, []int64{document})
	if err != nil {
		return RecordStory{}, err
	}
	if len(records) == 0 {
		return RecordStory{}, crm.NewError(crm.NotFound, "document_not_found")
	}
	story := RecordStory{Record: records[0]}
	if story.Decisions, err = readDecisions(ctx, r, connection, document, decisionsShown); err != nil {
		return story, err
	}
	if err := story.readLinked(ctx, r); err != nil {
		return story, err
	}
	return story, story.readCandidates(ctx, r)
}

func (s *RecordStory) readCandidates(ctx context.Context, r Reader) (err error) {
	switch {
	case s.Record.State != StateConflict:
	case overContact(s.Record.Reason):
		s.CandidateContacts, err = r.ContactsByID(ctx, s.Record.Candidates)
	case s.Record.Reason == ManyDeals:
		s.CandidateDeals, err = r.DealsByID(ctx, s.Record.Candidates)
	}
	return err
}

// LatestDecisions returns the connection's last decisions, newest first.
func LatestDecisions(ctx context.Context, r Reader, connection crm.ID, limit int) ([]Decision, error) {
	return readDecisions(ctx, r, connection, 0, limit)
}

func readDecisions(ctx context.Context, r Reader, connection crm.ID, document int64, limit int) ([]Decision, error) {
	entries, err := r.History(ctx, connection, document, limit)
	if err != nil {
		return nil, err
	}
	decisions := make([]Decision, len(entries))
	for i, entry := range entries {
		decisions[i].HistoryEntry = entry
		if err := json.Unmarshal(entry.Plan, &decisions[i].Plan); err != nil {
			return nil, fmt.Errorf("bridge: plan of decision %s: %w", entry.ID, err)
		}
	}
	return decisions, nil
}

func (s *RecordStory) readLinked(ctx context.Context, r Reader) error {
	contact := s.Record.ContactID
	if s.Record.DealID != "" {
		deals, err := r.DealsByID(ctx, []crm.ID{s.Record.DealID})
		if err != nil {
			return err
		}
		if len(deals) > 0 {
			s.Deal, contact = deals[0], deals[0].ContactID
		}
	}
	if contact == "" && s.Record.ClientID != 0 {
		links, err := r.ClientLinks(ctx, s.Record.ConnectionID, []int64{s.Record.ClientID})
		if err != nil {
			return err
		}
		if len(links) > 0 {
			contact = links[0].ContactID
		}
	}
	if contact == "" {
		return nil
	}
	contacts, err := r.ContactsByID(ctx, []crm.ID{contact})
	if len(contacts) > 0 {
		s.Contact = contacts[0]
	}
	return err
}
