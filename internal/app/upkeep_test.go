package app

import (
	"context"
	"errors"
	"slices"
	"testing"

	"puente/internal/crm"
)

// workers is field work of some accounts: how many steps each has left.
type workers struct {
	accounts []crm.ID
	left     map[crm.ID]int
	done     []crm.ID
	failAt   int // the number of the step that fails, from 1; 0: none
}

var errStep = errors.New("the step failed")

func (w *workers) FieldWork(context.Context) ([]crm.ID, error) { return w.accounts, nil }

func (w *workers) StepFieldWork(_ context.Context, account crm.ID, _ int) (bool, error) {
	w.done = append(w.done, account)
	if len(w.done) == w.failAt {
		return false, errStep
	}
	w.left[account]--
	return w.left[account] > 0, nil
}

func TestFieldWorkGoesRoundTheAccountsUntilAllIsDone(t *testing.T) {
	w := &workers{accounts: []crm.ID{"large", "small"}, left: map[crm.ID]int{"large": 3, "small": 1}}
	if err := workOnFields(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if want := []crm.ID{"large", "small", "large", "large"}; !slices.Equal(w.done, want) {
		t.Errorf("steps of %v, want %v", w.done, want)
	}
}

func TestFieldWorkEndsAtTheFirstFailure(t *testing.T) {
	w := &workers{accounts: []crm.ID{"a", "b"}, left: map[crm.ID]int{"a": 9, "b": 9}, failAt: 3}
	if err := workOnFields(t.Context(), w); !errors.Is(err, errStep) || len(w.done) != 3 {
		t.Errorf("%v after %d steps, want the failure of the third", err, len(w.done))
	}
}

func TestFieldWorkEndsWithTheService(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &workers{accounts: []crm.ID{"a"}, left: map[crm.ID]int{"a": 1000}}
	if err := workOnFields(ctx, w); !errors.Is(err, context.Canceled) || len(w.done) > 1 {
		t.Errorf("%v after %d steps, want to stop at once", err, len(w.done))
	}
}
