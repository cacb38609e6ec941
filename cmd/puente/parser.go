package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"puente/internal/app"
	"puente/internal/messages"
)

// newParser returns the parser of the command line. exit is called when help was asked for and printed.
func newParser(cli *cli, console app.Console, exit func(int)) (*kong.Kong, error) {
	vars := kong.Vars{}
	for _, key := range messages.Keys("help.") {
		vars["help_"+strings.TrimPrefix(key, "help.")] = console.Text(key)
	}
	parser, err := kong.New(cli,
		kong.Name("puente"),
		kong.Description(console.Text("help.program")),
		kong.Writers(console.Out, console.Err),
		kong.Exit(exit),
		vars,
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Help(func(options kong.HelpOptions, ctx *kong.Context) error {
			if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
				return err
			}
			if selected := ctx.Selected(); selected != nil && selected.Name == "bsale-sim" {
				printFaults(console)
			}
			return nil
		}),
	)
	if err != nil {
		return nil, err
	}
	parser.Model.HelpFlag.Help = console.Text("help.help")
	return parser, nil
}

func printFaults(console app.Console) {
	fmt.Fprintln(console.Out, "\n"+console.Text("help.sim_faults"))
	for _, f := range app.SimFaults() {
		name := f.Name
		if f.Value != "" {
			name += "=" + f.Value
		}
		fmt.Fprintf(console.Out, "  %s\n        %s\n", name, f.Help)
	}
}

// said are the parser's sentences, and the keys of ours.
var said = []struct {
	pattern *regexp.Regexp
	key     string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:,|$)`), "usage.unknown_flag"},
	{regexp.MustCompile(`^unexpected (?:argument|flag argument|token) "?([^",]*)`), "usage.unexpected"},
	{regexp.MustCompile(`^missing flags: (.*)$`), "usage.missing_flags"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "usage.missing_argument"},
	{regexp.MustCompile(`^expected (?:one of )?(.*)$`), "usage.no_command"},
}

// usage says what is wrong with the command line, in the person's language where it is a thing that happens often.
func usage(console app.Console, err error) int {
	detail := err.Error()
	for _, s := range said {
		if m := s.pattern.FindStringSubmatch(detail); m != nil {
			detail = console.Text(s.key, "what", m[1])
			break
		}
	}
	fmt.Fprintln(console.Err, "puente: "+console.Text("command.usage", "detail", detail, "command", "puente"))
	return exitUsage
}

// language returns the first that is said: es, unless it is English.
func language(said ...string) string {
	for _, s := range said {
		if s == "" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(s), "en") {
			return "en"
		}
		return "es"
	}
	return "es"
}
