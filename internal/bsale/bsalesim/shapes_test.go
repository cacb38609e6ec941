package bsalesim_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"puente/internal/bsale/bsalesim"
)

// A shape is the keys of an object in order, each with the JSON types that it may
// have: s string, i whole number, f number with a point, 0 null, o object, a array.
const (
	shapeDocument = "href:s id:i emissionDate:i expirationDate:i generationDate:i number:i serialNumber:0 trackingNumber:0 " +
		"totalAmount:i netAmount:i taxAmount:i exemptAmount:i notExemptAmount:i exportTotalAmount:i exportNetAmount:i exportTaxAmount:i " +
		"exportExemptAmount:i commissionRate:i commissionNetAmount:i commissionTaxAmount:i commissionTotalAmount:i percentageTaxWithheld:f " +
		"purchaseTaxAmount:i purchaseTotalAmount:i address:s0 municipality:s0 city:s0 urlTimbre:0 urlPublicView:s urlPdf:s urlPublicViewOriginal:s " +
		"urlPdfOriginal:s token:s state:i commercialState:i cancellationStatus:i cancellationDate:i0 urlXml:s0 ted:0 salesId:s0 informedSii:i " +
		"responseMsgSii:0 document_type:o client?:o office:o user:o coin:o priceList:o references:o document_taxes:o details:o sellers:o attributes:o payments:o"
	shapeClient = "href:s id:i firstName:s lastName:s email:s code:s phone:s0 company:s note:s facebook:s twitter:s hasCredit:i0 maxCredit:f state:i " +
		"activity:s city:s commerciallyBlocked:i municipality:s address:s companyOrPerson:i accumulatePoints:i points:f pointsUpdated:s sendDte:i isForeigner:i " +
		"prestashopClienId:i createdAt:is updatedAt:is payment_type?:o sale_condition?:o price_list?:o contacts:o attributes:o addresses:o"
	shapeType = "href:s id:i name:s initialNumber:i codeSii:s isElectronicDocument:i breakdownTax:i use:i isSalesNote:i isExempt:i restrictsTax:i useClient:i " +
		"messageBodyFormat:s0 thermalPrinter:i state:i copyNumber:i isCreditNote:i continuedHigh:i ledgerAccount:0 ipadPrint:i ipadPrintHigh:s " +
		"restrictClientType:i useMaxDays:i maxDays:i book_type?:o"
	shapeUser   = "href:s id:i firstName:s lastName:s email:s state:i office:o"
	shapeOffice = "href:s id:i name:s description:s address:s latitude:s longitude:s isVirtual:i country:s municipality:s city:s zipCode:s email:s costCenter:s " +
		"state:i imagestionCellarId:i store:i defaultPriceList:i"
	shapeDetail = "href:s id:i lineNumber:i quantity:f netUnitValue:i netUnitValueRaw:f totalUnitValue:i netAmount:i taxAmount:i totalAmount:i netDiscount:i " +
		"totalDiscount:i variant?:o note:s relatedDetailId:i gratuity:i discountId:i discountPercentage:f"
	shapeVariant     = "href:s id:i description:s code:s"
	shapeSeller      = "href:s id:i firstName:s lastName:s"
	shapeAttribute   = "href:s id:i name:s value:s"
	shapeReference   = "href:s id:i referenceDate:i number:s reason:s dte_code:o"
	shapeTax         = "href:s id:i totalAmount:i exemptAmount:i tax:o"
	shapePayment     = "href:s id:i name:s amount:i"
	shapeContact     = "href:s id:i firstName:s lastName:s phone:s email:s"
	shapeReturn      = "href:s id:i code:s returnDate:i motive:s type:i priceAdjustment:i editTexts:i amount:i office:o user:o reference_document:o credit_note:o details:o"
	shapePaymentType = "href:s id:i name:s isVirtual:i isCheck:i maxCheck:0 isCreditNote:i isClientCredit:i isCash:i isCreditMemo:i state:i maxClientCuota:i " +
		"ledgerAccount:s ledgerCode:0 isAgreementBank:i agreementCode:0"
	shapeNode     = "href:s id:s"
	shapeLink     = "href:s"
	shapeNested   = "href:s count:i limit:i offset:i items:a"
	shapeEnvelope = "href:s count:i limit:i offset:i items:a next?:s"
	shapeInstance = "id:i name:s code:s state:i country:s trial:i trialEnd:0"
)

// ordered is an object with the order of its keys.
type ordered struct {
	keys   []string
	values map[string]json.RawMessage
}

func mustOrdered(t testing.TB, raw []byte) ordered {
	t.Helper()
	o := ordered{values: map[string]json.RawMessage{}}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		t.Fatalf("not an object: %.200s", raw)
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("%v in %.200s", err, raw)
		}
		o.keys = append(o.keys, tok.(string))
		o.values[tok.(string)] = v
	}
	return o
}

func typeLetter(v json.RawMessage) string {
	switch v[0] {
	case '"':
		return "s"
	case '{':
		return "o"
	case '[':
		return "a"
	case 'n':
		return "0"
	}
	if bytes.ContainsAny(v, ".e") {
		return "f"
	}
	return "i"
}

// wantShape checks keys, their order and their types.
func wantShape(t testing.TB, what, shape string, raw []byte) ordered {
	t.Helper()
	o := mustOrdered(t, raw)
	at := 0
	for field := range strings.FieldsSeq(shape) {
		name, types, _ := strings.Cut(field, ":")
		name, optional := strings.CutSuffix(name, "?")
		if at >= len(o.keys) || o.keys[at] != name {
			if !optional {
				t.Errorf("%s: key %d is %v, want %s", what, at, o.keys[min(at, len(o.keys)-1)], name)
				return o
			}
			continue
		}
		if got := typeLetter(o.values[name]); !strings.Contains(types, got) {
			t.Errorf("%s: %s is %s (%.60s), want one of %s", what, name, got, o.values[name], types)
		}
		at++
	}
	if at < len(o.keys) {
		t.Errorf("%s: keys %v too many", what, o.keys[at:])
	}
	return o
}

func items(t testing.TB, raw json.RawMessage) []json.RawMessage {
	t.Helper()
	var env struct{ Items []json.RawMessage }
	if err := json.Unmarshal(raw, &env); err != nil {
		t.Fatal(err)
	}
	return env.Items
}

func mustBody(t testing.TB, s *bsalesim.Simulator, path string) []byte {
	t.Helper()
	status, body := get(t, s, path)
	if status != 200 {
		t.Fatalf("GET %s: %d %s", path, status, body)
	}
	return body
}

func TestShapesOfDocuments(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 3, Documents: 1200})
	seen := map[string]int{}
	for offset := 0; offset < 1200; offset += 50 {
		plain := mustBody(t, s, "/documents.json?limit=50&offset="+itoa(offset))
		wantShape(t, "envelope", shapeEnvelope, plain)
		for _, raw := range items(t, plain) {
			o := wantShape(t, "document", shapeDocument, raw)
			for _, node := range []string{"document_type", "client", "office", "user", "coin", "priceList"} {
				if v := o.values[node]; v != nil {
					wantShape(t, node, shapeNode, v)
				}
			}
			for _, l := range []string{"references", "document_taxes", "details", "sellers", "attributes", "payments"} {
				wantShape(t, l, shapeLink, o.values[l])
			}
		}
		full := mustBody(t, s, "/documents.json?expand=[document_type,client,office,user,details,sellers,attributes,references,payments,document_taxes]&limit=50&offset="+itoa(offset))
		for _, raw := range items(t, full) {
			o := wantShape(t, "document", shapeDocument, raw)
			wantShape(t, "document_type", shapeType, o.values["document_type"])
			wantShape(t, "office", shapeOffice, o.values["office"])
			wantShape(t, "user, which expand never fills", shapeNode, o.values["user"])
			if v := o.values["client"]; v != nil {
				wantShape(t, "client", shapeClient, v)
				seen["client"]++
			} else {
				seen["anonymous"]++
			}
			for name, shape := range map[string]string{
				"details": shapeDetail, "sellers": shapeSeller, "attributes": shapeAttribute, "references": shapeReference,
				"payments": shapePayment, "document_taxes": shapeTax,
			} {
				wantShape(t, name, shapeNested, o.values[name])
				for _, row := range items(t, o.values[name]) {
					seen[name]++
					r := wantShape(t, name+" row", shape, row)
					if v := r.values["variant"]; v != nil {
						wantShape(t, "variant", shapeVariant, v)
					} else if name == "details" {
						seen["free-text line"]++
					}
				}
			}
		}
	}
	for _, what := range []string{"client", "anonymous", "details", "sellers", "attributes", "references", "payments", "document_taxes", "free-text line"} {
		if seen[what] == 0 {
			t.Errorf("the seeded shop has no %s", what)
		}
	}
}

func TestShapesOfTheRest(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 3, Documents: 1200})
	for path, shape := range map[string]string{
		"/clients.json": shapeClient, "/document_types.json": shapeType, "/users.json": shapeUser, "/offices.json": shapeOffice,
		"/returns.json": shapeReturn, "/payment_types.json": shapePaymentType,
	} {
		body := mustBody(t, s, path)
		wantShape(t, path, shapeEnvelope, body)
		rows := items(t, body)
		for _, row := range rows {
			wantShape(t, path, shape, row)
		}
		var first struct{ ID int }
		if err := json.Unmarshal(rows[0], &first); err != nil {
			t.Fatal(err)
		}
		single := mustBody(t, s, strings.TrimSuffix(path, ".json")+"/"+itoa(first.ID)+".json")
		wantShape(t, "single of "+path, shape, single)
	}
	wantShape(t, "instance", shapeInstance, mustBody(t, s, "/instances/basic/"+s.Token()+".json"))

	for offset := 0; ; offset += 50 {
		rows := items(t, mustBody(t, s, "/clients.json?limit=50&expand=contacts,attributes,addresses&offset="+itoa(offset)))
		if len(rows) == 0 {
			t.Fatal("no client with contacts")
		}
		for _, row := range rows {
			o := wantShape(t, "client", shapeClient, row)
			wantShape(t, "contacts", shapeNested, o.values["contacts"])
			if contacts := items(t, o.values["contacts"]); len(contacts) > 0 {
				wantShape(t, "contact", shapeContact, contacts[0])
				below := mustBody(t, s, "/clients/"+string(o.values["id"])+"/contacts.json")
				wantShape(t, "contacts.json", shapeEnvelope, below)
				return
			}
		}
	}
}

func TestPeruHasDistrictsSeriesAndDecimals(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 3, Documents: 200, Country: "PE"})
	for _, raw := range items(t, mustBody(t, s, "/documents.json?limit=50&expand=[client]")) {
		o := mustOrdered(t, raw)
		if o.values["municipality"] != nil || o.values["district"] == nil || o.values["informedSii"] != nil || o.values["informed"] == nil {
			t.Fatalf("keys are %v", o.keys)
		}
		if typeLetter(o.values["totalAmount"]) != "f" {
			t.Errorf("totalAmount is %s, want a point in it", o.values["totalAmount"])
		}
		if serial := string(o.values["serialNumber"]); !strings.Contains(serial, "-") {
			t.Errorf("serialNumber is %s, want series and number", serial)
		}
	}
}
