package web

import (
	"slices"
	"strings"

	"puente/internal/crm"
	"puente/internal/messages"
)

// countries, currencies and zones are what forms offer. Whatever an account has beside them is offered too.

func (v *visit) countries() []choice {
	var choices []choice
	for _, c := range []crm.Country{crm.Chile, crm.Peru, crm.Mexico} {
		choices = append(choices, choice{Value: string(c), Label: v.t("country." + string(c))})
	}
	return choices
}

var currencyCodes = []string{"CLP", "PEN", "MXN", "USD", "EUR", "ARS", "BOB", "BRL", "COP", "CRC", "DOP", "GTQ", "HNL", "NIO", "PYG", "UYU"}

func (v *visit) currencies(present string) []choice {
	codes := currencyCodes
	if present != "" && !slices.Contains(codes, present) {
		codes = append([]string{present}, codes...)
	}
	var choices []choice
	for _, code := range codes {
		label := code
		if key := "currency." + code; v.knows(key) {
			label += " – " + v.t(key)
		}
		choices = append(choices, choice{Value: code, Label: label})
	}
	return choices
}

var zoneNames = []string{
	"America/Santiago", "America/Punta_Arenas", "Pacific/Easter", "America/Lima", "America/Mexico_City", "America/Tijuana", "America/Hermosillo", "America/Chihuahua",
	"America/Mazatlan", "America/Monterrey", "America/Merida", "America/Cancun", "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas",
	"America/Costa_Rica", "America/El_Salvador", "America/Guatemala", "America/Guayaquil", "America/La_Paz", "America/Managua", "America/Montevideo", "America/New_York",
	"America/Panama", "America/Puerto_Rico", "America/Santo_Domingo", "America/Sao_Paulo", "America/Tegucigalpa", "Europe/Madrid", "UTC",
}

func (v *visit) zones(present string) []choice {
	names := zoneNames
	if present != "" && !slices.Contains(names, present) {
		names = append([]string{present}, names...)
	}
	choices := make([]choice, len(names))
	for i, name := range names {
		choices[i] = choice{Value: name, Label: v.zoneLabel(name)}
	}
	return choices
}

// languageChoices are the languages, each in its own words.
var languageChoices = []choice{{Value: "es", Label: "Español"}, {Value: "en", Label: "English"}}

// zoneLabel returns a time zone's name as people read it: America/Argentina/Buenos_Aires is Buenos Aires, Pacific/Easter is Isla de Pascua.
func (v *visit) zoneLabel(name string) string {
	place := name[strings.LastIndexByte(name, '/')+1:]
	if key := "zone." + place; v.knows(key) {
		return v.t(key)
	}
	return strings.ReplaceAll(place, "_", " ")
}

// knows says whether there is a message.
func (v *visit) knows(key string) bool { return messages.Has(key) }
