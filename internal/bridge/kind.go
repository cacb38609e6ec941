package bridge

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"puente/internal/bsale"
)

// kindsByCode are the tax authorities' document codes that mean a kind of ours: Chile's SII, then Peru's SUNAT, whose codes start with 0.
var kindsByCode = map[string]Kind{
	"35": KindReceipt, "39": KindReceipt, "41": KindReceipt,
	"30": KindInvoice, "32": KindInvoice, "33": KindInvoice, "34": KindInvoice, "110": KindInvoice,
	"61": KindCreditNote,
	"03": KindReceipt, "01": KindInvoice, "07": KindCreditNote,
}

// kindsByName are words that only the name of an internal type, or of a Mexican one, can tell apart: a cotización and a nota de venta have the
// same flags in some accounts. The first that fits wins.
var kindsByName = []struct {
	word string
	kind Kind
}{
	{"cotizacion", KindQuote},
	{"presupuesto", KindQuote},
	{"nota de credito", KindCreditNote},
	{"nota de venta", KindSalesNote},
	{"pedido", KindSalesNote},
	{"ticket", KindReceipt},
	{"boleta", KindReceipt},
	{"factura", KindInvoice},
}

// SuggestKind says what kind a document type is taken for unless the rules say otherwise. Source: docs/decisions.md, section 0.
func SuggestKind(t bsale.DocumentType) Kind {
	code := strings.TrimSpace(t.Code)
	if t.IsCreditNote || code == "" && t.Use == bsale.UseReturn {
		return KindCreditNote
	}
	if code != "" {
		if kind, ok := kindsByCode[code]; ok {
			return kind
		}
		return KindOther
	}
	if t.Use != bsale.UseSale {
		return KindOther
	}
	name := foldAccents(t.Name)
	for _, entry := range kindsByName {
		if strings.Contains(name, entry.word) {
			return entry.kind
		}
	}
	if t.IsSalesNote {
		return KindSalesNote
	}
	return KindOther
}

// foldAccents returns s in lower case without accents.
func foldAccents(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		folded = s
	}
	return strings.ToLower(folded)
}
