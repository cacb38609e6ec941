// Command puente is a CRM in which every Bsale document becomes, or moves, an opportunity. See `puente --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // days are the account's, also where the system has no time zones

	"github.com/mattn/go-isatty"

	"puente/internal/app"
	"puente/internal/config"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does one command and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	console := app.Console{Out: stdout, Err: stderr, Language: language(os.Getenv("PUENTE_LANG"), os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))}
	if f, ok := stderr.(*os.File); ok {
		console.Terminal = isatty.IsTerminal(f.Fd())
	}
	var cli cli
	exited := -1 // --help ends the program from within the parser
	parser, err := newParser(&cli, console, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(stderr, "puente:", err) // a fault of ours in the declarations
		return exitFailed
	}
	selected, err := parser.Parse(args)
	switch {
	case exited >= 0:
		return exited
	case err != nil:
		return usage(console, err)
	}
	command, ok := selected.Selected().Target.Addr().Interface().(command)
	if !ok {
		return usage(console, errors.New("expected one of serve, demo, sync"))
	}
	if err := command.Check(); err != nil {
		console.Fail(err)
		if wrong := (*config.Error)(nil); errors.As(err, &wrong) {
			return exitUsage
		}
		return exitFailed
	}
	if err := command.run(ctx, console); err != nil {
		console.Fail(err)
		return exitFailed
	}
	return exitDone
}
