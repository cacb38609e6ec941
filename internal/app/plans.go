package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// planWriter writes plans as JSON, one per line. A nil one writes nothing.
type planWriter struct {
	out  *bufio.Writer
	json *json.Encoder
	file *os.File // nil: not ours to close
	path string
	err  error // the first
}

// openPlans returns a writer to the file, "-" for the standard output, or none for "".
func openPlans(path string, stdout io.Writer) (*planWriter, error) {
	switch path {
	case "":
		return nil, nil
	case "-":
		return newPlanWriter(stdout, nil, path), nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, crm.NewError(crm.Unavailable, "file_unwritable", "path", path).Because(err)
	}
	return newPlanWriter(file, file, path), nil
}

func newPlanWriter(to io.Writer, file *os.File, path string) *planWriter {
	out := bufio.NewWriterSize(to, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return &planWriter{out: out, json: encoder, file: file, path: path}
}

func (p *planWriter) write(plan bridge.Plan) {
	if p == nil || p.err != nil {
		return
	}
	p.err = p.json.Encode(plan)
}

// flush returns the first error of all writing.
func (p *planWriter) flush() error {
	if p == nil {
		return nil
	}
	if err := errors.Join(p.err, p.out.Flush()); err != nil {
		return crm.NewError(crm.Unavailable, "file_unwritable", "path", p.path).Because(err)
	}
	return nil
}

// close keeps what was written of a pass that broke off.
func (p *planWriter) close() error {
	if p == nil || p.file == nil {
		return nil
	}
	flushErr := p.out.Flush()
	if err := errors.Join(flushErr, p.file.Close()); err != nil && p.err == nil {
		return crm.NewError(crm.Unavailable, "file_unwritable", "path", p.path).Because(err)
	}
	return nil
}
