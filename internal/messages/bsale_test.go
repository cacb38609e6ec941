package messages

import (
	"slices"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestEverySourceHasItsName(t *testing.T) {
	for _, source := range bridge.SourceNames() {
		if !strings.HasPrefix(source, bridge.AttributePrefix) && !Has("source."+source) {
			t.Errorf("there is no message source.%s", source)
		}
	}
	for _, key := range Keys("source.") {
		source := strings.TrimPrefix(key, "source.")
		if source != "document.attribute" && !slices.Contains(bridge.SourceNames(), source) {
			t.Errorf("%s belongs to no source", key)
		}
	}
	for _, source := range bridge.Sources(crm.Account{Country: crm.Chile, Currency: "CLP"}) {
		if !Has("value_kind." + string(source.Kind)) {
			t.Errorf("there is no message value_kind.%s", source.Kind)
		}
	}
}

func TestWhatWaitsForSomebodySaysWhatToDo(t *testing.T) {
	waiting := 0
	for _, reason := range constants(t, "../bridge")["Reason"] {
		if bridge.ForAPerson(bridge.StateSkipped, bridge.Reason(reason)) {
			waiting++
			if Fix(crm.Spanish, reason) == "" || Fix(crm.English, reason) == "" {
				t.Errorf("reason %s is in the work list and does not say what to do", reason)
			}
		}
	}
	if waiting < 9 {
		t.Errorf("only %d reasons are for a person", waiting)
	}
	for _, reason := range []bridge.Reason{
		bridge.ManyContacts, bridge.TaxIDDiffers, bridge.ManyDeals, bridge.ManyCreditedSales, bridge.NotFoundInBsale, bridge.BsaleFailed,
		bridge.ClientsNotWanted, bridge.ClientUncertain, bridge.ClientRefused,
	} {
		if Fix(crm.Spanish, reason) == "" {
			t.Errorf("reason %s does not say what to do", reason)
		}
	}
	for _, state := range []bridge.ClientRequestState{bridge.ClientRequestPending, bridge.ClientRequestDone, bridge.ClientRequestFailed} {
		if !Has("client_request." + string(state)) {
			t.Errorf("there is no message client_request.%s", state)
		}
	}
}
