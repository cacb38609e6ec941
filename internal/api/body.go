package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"puente/internal/crm"
)

// readBody reads what the caller sends, up to a bound, sees that it is JSON, and leaves it for the handler to read again.
func (c *call) readBody(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return crm.NewError(crm.Invalid, "body_too_large", "most", strconv.Itoa(maxBody))
	}
	if err != nil {
		return crm.NewError(crm.Invalid, "body_unreadable").Because(err)
	}
	c.body = body
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		return nil
	}
	if sent := r.Header.Get("Content-Type"); sent != "" {
		media, _, err := mime.ParseMediaType(sent)
		if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
			return crm.NewError(crm.Invalid, "body_type", "known", "application/json")
		}
		r.Header.Set("Content-Type", "application/json")
	}
	if err := checkJSON(body); err != nil || c.route.entries {
		return err
	}
	return checkText(body)
}

// checkJSON says where a body stops being one JSON value in UTF-8.
func checkJSON(body []byte) error {
	at := int64(-1)
	if !utf8.Valid(body) {
		at = int64(len(body)-len(bytes.TrimLeftFunc(body, func(r rune) bool { return r != utf8.RuneError }))) + 1
	} else if !json.Valid(body) {
		var any json.RawMessage
		err := json.Unmarshal(body, &any)
		if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
			at = wrong.Offset
		} else {
			at = int64(len(body))
		}
	}
	if at < 0 {
		return nil
	}
	before := body[:min(int(at), len(body))]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := max(1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]))
	return crm.NewError(crm.Invalid, "json_malformed", "line", strconv.Itoa(line), "column", strconv.Itoa(column))
}

// decode is how huma reads JSON: numbers of custom fields are kept as they are written, not as binary fractions. What huma validates against a schema (into any) has to have
// them as float64.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, toValidate := into.(*any); !toValidate {
		d.UseNumber()
	}
	return d.Decode(into)
}

// encode is how huma writes JSON.
func encode(w io.Writer, v any) error {
	if k, ok := v.(*kept); ok {
		_, err := w.Write(append(k.Body, '\n'))
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
