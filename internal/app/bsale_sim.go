package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/config"
	"puente/internal/crm"
)

// SimFault is one switch of the simulator, for --help.
type SimFault struct{ Name, Value, Help string }

// SimFaults lists the simulator's switches.
func SimFaults() []SimFault {
	var all []SimFault
	for _, f := range bsalesim.FaultNames() {
		all = append(all, SimFault(f))
	}
	return all
}

// BsaleSim runs a simulated Bsale until ctx ends, or prints what its oracle says and returns.
func BsaleSim(ctx context.Context, settings config.BsaleSim, console Console) error {
	o := bsalesim.Options{
		Seed: settings.Seed, Documents: settings.Documents, Country: strings.ToUpper(settings.Country), FixturesDir: settings.Fixtures,
		WebhookURL: settings.Webhook, Log: slog.New(slog.NewTextHandler(console.Err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if o.Documents == 0 {
		o.Documents = -1 // a shop that has issued nothing yet, rather than the default
	}
	var err error
	if o.LiveEvery, err = settings.LiveEvery(); err != nil {
		return err
	}
	if settings.Until != "" {
		if o.Until, err = bsalesim.ParseDay(settings.Until); err != nil {
			return err
		}
	}
	for _, text := range settings.Faults {
		fault, err := bsalesim.ParseFault(text)
		if err != nil {
			return crm.NewError(crm.Invalid, "sim_fault_unknown", "fault", text).Because(err)
		}
		o.Faults = append(o.Faults, fault)
	}
	sim, err := bsalesim.New(o)
	if err != nil {
		return crm.NewError(crm.Invalid, "sim_failed", "cause", err.Error()).Because(err)
	}
	if settings.Oracle {
		return printOracle(sim, settings, console)
	}
	if err := sim.Start(settings.Listen); err != nil {
		return crm.NewError(crm.Unavailable, "listen_failed", "address", settings.Listen).Because(err)
	}
	defer sim.Stop()
	if _, err := sim.Ready().WriteTo(console.Out); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func printOracle(sim *bsalesim.Simulator, settings config.BsaleSim, console Console) error {
	text, err := settings.Rules.Read()
	if err != nil {
		return err
	}
	if _, err := bridge.ParseRules(text); err != nil { // the sentence for people; the oracle reads them by itself
		return err
	}
	held, err := sim.Oracle(text, settings.Users, bsalesim.OracleOptions{})
	if err != nil {
		return crm.NewError(crm.Invalid, "sim_failed", "cause", err.Error()).Because(errors.New("oracle"))
	}
	_, err = console.Out.Write(held)
	return err
}
