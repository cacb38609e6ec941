package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"puente/internal/config"
)

// Serve runs the service until ctx ends.
func Serve(ctx context.Context, settings config.Serve, console Console) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(strings.ToUpper(settings.LogLevel))); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(console.Err, &slog.HandlerOptions{Level: level}))
	a, err := Open(ctx, settings, Options{Log: log})
	if err != nil {
		return err
	}
	if err := a.announceSetUp(ctx, console); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(a.Run(ctx), a.Close())
}
