package app

import (
	"context"

	"puente/internal/auth"
)

// setUpPath is the page where the first administrator comes in.
const setUpPath = "/inicio"

// announceSetUp shows, while nobody can log in, the code by which the first administrator comes in. It is not for the log.
func (a *App) announceSetUp(ctx context.Context, console Console) error {
	code, needed, err := auth.New(auth.Options{Store: a.store, Now: a.now}).SetupCode(ctx)
	if err != nil || !needed {
		return err
	}
	console.Say("setup.code", "url", trimSlash(a.PublicURL())+setUpPath, "code", code)
	return nil
}
