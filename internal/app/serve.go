package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
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
	if host, _, err := net.SplitHostPort(a.Address()); err == nil && !net.ParseIP(host).IsLoopback() {
		log.WarnContext(ctx, "there is no login yet: whoever reaches this address sees the board; let a proxy pass only /hooks/ to others", "address", a.Address())
	}
	return errors.Join(a.Run(ctx), a.Close())
}
