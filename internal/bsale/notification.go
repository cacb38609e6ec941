package bsale

import (
	"encoding/json"
	"time"
)

// Notification is what Bsale posts to a webhook: a hint that something changed, and no more. It is
// unsigned, may come twice, late or not at all, and must never be believed: read the resource.
// Source: docs/bsale.md, "Webhooks".
type Notification struct {
	CompanyID  int64     // cpnId; one endpoint may serve several companies
	Topic      string    // document, product, variant, stock, price, payment, courierOrder
	Action     string    // post or put
	Resource   string    // path; without version for documents
	ResourceID int64     // 0 when it is not a number
	OfficeID   int64     // 0 when absent
	SentAt     time.Time // zero when absent, as in the documents page's own example
}

// DecodeNotification reads the body of a webhook call. An empty body, or one without topic, is not
// an error but the zero Notification: Bsale posts such a thing when a webhook is switched on, and it
// should be answered with success. An error means that the body is not JSON.
func DecodeNotification(body []byte) (Notification, error) {
	body, err := payload(body)
	switch {
	case err == errEmptyBody:
		return Notification{}, nil
	case err != nil:
		return Notification{}, err
	case body[0] == '[':
		return Notification{}, nil
	}
	var w struct {
		CpnID      integer `json:"cpnId"`
		Topic      text    `json:"topic"`
		Action     text    `json:"action"`
		Resource   text    `json:"resource"`
		ResourceID text    `json:"resourceId"`
		OfficeID   integer `json:"officeId"`
		Send       instant `json:"send"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return Notification{}, shapeError(err)
	}
	id, _ := smallInt([]byte(w.ResourceID))
	return Notification{
		CompanyID: int64(w.CpnID), Topic: string(w.Topic), Action: string(w.Action), Resource: string(w.Resource),
		ResourceID: id, OfficeID: int64(w.OfficeID), SentAt: w.Send.Time,
	}, nil
}
