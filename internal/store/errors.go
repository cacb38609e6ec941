package store

import (
	"context"
	"errors"
	"fmt"

	"puente/internal/crm"
)

// failed wraps what a driver said, and says it as an error that a person can act on where there is such a thing to do.
func (s *Store) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if known := s.known(err); known != nil {
		err = known.Because(err)
	}
	return fmt.Errorf("store: %s: %w", op, err)
}

// known returns the error for people that err amounts to, nil if none does.
func (s *Store) known(err error) *crm.Error {
	if already := (*crm.Error)(nil); errors.As(err, &already) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	switch s.dialect.fault(err) {
	case faultReference:
		return crm.NewError(crm.Invalid, "reference_unknown")
	case faultLocked, faultDeadlock:
		return crm.NewError(crm.Unavailable, "database_locked", "database", s.name)
	case faultReadOnly:
		return crm.NewError(crm.Unavailable, "database_readonly", "database", s.name)
	case faultFull:
		return crm.NewError(crm.Unavailable, "database_full", "database", s.name)
	case faultRefused:
		return crm.NewError(crm.Unavailable, "database_refused", "database", s.name)
	case faultMissing:
		return crm.NewError(crm.Unavailable, "database_absent", "database", s.name)
	case faultUnreachable:
		return crm.NewError(crm.Unavailable, "database_unreachable", "database", s.name)
	case faultNotDatabase:
		return crm.NewError(crm.Invalid, "database_not_recognised", "database", s.name)
	}
	return nil
}

// taken returns conflict as the cause's meaning if err says that a key or another unique value is taken, else err as failed does.
func (s *Store) taken(op string, err error, primary, unique *crm.Error) error {
	switch s.dialect.fault(err) {
	case faultPrimaryKey:
		return primary.Because(err)
	case faultUnique:
		return unique.Because(err)
	}
	return s.failed(op, err)
}

func idTaken(id crm.ID) *crm.Error { return crm.NewError(crm.Conflict, "id_taken", "id", string(id)) }

func notFound(key string, id crm.ID) *crm.Error {
	return crm.NewError(crm.NotFound, key, "id", string(id))
}
