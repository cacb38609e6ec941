package bridge

import (
	"errors"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// codeOf says whether trying again may help, or somebody has to do something first.
func codeOf(kind bsale.Kind) crm.Code {
	switch kind {
	case bsale.KindUnauthorized, bsale.KindPaymentRequired, bsale.KindForbidden:
		return crm.Conflict
	}
	return crm.Unavailable
}

// Explain makes an error of Bsale's one that has a sentence for people ("bsale_unauthorized"…); others stay as they are, nil too.
func Explain(err error) error {
	var failed *bsale.Error
	var known *crm.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &failed):
		return crm.NewError(codeOf(failed.Kind), "bsale_"+string(failed.Kind)).Because(err)
	case errors.Is(err, ErrTokenMissing):
		return crm.NewError(crm.Conflict, "bsale_token_needed").Because(err)
	}
	return err
}
