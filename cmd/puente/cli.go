package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"puente/internal/app"
	"puente/internal/config"
)

// cli is all commands with their flags. Help texts are in the message catalogue: ${help_x} is help.x.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"${help_serve}"`
	Demo    demoCommand    `cmd:"" help:"${help_demo}"`
	Sync    syncCommand    `cmd:"" help:"${help_sync}"`
	Connect connectCommand `cmd:"" help:"${help_connect}"`
	Retry   retryCommand   `cmd:"" help:"${help_retry}"`
	Runs    struct {
		List   runsCommand   `cmd:"" help:"${help_runs_list}"`
		Pause  pauseCommand  `cmd:"" help:"${help_pause}"`
		Resume resumeCommand `cmd:"" help:"${help_resume}"`
		Cancel cancelCommand `cmd:"" help:"${help_cancel}"`
	} `cmd:"" help:"${help_runs}"`
	User struct {
		Add        userAddCommand        `cmd:"" help:"${help_user_add}"`
		List       userListCommand       `cmd:"" help:"${help_user_list}"`
		Role       userRoleCommand       `cmd:"" help:"${help_user_set_role}"`
		Link       userLinkCommand       `cmd:"" help:"${help_user_link}"`
		Deactivate userDeactivateCommand `cmd:"" help:"${help_user_deactivate}"`
		Activate   userActivateCommand   `cmd:"" help:"${help_user_activate}"`
	} `cmd:"" help:"${help_user}"`
	Key struct {
		Create keyCreateCommand `cmd:"" help:"${help_key_create}"`
		List   keyListCommand   `cmd:"" help:"${help_key_list}"`
		Rotate keyRotateCommand `cmd:"" help:"${help_key_rotate}"`
		Revoke keyRevokeCommand `cmd:"" help:"${help_key_revoke}"`
	} `cmd:"" help:"${help_keys}"`
	Account struct {
		List accountListCommand `cmd:"" help:"${help_account_list}"`
		Show accountShowCommand `cmd:"" help:"${help_account_show}"`
		Set  accountSetCommand  `cmd:"" help:"${help_account_set}"`
	} `cmd:"" help:"${help_accounts}"`
	Backup   backupCommand   `cmd:"" help:"${help_backup}"`
	Export   exportCommand   `cmd:"" help:"${help_export}"`
	Migrate  migrateCommand  `cmd:"" help:"${help_migrate}"`
	BsaleSim bsaleSimCommand `cmd:"" name:"bsale-sim" help:"${help_bsale_sim}"`
	Version  versionCommand  `cmd:"" help:"${help_version}"`
}

// command is what each of them is: settings that can be checked, and something to do.
type command interface {
	Check() error
	run(ctx context.Context, c app.Console) error
}

type (
	serveCommand    struct{ config.Serve }
	demoCommand     struct{ config.Demo }
	syncCommand     struct{ config.Sync }
	connectCommand  struct{ config.Connect }
	retryCommand    struct{ config.Retry }
	runsCommand     struct{ config.Runs }
	pauseCommand    struct{ config.RunCommand }
	resumeCommand   struct{ config.RunCommand }
	cancelCommand   struct{ config.RunCommand }
	exportCommand   struct{ config.Export }
	migrateCommand  struct{ config.Database }
	bsaleSimCommand struct{ config.BsaleSim }
	versionCommand  struct{}
)

func (s *serveCommand) run(ctx context.Context, c app.Console) error {
	s.Secret.Key = os.Getenv(app.SecretKeyEnv)
	return app.Serve(ctx, s.Serve, c)
}

func (d *demoCommand) run(ctx context.Context, c app.Console) error { return app.Demo(ctx, d.Demo, c) }

func (s *syncCommand) run(ctx context.Context, c app.Console) error { return app.Sync(ctx, s.Sync, c) }

func (s *connectCommand) run(ctx context.Context, c app.Console) error {
	s.Secret.Key = os.Getenv(app.SecretKeyEnv)
	return app.Connect(ctx, s.Connect, c)
}

func (r *retryCommand) run(ctx context.Context, c app.Console) error {
	return app.Retry(ctx, r.Retry, c)
}

func (r *runsCommand) run(ctx context.Context, c app.Console) error {
	return app.Runs(ctx, r.Runs, c)
}

func (r *pauseCommand) run(ctx context.Context, c app.Console) error {
	return app.PauseRun(ctx, r.RunCommand, c)
}

func (r *resumeCommand) run(ctx context.Context, c app.Console) error {
	return app.ResumeRun(ctx, r.RunCommand, c)
}

func (r *cancelCommand) run(ctx context.Context, c app.Console) error {
	return app.CancelRun(ctx, r.RunCommand, c)
}

func (e *exportCommand) run(ctx context.Context, c app.Console) error {
	return app.Export(ctx, e.Export, c)
}

func (m *migrateCommand) run(ctx context.Context, c app.Console) error {
	return app.Migrate(ctx, m.Database, c)
}

func (b *bsaleSimCommand) run(ctx context.Context, c app.Console) error {
	return app.BsaleSim(ctx, b.BsaleSim, c)
}

// Check has nothing to check.
func (*versionCommand) Check() error { return nil }

// version is set by the build (-ldflags "-X main.version=…"); without it the module's own or the commit tells.
var version string

func (*versionCommand) run(_ context.Context, c app.Console) error {
	v, revision := version, ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v == "" {
			v = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = " " + setting.Value
			}
		}
		_, err := fmt.Fprintf(c.Out, "puente %s%s %s\n", v, revision, info.GoVersion)
		return err
	}
	_, err := fmt.Fprintf(c.Out, "puente %s\n", v)
	return err
}
