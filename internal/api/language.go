package api

import (
	"cmp"

	"golang.org/x/text/language"

	"puente/internal/crm"
)

var languages = language.NewMatcher([]language.Tag{language.Spanish, language.English})

// language returns the language of what people read in an answer: as the request asks, else the caller's, else Spanish. It reads nothing, so that an error can be told in the
// middle of a transaction.
func (c *call) language() crm.Language {
	if accepted := c.http.Header.Get("Accept-Language"); accepted != "" {
		tags, _, err := language.ParseAcceptLanguage(accepted)
		if _, which, confidence := languages.Match(tags...); err == nil && confidence > language.No {
			return []crm.Language{crm.Spanish, crm.English}[which]
		}
	}
	return cmp.Or(c.principal.Language, crm.Spanish)
}
