package auth

import (
	"context"
	"time"

	"puente/internal/crm"
)

// seenEvery is how exact it is when a session or key was last used. Anything finer would be a write for each request.
const seenEvery = time.Minute

// noteWithin is how long a request waits for that to be written while the database is busy. The next one tries again.
const noteWithin = 200 * time.Millisecond

// Session returns who has a session's token.
//
// unauthenticated: session_ended, the token is none, or of a session that ended, or of a user who is not active.
func (s *Service) Session(ctx context.Context, token string) (Principal, error) {
	principal, _, err := s.Visit(ctx, token)
	return principal, err
}

// Visit returns who has a session's token, and the account with its settings. Errors are those of Session.
func (s *Service) Visit(ctx context.Context, token string) (Principal, crm.Account, error) {
	ended := crm.NewError(crm.Unauthenticated, "session_ended")
	hash, ok := sessionToken.hash(token)
	if !ok {
		return Principal{}, crm.Account{}, ended
	}
	visit, err := s.store.VisitByToken(ctx, hash)
	if crm.CodeOf(err) == crm.NotFound {
		return Principal{}, crm.Account{}, ended
	}
	if err != nil {
		return Principal{}, crm.Account{}, err
	}
	now := s.now()
	if !visit.User.Active || !now.Before(visit.Session.ExpiresAt) {
		return Principal{}, crm.Account{}, ended
	}
	if now.Sub(visit.Session.LastSeenAt) >= seenEvery {
		s.note(ctx, func(ctx context.Context) error {
			return s.store.NoteSeen(ctx, visit.Account.ID, visit.Session.ID, now, sessionEnd(visit.Session.CreatedAt, now))
		})
	}
	return userPrincipal(visit), visit.Account, nil
}

// sessionEnd returns until when a session lasts that was last seen at an instant.
func sessionEnd(created, seen time.Time) time.Time {
	end, most := seen.Add(sessionIdle), created.Add(sessionMost)
	if end.After(most) {
		return most
	}
	return end
}

// note writes what can as well be written later, and gives up rather than keep a request waiting.
func (s *Service) note(ctx context.Context, write func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	if err := write(ctx); err != nil {
		s.log.DebugContext(ctx, "left for later", "error", err)
	}
}

// Logout ends the principal's session. It is done already if there is none.
func (s *Service) Logout(ctx context.Context, p Principal) error {
	if p.Session == "" {
		return nil
	}
	err := s.EndSession(ctx, p, p.Session)
	if crm.CodeOf(err) == crm.NotFound {
		return nil
	}
	return err
}

// Sessions returns the principal's sessions that have not ended, latest seen first. An API key has none.
func (s *Service) Sessions(ctx context.Context, p Principal) ([]Session, error) {
	if p.User.ID == "" {
		return nil, nil
	}
	var lasting []Session
	now := s.now()
	err := s.store.ViewAccess(ctx, p.AccountID, func(r Reader) error {
		all, err := r.Sessions(ctx, p.User.ID)
		for _, session := range all {
			if now.Before(session.ExpiresAt) {
				lasting = append(lasting, session)
			}
		}
		return err
	})
	return lasting, err
}

// EndSession ends one of the principal's sessions. not_found: session_not_found, it has no such session.
func (s *Service) EndSession(ctx context.Context, p Principal, session crm.ID) error {
	return s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) error { return tx.EndSession(ctx, p.User.ID, session) })
}
