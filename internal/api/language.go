package api

import (
	"context"

	"golang.org/x/text/language"

	"puente/internal/bridge"
	"puente/internal/crm"
)

var languages = language.NewMatcher([]language.Tag{language.Spanish, language.English})

// language returns the language of what people read in an answer: as the request asks, else the user's, else the account's, else Spanish.
func (c *call) language(ctx context.Context) crm.Language {
	if accepted := c.http.Header.Get("Accept-Language"); accepted != "" {
		tags, _, err := language.ParseAcceptLanguage(accepted)
		if _, which, confidence := languages.Match(tags...); err == nil && confidence > language.No {
			return []crm.Language{crm.Spanish, crm.English}[which]
		}
	}
	if l := c.principal.User.Language; l != "" {
		return l
	}
	if c.principal.AccountID == "" {
		return crm.Spanish
	}
	if c.account == nil {
		err := c.Store.View(ctx, c.principal.AccountID, func(r bridge.Reader) error {
			account, err := r.Account(ctx)
			c.account = &account
			return err
		})
		if err != nil {
			return crm.Spanish // of a sentence that says what is wrong already
		}
	}
	return c.account.Language
}
