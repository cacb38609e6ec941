package bridge

import (
	"slices"

	"puente/internal/crm"
)

// creditNote decides on a credit note: section 7 of docs/decisions.md.
func (d *decision) creditNote() {
	switch {
	case d.rules.Void == VoidNone:
		d.end(Skipped, CreditNotesIgnored)
	case d.beforeStart():
		d.end(Skipped, BeforeStart)
	case d.linked():
		d.linkedCreditNote()
	case d.settled():
		d.endSettled()
	case d.doc.Annulled:
		d.end(Skipped, AnnulledBeforeSeen)
	default:
		d.newCreditNote()
	}
}

func (d *decision) linkedCreditNote() {
	if !d.doc.Annulled || d.record.Standing == StandingAnnulled {
		d.end(Unchanged, AlreadyInSync)
		return
	}
	d.plan.Standing = StandingAnnulled
	if sale := d.seen.record(d.record.SaleID); sale != nil {
		d.credit(sale, -d.record.Total.Minor)
	}
	if deal := d.seen.livingDeal(d.record.DealID); deal != nil {
		d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name}
	}
	d.end(Updated, CreditNoteAnnulled)
}

func (d *decision) newCreditNote() {
	sales := d.creditedSales()
	if len(sales) == 0 {
		d.end(Skipped, CreditedSaleUnknown)
		return
	}
	if len(sales) > 1 {
		for _, sale := range sales {
			d.plan.Candidates = append(d.plan.Candidates, KindWord(sale.Kind, d.rules.Account.Language)+" "+sale.Number)
		}
		d.end(Conflict, ManyCreditedSales)
		return
	}
	sale := sales[0]
	if sale.DealID == "" {
		d.end(Skipped, CreditedSaleWithoutDeal)
		return
	}
	deal := d.seen.livingDeal(sale.DealID)
	if deal == nil {
		d.end(Skipped, DealDeleted)
		return
	}
	total, _, err := crm.NewMoney(d.doc.Total, d.rules.Account.Currency)
	if err != nil {
		d.warn(ValueDoesNotFit, crm.FieldValue)
	}
	d.credit(sale, total.Minor)
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name}
	switch {
	case !creditedInFull(d.plan.Sale.Credited, sale.Total.Minor):
		d.end(Updated, CreditedInPart)
	case d.plan.Sale.Standing == StandingCredited && d.voidMoves(deal, sale.BsaleID):
		d.move(d.rules.VoidStage)
		d.end(Updated, CreditedMoved)
	default:
		d.end(Updated, CreditedFlagged)
	}
}

// credit plans what taking back amount does to the sale.
func (d *decision) credit(sale *Record, amount int64) {
	credited := max(sale.Credited+amount, 0)
	d.plan.Sale = &SalePlan{
		BsaleID: sale.BsaleID, Number: sale.Number, Credited: credited,
		Standing: standing(sale.Standing == StandingAnnulled, credited, sale.Total.Minor),
	}
}

// standing is what annulment and credit notes leave of a document; amounts are in minor units.
func standing(annulled bool, credited, total int64) Standing {
	switch {
	case annulled:
		return StandingAnnulled
	case creditedInFull(credited, total):
		return StandingCredited
	case credited > 0:
		return StandingPartlyCredited
	}
	return StandingActive
}

// creditedInFull says whether credit notes add up to the whole. A note of nothing (it corrects a text) takes nothing back.
func creditedInFull(credited, total int64) bool { return credited > 0 && credited >= total }

// creditedSales returns the sales that the credit note's references name, each once, in ascending Bsale id: same number, same Bsale client, and the
// reference's date as day of emission.
func (d *decision) creditedSales() []*Record {
	client := int64(0)
	if d.doc.Client != nil {
		client = d.doc.Client.ID
	}
	var ids []int64
	for _, reference := range d.doc.References {
		for _, id := range d.seen.ByNumber[reference.Number] {
			sale := d.seen.Records[id]
			if sale.Number == reference.Number && sale.Kind.IsSale() && sale.ClientID == client && (reference.EmittedOn.IsZero() || sale.EmittedOn == reference.EmittedOn.String()) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	sales := make([]*Record, len(ids))
	for i, id := range ids {
		sales[i] = d.seen.Records[id]
	}
	return sales
}

// IsSale says whether documents of the kind are sales: receipts, invoices and sales notes.
func (k Kind) IsSale() bool {
	return k == KindReceipt || k == KindInvoice || k == KindSalesNote
}
