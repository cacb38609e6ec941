package bsalesim

import "strings"

func standardTypes(c country) []DocumentType {
	// Bsale prints this HTML in the mail that carries a document; it makes the list of
	// types far larger than its dozen rows suggest.
	body := "<table width=\"600\"><tr><td>" + strings.Repeat("<p>Estimado cliente, adjuntamos su documento. Gracias por su compra.</p>", 60) + "</td></tr></table>"
	empty := ""
	book1, book2 := 1, 2
	types := []DocumentType{
		{ID: TypeReceipt, Name: "BOLETA ELECTRÓNICA T", CodeSII: "39", Electronic: true, MessageBody: &empty, BookType: book1},
		{ID: TypeReceiptExempt, Name: "BOLETA EXENTA ELECTRÓNICA", CodeSII: "41", Electronic: true, IsExempt: true, MessageBody: &empty, BookType: book1},
		{ID: TypeReceiptManual, Name: "BOLETA MANUAL", CodeSII: "35", State: 1, BookType: book1},
		{ID: TypeQuote, Name: "COTIZACIÓN", IsSalesNote: true, UseClient: true},
		{ID: TypeInvoice, Name: "FACTURA ELECTRÓNICA", CodeSII: "33", Electronic: true, UseClient: true, MessageBody: &body, BookType: book1},
		{ID: TypeInvoiceExempt, Name: "FACTURA NO AFECTA O EXENTA ELECTRÓNICA", CodeSII: "34", Electronic: true, IsExempt: true, UseClient: true, MessageBody: &empty, BookType: book1},
		{ID: TypeDispatchGuide, Name: "GUÍA DE DESPACHO ELECTRÓNICA", CodeSII: "52", Electronic: true, Use: 2, UseClient: true, MessageBody: &empty, BookType: book2},
		{ID: TypeCreditNote, Name: "NOTA DE CRÉDITO ELECTRÓNICA", CodeSII: "61", Electronic: true, Use: 1, IsCreditNote: true, UseClient: true, MessageBody: &empty, BookType: book1},
		{ID: TypeDebitNote, Name: "NOTA DE DÉBITO ELECTRÓNICA", CodeSII: "56", Electronic: true, Use: 4, UseClient: true, MessageBody: &empty, BookType: book1},
		{ID: TypeSalesNote, Name: "NOTA DE VENTA", IsSalesNote: true, UseClient: true},
		// An id that looks like the SII code of an invoice, as seen in a real account.
		{ID: TypePurchaseOrder, Name: "ORDEN DE COMPRA", CodeSII: "801", UseClient: true},
	}
	names := map[int][2]string{}
	switch c.code {
	case "PE":
		names = map[int][2]string{
			TypeReceipt: {"BOLETA DE VENTA ELECTRÓNICA", "03"}, TypeReceiptExempt: {"BOLETA DE VENTA EXONERADA", "03"},
			TypeReceiptManual: {"BOLETA DE VENTA MANUAL", "03"}, TypeInvoice: {"FACTURA ELECTRÓNICA", "01"},
			TypeInvoiceExempt: {"FACTURA EXONERADA", "01"}, TypeDispatchGuide: {"GUÍA DE REMISIÓN", "09"},
			TypeCreditNote: {"NOTA DE CRÉDITO ELECTRÓNICA", "07"}, TypeDebitNote: {"NOTA DE DÉBITO ELECTRÓNICA", "08"},
		}
	case "MX":
		names = map[int][2]string{
			TypeReceipt: {"TICKET", ""}, TypeReceiptExempt: {"TICKET EXENTO", ""}, TypeReceiptManual: {"TICKET MANUAL", ""},
			TypeInvoice: {"FACTURA", ""}, TypeInvoiceExempt: {"FACTURA EXENTA", ""}, TypeDispatchGuide: {"REMISIÓN", ""},
			TypeCreditNote: {"NOTA DE CRÉDITO", ""}, TypeDebitNote: {"NOTA DE CARGO", ""}, TypePurchaseOrder: {"ORDEN DE COMPRA", ""},
		}
	}
	for i := range types {
		if n, ok := names[types[i].ID]; ok {
			types[i].Name, types[i].CodeSII = n[0], n[1]
		}
		if c.code == "MX" && types[i].ID == TypeDebitNote {
			types[i].Use = 4
		}
	}
	return types
}

func standardPaymentTypes() []PaymentType {
	return []PaymentType{
		{ID: 6, Name: "ABONO DE CLIENTE"},
		{ID: 1, Name: "EFECTIVO", Cash: true},
		{ID: 3, Name: "NOTA DE CREDITO"},
		{ID: 8, Name: "TARJETA DE CREDITO"},
		{ID: 10, Name: "TARJETA DE DEBITO"},
		{ID: 12, Name: "TRANSFERENCIA BANCARIA"},
		{ID: 14, Name: "WEBPAY", State: 1},
	}
}

// dteCode is a row of dte_codes: references name these ids, not the SII's codes.
type dteCode struct {
	id         int
	name, code string
}

var dteCodes = []dteCode{
	{1, "FACTURA ELECTRÓNICA", "33"},
	{2, "FACTURA NO AFECTA O EXENTA ELECTRÓNICA", "34"},
	{4, "BOLETA ELECTRÓNICA", "39"},
	{5, "BOLETA EXENTA ELECTRÓNICA", "41"},
	{9, "GUÍA DE DESPACHO ELECTRÓNICA", "52"},
	{10, "NOTA DE DÉBITO ELECTRÓNICA", "56"},
	{11, "NOTA DE CRÉDITO ELECTRÓNICA", "61"},
	{17, "BOLETA DE VENTA", "03"},
	{18, "FACTURA", "01"},
	{20, "ORDEN DE COMPRA", "801"},
	{21, "NOTA DE PEDIDO", "802"},
}

func dteCodeOf(codeSII string) int {
	for _, d := range dteCodes {
		if d.code == codeSII {
			return d.id
		}
	}
	return 21
}
