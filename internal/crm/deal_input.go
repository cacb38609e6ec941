package crm

import (
	"encoding/json"
	"strings"

	"github.com/shopspring/decimal"
)

// DealInput is what somebody asks of a deal, new or not. What is nil was not asked: it stays as it is. An empty text, an empty number and the zero ID take away
// what stands there. Errors name the field at fault as those of [ContactInput] do.
type DealInput struct {
	Name        *string
	ContactID   *ID
	PipelineID  *ID // of a new deal without stage: its first open stage; the same for a deal that comes from another pipeline
	StageID     *ID
	Value       *json.Number // no finer than the currency
	Currency    *string      // ISO 4217; a new deal's is the account's
	OwnerID     *ID
	Description *string
	Priority    *int    // 0 (none) to 3
	CloseReason *string // why it was won or lost
	Custom      map[string]any
}

// DealEdit is one deal's change. Version is the one that the change was made for; 0: whatever it is now.
type DealEdit struct {
	ID      ID
	Version int64
	Input   DealInput
}

// put writes what was asked, contact and stage aside, into a deal.
func (in DealInput) put(d *draft, deal *Deal) {
	named := deal.Name != ""
	if name, ok := d.line(FieldName, in.Name, maxName); ok {
		d.note(deal.SetName(name, d.origin))
	}
	if deal.Name == "" && (named || d.fresh) && len(d.problems) == 0 {
		d.refuse(NewError(Invalid, "deal_name_missing"), FieldName)
	}
	in.putValue(d, deal)
	d.linesDetail(FieldDescription, in.Description, maxText)
	d.numberDetail(FieldPriority, int64Of(in.Priority), maxPriority)
	d.owner(in.OwnerID, deal.OwnerID)
	d.custom(in.Custom, deal.Custom)
}

// putValue takes amount and currency one by one; the amount stays the same number in another currency, which has to have as many decimals.
func (in DealInput) putValue(d *draft, deal *Deal) {
	currency, amount := deal.Value.Currency, deal.Value.Decimal()
	if currency == "" {
		currency = d.account.Currency
	}
	if in.Currency != nil {
		currency = strings.ToUpper(strings.TrimSpace(*in.Currency))
		if _, err := CurrencyDecimals(currency); err != nil {
			d.refuse(err, fieldCurrency)
			return
		}
	}
	if in.Value != nil {
		var err error
		if amount, err = readNumber(*in.Value); err != nil {
			d.refuse(err, FieldValue)
			return
		}
	}
	value, err := exactMoney(amount, currency)
	switch {
	case err != nil:
		d.refuse(err, FieldValue)
	case in.Value != nil && value.Minor < 0:
		d.refuse(NewError(Invalid, "value_negative"), FieldValue)
	case d.fresh && in.Value == nil:
		deal.Value = value // nothing yet, in that currency
	case in.Value != nil || in.Currency != nil:
		d.note(deal.SetValue(value, d.origin))
	}
}

// fieldCurrency names the currency of a deal's value in errors.
const fieldCurrency = "currency"

// readNumber reads a number as JSON writes it; an empty one is 0.
func readNumber(number json.Number) (decimal.Decimal, error) {
	text := strings.TrimSpace(string(number))
	if text == "" {
		return decimal.Decimal{}, nil
	}
	amount, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, NewError(Invalid, "number_invalid", "value", clip(cleanText(text))).Because(err)
	}
	return amount, nil
}
