package main

import (
	"context"
	"os"

	"puente/internal/app"
	"puente/internal/config"
)

// The commands about who may enter, and about accounts.
type (
	userAddCommand        struct{ config.UserAdd }
	userListCommand       struct{ config.Users }
	userRoleCommand       struct{ config.UserRole }
	userLinkCommand       struct{ config.UserLink }
	userDeactivateCommand struct{ config.UserDeactivate }
	userActivateCommand   struct{ config.User }
	keyCreateCommand      struct{ config.KeyCreate }
	keyListCommand        struct{ config.Keys }
	keyRotateCommand      struct{ config.KeyRotate }
	keyRevokeCommand      struct{ config.Key }
	accountListCommand    struct{ config.Accounts }
	accountShowCommand    struct{ config.AccountShow }
	accountSetCommand     struct{ config.AccountSet }
	backupCommand         struct{ config.Backup }
)

func (u *userAddCommand) run(ctx context.Context, c app.Console) error {
	return app.AddUser(ctx, u.UserAdd, os.Stdin, c)
}

func (u *userListCommand) run(ctx context.Context, c app.Console) error {
	return app.ListUsers(ctx, u.Users, c)
}

func (u *userRoleCommand) run(ctx context.Context, c app.Console) error {
	return app.ChangeRole(ctx, u.UserRole, c)
}

func (u *userLinkCommand) run(ctx context.Context, c app.Console) error {
	return app.LinkUser(ctx, u.UserLink, c)
}

func (u *userDeactivateCommand) run(ctx context.Context, c app.Console) error {
	return app.DeactivateUser(ctx, u.UserDeactivate, c)
}

func (u *userActivateCommand) run(ctx context.Context, c app.Console) error {
	return app.ActivateUser(ctx, u.User, c)
}

func (k *keyCreateCommand) run(ctx context.Context, c app.Console) error {
	return app.CreateKey(ctx, k.KeyCreate, c)
}

func (k *keyListCommand) run(ctx context.Context, c app.Console) error {
	return app.ListKeys(ctx, k.Keys, c)
}

func (k *keyRotateCommand) run(ctx context.Context, c app.Console) error {
	return app.RotateKey(ctx, k.KeyRotate, c)
}

func (k *keyRevokeCommand) run(ctx context.Context, c app.Console) error {
	return app.RevokeKey(ctx, k.Key, c)
}

func (a *accountListCommand) run(ctx context.Context, c app.Console) error {
	return app.ListAccounts(ctx, a.Accounts, c)
}

func (a *accountShowCommand) run(ctx context.Context, c app.Console) error {
	return app.ShowAccount(ctx, a.AccountShow, c)
}

func (a *accountSetCommand) run(ctx context.Context, c app.Console) error {
	return app.SetAccount(ctx, a.AccountSet, c)
}

func (b *backupCommand) run(ctx context.Context, c app.Console) error {
	return app.Backup(ctx, b.Backup, c)
}
