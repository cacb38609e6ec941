package app

import (
	"context"

	"puente/internal/config"
	"puente/internal/store"
)

// Backup copies a database that is in use into a file, and looks whether the copy is whole.
func Backup(ctx context.Context, settings config.Backup, console Console) error {
	size, err := store.Backup(ctx, settings.DB, settings.File)
	if err != nil {
		return err
	}
	console.Print("backup.done", "file", settings.File, "kib", (size+1023)/1024)
	return nil
}
