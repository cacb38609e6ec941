package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"puente/internal/bridge"
	"puente/internal/messages"
)

// Console is where a command speaks: results go to Out, progress and errors to Err.
type Console struct {
	Out, Err io.Writer
	Language string // of what it says: "es" or "en"
	Terminal bool   // Err is one, where a line can be written over
}

// Text returns a message; pairs are name, value… of its parameters.
func (c Console) Text(key string, pairs ...any) string {
	params := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		params[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return messages.Text(c.Language, key, params)
}

// Say writes a line of progress.
func (c Console) Say(key string, pairs ...any) { fmt.Fprintln(c.Err, c.Text(key, pairs...)) }

// Print writes a line of the result.
func (c Console) Print(key string, pairs ...any) { fmt.Fprintln(c.Out, c.Text(key, pairs...)) }

// Sentence says what went wrong and what to do. An error that nobody foresaw adds its own text: on a command line there is no other log.
func (c Console) Sentence(err error) string {
	if errors.Is(err, context.Canceled) {
		return c.Text("command.interrupted")
	}
	err = bridge.Explain(err)
	sentence := messages.Error(c.Language, err)
	if sentence == c.Text("error.internal") {
		sentence += " [" + strings.Join(strings.Fields(err.Error()), " ") + "]"
	}
	if at := (*placed)(nil); errors.As(err, &at) {
		sentence = strings.TrimSuffix(sentence, ".") + " (" + at.place + ")."
	}
	return sentence
}

// Fail writes the error's sentence.
func (c Console) Fail(err error) { fmt.Fprintln(c.Err, "puente: "+c.Sentence(err)) }

// plainEvery is the time between two lines of progress where a line cannot be written over.
const plainEvery = 5 * time.Second

// progress shows how far long work is.
type progress struct {
	console Console
	mu      sync.Mutex
	last    time.Time
	width   int
}

// show writes how far it is: over the last line on a terminal, now and then elsewhere.
func (p *progress) show(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !p.console.Terminal {
		if p.last.IsZero() {
			p.last = now // work that ends soon needs no line
		}
		if now.Sub(p.last) >= plainEvery {
			p.last = now
			fmt.Fprintln(p.console.Err, line)
		}
		return
	}
	if now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last = now
	width := len([]rune(line))
	fmt.Fprint(p.console.Err, "\r"+line+strings.Repeat(" ", max(0, p.width-width)))
	p.width = width
}

// done clears the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.console.Terminal && p.width > 0 {
		fmt.Fprint(p.console.Err, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}
