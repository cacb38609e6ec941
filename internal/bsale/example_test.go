package bsale_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"puente/internal/bsale"
)

// Walk the active documents of a week, oldest first, keeping the place after each page.
func ExampleClient_Documents() {
	ctx := context.Background()
	base, _ := bsale.BaseURL("CL")
	client, err := bsale.New(bsale.Config{BaseURL: base, Token: bsale.Token(os.Getenv("BSALE_TOKEN"))})
	if err != nil {
		log.Print(err)
		return
	}
	today := bsale.DayOf(time.Now())
	filter := bsale.DocumentFilter{EmittedFrom: today.AddDays(-7), EmittedTo: today, State: bsale.Active.Ptr()}

	var saved bsale.Progress // from the last run, if that did not end
	pager := client.Documents(filter, saved)
	for {
		page, err := pager.Next(ctx)
		var failed *bsale.Error
		switch {
		case err == io.EOF:
			return
		case errors.Is(err, bsale.ErrUnauthorized):
			log.Print("the token was revoked: tell an administrator")
			return
		case errors.As(err, &failed) && failed.Kind == bsale.KindRateLimited:
			log.Print("come back in ", failed.RetryAfter)
			return
		case err != nil:
			log.Print(err)
			return
		}
		for _, d := range page.Items {
			pesos, err := bsale.Minor(d.Total, 0)
			fmt.Println(d.EmissionDate, d.Type.Name, d.Number, pesos, err)
		}
		saved = page.Progress // in the same transaction as what was made of the page
	}
}
