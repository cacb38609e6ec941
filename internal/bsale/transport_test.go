package bsale

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTokenNeverShows(t *testing.T) {
	type holder struct {
		Token Token
		Map   map[string]Token
	}
	c, _ := newTestClient(t, replies(reply{}))
	h := holder{testToken, map[string]Token{"a": testToken}}
	var out []string
	for _, v := range []any{testToken, h, &h, []Token{testToken}, Config{Token: testToken}, c} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
	}
	out = append(out, mustJSON(h), mustJSON(testToken))
	var log bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		l.Info("x", "token", testToken, "holder", h, "client", c)
	}
	out = append(out, log.String())
	for _, s := range out {
		if strings.Contains(s, "0123456789") || strings.Contains(s, fmt.Sprintf("%x", "0123456789")) {
			t.Errorf("the token shows in %s", s)
		}
	}
	if testToken.LastFour() != "wxyz" || testToken.String() != "…wxyz" || testToken.Secret() != "test-token-0123456789-wxyz" {
		t.Error(testToken.LastFour(), testToken.String())
	}
	if Token("short").LastFour() != "" || Token("").String() != "" {
		t.Error("a short token must not be half shown")
	}
}

func TestNewChecksItsConfiguration(t *testing.T) {
	for _, cfg := range []Config{
		{},
		{BaseURL: "https://api.bsale.io/v1"},
		{Token: testToken},
		{BaseURL: "api.bsale.io/v1", Token: testToken},
		{BaseURL: "ftp://api.bsale.io/v1", Token: testToken},
		{BaseURL: "https://", Token: testToken},
		{BaseURL: "https://u:p@api.bsale.io/v1", Token: testToken},
		{BaseURL: "https://api.bsale.io/v1?access_token=0123456789", Token: testToken},
		{BaseURL: "https://api.bsale.io/\x00", Token: testToken},
		{BaseURL: "https://api.bsale.io/v1", Token: "two words"},
		{BaseURL: "https://api.bsale.io/v1", Token: "líne"},
	} {
		_, err := New(cfg)
		if err == nil {
			t.Errorf("%q: want an error", cfg.BaseURL)
			continue
		}
		if strings.Contains(err.Error(), "0123456789") {
			t.Errorf("the error shows what was configured: %v", err)
		}
	}
	c, err := New(Config{BaseURL: " https://api.bsale.io/v1/ ", Token: " " + testToken + "\n"})
	if err != nil || c.base != "https://api.bsale.io/v1" || c.secret() != testToken.Secret() {
		t.Errorf("blanks and a slash at the end must be tolerated: %v", err)
	}
}

func TestARequestCarriesTheTokenInItsHeaderOnly(t *testing.T) {
	var got *http.Request
	c, _ := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		_, _ = w.Write(fixture(t, "document_invoice.json"))
	}))
	if _, err := c.Document(t.Context(), 50310); err != nil {
		t.Fatal(err)
	}
	if got.Header.Get("access_token") != testToken.Secret() || got.Header.Get("Authorization") != "" {
		t.Errorf("headers %v", got.Header)
	}
	if got.URL.Path != "/v1/documents/50310.json" || strings.Contains(got.URL.String(), "0123456789") {
		t.Errorf("address %s", got.URL)
	}
	if diff := cmp.Diff([]string{"[document_type,client,office,user,sellers,attributes,references,details,payments]"}, got.URL.Query()["expand"]); diff != "" {
		t.Errorf("one expand parameter with everything:\n%s", diff)
	}
	if c.Calls() != 1 {
		t.Errorf("%d calls", c.Calls())
	}
}

func TestStatusesBecomeKinds(t *testing.T) {
	for _, c := range []struct {
		status   int
		sentinel error
		attempts int64
	}{
		{400, ErrBadRequest, 1},
		{401, ErrUnauthorized, 1},
		{402, ErrPaymentRequired, 1},
		{403, ErrForbidden, 1},
		{404, ErrNotFound, 1},
		{405, ErrBadRequest, 1},
		{408, ErrUnavailable, 5},
		{418, ErrBadRequest, 1},
		{500, ErrUnavailable, 5},
		{502, ErrUnavailable, 5},
		{503, ErrUnavailable, 5},
		{504, ErrUnavailable, 5},
	} {
		client, _ := newTestClient(t, replies(reply{status: c.status, body: `{"error":"no luck"}`}))
		_, err := client.Document(t.Context(), 7)
		var e *Error
		if !errors.Is(err, c.sentinel) || !errors.As(err, &e) || e.Status != c.status || e.Message != "no luck" || e.Path != "/documents/7.json" {
			t.Errorf("%d: %v", c.status, err)
		}
		for _, other := range []error{ErrBadRequest, ErrUnauthorized, ErrPaymentRequired, ErrForbidden, ErrNotFound, ErrUnavailable, ErrRateLimited, ErrBadResponse} {
			if other != c.sentinel && errors.Is(err, other) {
				t.Errorf("%d is also %v", c.status, other)
			}
		}
		if client.Calls() != c.attempts {
			t.Errorf("%d: %d attempts, want %d", c.status, client.Calls(), c.attempts)
		}
	}
}

func TestReadsAreRepeated(t *testing.T) {
	good := reply{body: mustJSON(documentJSON(7))}
	for _, c := range []struct {
		name  string
		first reply
	}{
		{"5xx", reply{status: 503}},
		{"an empty body", reply{}},
		{"blanks", reply{body: " \n"}},
		{"HTML", reply{body: "<html>maintenance</html>"}},
		{"cut JSON", reply{body: `{"id":7,"emissionD`}},
		{"an empty object", reply{body: `{}`}},
		{"a body shorter than announced", reply{header: map[string]string{"Content-Length": "100"}, body: `{"id":7}`}},
	} {
		client, clock := newTestClient(t, replies(c.first, c.first, good))
		d, err := client.Document(t.Context(), 7)
		if err != nil || d.ID != 7 || client.Calls() != 3 {
			t.Errorf("%s: %+v, %v after %d calls", c.name, d.ID, err, client.Calls())
		}
		// Half of 500 ms, then half of 1 s: the injected jitter is 0.5.
		if diff := cmp.Diff([]time.Duration{250 * time.Millisecond, 500 * time.Millisecond}, clock.waited()); diff != "" {
			t.Errorf("%s: waits\n%s", c.name, diff)
		}
		// And when it stays so, the error is typed.
		client, _ = newTestClient(t, replies(c.first), func(cfg *Config) { cfg.MaxAttempts = 2 })
		_, err = client.Document(t.Context(), 7)
		if !errors.Is(err, ErrBadResponse) && !errors.Is(err, ErrUnavailable) || client.Calls() != 2 {
			t.Errorf("%s: %v after %d calls", c.name, err, client.Calls())
		}
	}
}

func TestAKeyOfAnotherShapeIsNotAskedForAgain(t *testing.T) {
	client, _ := newTestClient(t, replies(reply{body: `{"id":7,"client":"nobody"}`}))
	_, err := client.Document(t.Context(), 7)
	if !errors.Is(err, ErrBadResponse) || client.Calls() != 1 || !strings.Contains(err.Error(), `"client" is a string`) {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
}

func TestA500ThatMayMeanTooManyRequestsWaitsLonger(t *testing.T) {
	client, clock := newTestClient(t, replies(reply{status: 500, body: `{"error":"The requested resource is not available"}`}, reply{body: mustJSON(documentJSON(7))}))
	if _, err := client.Document(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{3750 * time.Millisecond}, clock.waited()); diff != "" {
		t.Error(diff)
	}
}

func TestRetryAfterOf503IsHonoured(t *testing.T) {
	client, clock := newTestClient(t, replies(reply{status: 503, header: map[string]string{"Retry-After": "17"}}, reply{body: mustJSON(documentJSON(7))}))
	if _, err := client.Document(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{17 * time.Second}, clock.waited()); diff != "" {
		t.Error(diff)
	}
}

func TestTooManyRequestsPausesTheWholeClient(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply reply
		want  time.Duration
	}{
		{"header in seconds", reply{status: 429, header: map[string]string{"Retry-After": "30"}, body: `{"retry_after":99}`}, 30 * time.Second},
		{"header as a date", reply{status: 429, header: map[string]string{"Retry-After": "Mon, 09 Mar 2026 12:01:00 GMT"}}, time.Minute},
		{"header in the past", reply{status: 429, header: map[string]string{"Retry-After": "Mon, 09 Mar 2026 11:00:00 GMT"}}, time.Second},
		{"header zero", reply{status: 429, header: map[string]string{"Retry-After": "0"}}, time.Second},
		{"body", reply{status: 429, body: `{"error":"Too many requests","retry_after":45}`}, 45 * time.Second},
		{"body quoted", reply{status: 429, body: `{"retry_after":"45"}`}, 45 * time.Second},
		{"nonsense in the header", reply{status: 429, header: map[string]string{"Retry-After": "soon"}, body: `{"retry_after":45}`}, 45 * time.Second},
		{"neither", reply{status: 429, body: `Too many`}, 5 * time.Minute},
	} {
		client, clock := newTestClient(t, replies(c.reply, reply{body: mustJSON(documentJSON(7))}))
		if _, err := client.Document(t.Context(), 7); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff([]time.Duration{c.want}, clock.waited()); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestAPauseTooLongToWaitForIsAnError(t *testing.T) {
	client, clock := newTestClient(t, replies(reply{status: 429, header: map[string]string{"Retry-After": "600"}}, reply{body: mustJSON(documentJSON(7))}))
	_, err := client.Document(t.Context(), 7)
	var e *Error
	if !errors.Is(err, ErrRateLimited) || !errors.As(err, &e) || e.RetryAfter != 10*time.Minute || e.Status != 429 || !e.NotSent {
		t.Fatalf("%+v", err)
	}
	// Another call, also a change, is refused without being sent while the pause lasts …
	_, err = client.CreateClient(t.Context(), NewClient{FirstName: "Ana"})
	if !errors.Is(err, ErrRateLimited) || !errors.As(err, &e) || e.Status != 0 || !e.NotSent || e.RetryAfter != 10*time.Minute {
		t.Fatalf("%+v", err)
	}
	if client.Calls() != 1 || len(clock.waited()) != 0 {
		t.Errorf("%d calls, waits %v", client.Calls(), clock.waited())
	}
	// … and goes through, after the rest of it, once that is short enough.
	if err := clock.Wait(t.Context(), 9*time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Document(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{9 * time.Minute, time.Minute}, clock.waited()); diff != "" {
		t.Error(diff)
	}
}

func TestAPauseBeyondTheDeadlineIsAnError(t *testing.T) {
	client, clock := newTestClient(t, replies(reply{status: 429, header: map[string]string{"Retry-After": "300"}}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := client.Document(ctx, 7)
	if !errors.Is(err, ErrRateLimited) || errors.Is(err, context.DeadlineExceeded) || len(clock.waited()) != 0 {
		t.Errorf("%v, waits %v", err, clock.waited())
	}
}

func TestAWaitThatDoesNotMoveTheClockDoesNotSpin(t *testing.T) {
	client, _ := newTestClient(t, replies(reply{status: 429}, reply{body: mustJSON(documentJSON(7))}), func(cfg *Config) {
		cfg.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	})
	if _, err := client.Document(t.Context(), 7); err != nil {
		t.Error(err)
	}
}

func TestPaceIsEvenAndWithoutBursts(t *testing.T) {
	client, clock := newTestClient(t, replies(reply{body: mustJSON(documentJSON(7))}), func(cfg *Config) { cfg.RequestsPerSecond = 4 })
	for range 4 {
		if _, err := client.Document(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
	}
	q := 250 * time.Millisecond
	if diff := cmp.Diff([]time.Duration{q, q, q}, clock.waited()); diff != "" {
		t.Error(diff)
	}
}

func TestChangesAreNeverRepeated(t *testing.T) {
	for _, r := range []reply{{status: 503}, {status: 500}, {}, {body: "<html>"}, {body: "{}"}, {status: 429}} {
		client, _ := newTestClient(t, replies(r))
		_, err := client.CreateClient(t.Context(), NewClient{FirstName: "Ana"})
		var e *Error
		if !errors.As(err, &e) || client.Calls() != 1 {
			t.Errorf("POST %+v: %v after %d calls", r, err, client.Calls())
			continue
		}
		if e.NotSent != (r.status == 429) {
			t.Errorf("POST %+v: NotSent = %v", r, e.NotSent)
		}
		name := "Ana"
		if _, err = client.UpdateClient(t.Context(), 3, ClientUpdate{FirstName: &name}); err == nil || client.Calls() > 2 {
			t.Errorf("PUT %+v: %v after %d calls", r, err, client.Calls())
		}
	}
}

func TestNoConnectionIsKnownNotToHaveBeenSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	client, _ := newTestClient(t, replies(reply{}), func(cfg *Config) { cfg.BaseURL = "http://" + address + "/v1" })
	_, err = client.CreateClient(t.Context(), NewClient{FirstName: "Ana", Email: "ana@example.invalid"})
	var e *Error
	if !errors.Is(err, ErrUnavailable) || !errors.As(err, &e) || !e.NotSent || e.Status != 0 {
		t.Errorf("%+v", err)
	}
}

func TestCancellationIsTheContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	release := make(chan struct{})
	client, _ := newTestClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(started)
		<-release
	}))
	done := make(chan error)
	go func() {
		_, err := client.Document(ctx, 7)
		done <- err
	}()
	<-started
	cancel()
	err := <-done
	close(release)
	var e *Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &e) || client.Calls() != 1 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
	// Nothing is sent for a context that has ended, nor while waiting to try again.
	if _, err := client.Document(ctx, 7); !errors.Is(err, context.Canceled) || client.Calls() != 1 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
	ctx, cancel = context.WithCancel(t.Context())
	client, _ = newTestClient(t, replies(reply{status: 503}), func(cfg *Config) {
		cfg.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	})
	if _, err := client.Document(ctx, 7); !errors.Is(err, context.Canceled) || client.Calls() != 1 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
}

func TestTheRealTimerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := waitTimer(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := waitTimer(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

func TestRedirectsDoNotCarryTheTokenAway(t *testing.T) {
	var leaked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		leaked.Add(1)
		_, _ = w.Write([]byte(mustJSON(documentJSON(7))))
	}))
	defer elsewhere.Close()
	client, _ := newTestClient(t, http.RedirectHandler(elsewhere.URL+"/v1/documents/7.json", http.StatusTemporaryRedirect))
	_, err := client.Document(t.Context(), 7)
	if !errors.Is(err, ErrBadResponse) || leaked.Load() != 0 || client.Calls() != 1 {
		t.Errorf("%v; %d requests arrived elsewhere", err, leaked.Load())
	}
	_, err = client.CreateClient(t.Context(), NewClient{FirstName: "Ana"})
	if !errors.Is(err, ErrBadResponse) || leaked.Load() != 0 {
		t.Errorf("%v; %d requests arrived elsewhere", err, leaked.Load())
	}
	// Within the host a redirect of a read is followed.
	client, _ = newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/documents/7.json" {
			http.Redirect(w, r, "/v2/documents/7.json", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte(mustJSON(documentJSON(7))))
	}))
	if d, err := client.Document(t.Context(), 7); err != nil || d.ID != 7 {
		t.Error(d.ID, err)
	}
}

func TestErrorsHideTokenAndPersonalData(t *testing.T) {
	echo := `{"error":"bad token test-token-0123456789-wxyz for ana.ruiz@example.invalid / 11.111.111-1","next":"https://api.bsale.io/v1/clients.json?access_token=test-token-0123456789-wxyz"}`
	for _, r := range []reply{
		{status: 400, body: echo},
		{status: 500, body: "trace: " + echo + "\n\x1b[31mline two"},
		{status: 401, body: `{"errors":[{"field":"email","message":"ana.ruiz@example.invalid is taken"}]}`},
		{status: 200, body: `{"count":1,"items":"test-token-0123456789-wxyz ana.ruiz@example.invalid 11.111.111-1"}`},
		{status: 200, body: `{"count":1,"items":[{"id":"test-token-0123456789-wxyz"}]}`},
	} {
		client, _ := newTestClient(t, replies(r), func(cfg *Config) { cfg.MaxAttempts = 1 })
		_, found := client.FindClients(t.Context(), ClientFilter{Code: "11.111.111-1", Email: "ana.ruiz@example.invalid"})
		_, made := client.CreateClient(t.Context(), NewClient{Code: "11.111.111-1", Email: "ana.ruiz@example.invalid"})
		for _, err := range []error{found, made} {
			if err == nil {
				t.Errorf("%+v: want an error", r)
				continue
			}
			text := fmt.Sprintf("%v %+v %#v", err, err, err)
			for _, secret := range []string{"0123456789", "ana.ruiz", "11.111.111-1", "11111111", "\x1b", "\n"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q shows in %s", secret, text)
				}
			}
			if !strings.Contains(err.Error(), "/clients.json") {
				t.Errorf("the call is missing in %v", err)
			}
		}
	}
	// Also not through the error of a failed connection, whose address has the query.
	client, _ := newTestClient(t, replies(reply{}), func(cfg *Config) { cfg.BaseURL = "http://127.0.0.1:1/v1"; cfg.MaxAttempts = 1 })
	_, err := client.FindClients(t.Context(), ClientFilter{Email: "ana.ruiz@example.invalid"})
	if err == nil || strings.Contains(fmt.Sprintf("%+v", err), "ana.ruiz") {
		t.Errorf("%+v", err)
	}
}

func TestErrorMessages(t *testing.T) {
	for in, want := range map[string]string{
		`{"error":"Sorry, this request can not be authenticated"}`:              "Sorry, this request can not be authenticated",
		`{"message":"closed box","code":"9"}`:                                   "closed box",
		`{"error":"invalid","details":"documentTypeId"}`:                        "invalid; documentTypeId",
		`{"error":{"message":"nested"}}`:                                        "nested",
		`{"errors":[{"field":"code","message":"is required"},{"message":"x"}]}`: "code is required; x",
		`{}`: "", ``: "", `<html><body>x</body></html>`: "an HTML page", `plain`: "plain", `{"error":null}`: "", `{"errors":{}}`: "",
	} {
		if got := errorMessage([]byte(in)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	e := &Error{Kind: KindRateLimited, Method: "GET", Path: "/users.json", Status: 429, Message: "slow down", RetryAfter: 90 * time.Second}
	if got, want := e.Error(), "bsale: GET /users.json: rate limited (429): slow down; retry after 1m30s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAHugeAnswerIsCut(t *testing.T) {
	client, _ := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range 40 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	_, err := client.Document(t.Context(), 7)
	if !errors.Is(err, ErrBadResponse) || !strings.Contains(err.Error(), "32 MiB") || client.Calls() != 1 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
}

func TestTestConnection(t *testing.T) {
	var asked string
	client, _ := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.RequestURI()
		_, _ = w.Write(fixture(t, "offices.json"))
	}))
	got, err := client.TestConnection(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Identity{Offices: 2, FirstOffice: shopOffice, Country: "CL"}, got); diff != "" {
		t.Error(diff)
	}
	if asked != "/v1/offices.json?limit=1&offset=0&state=0" {
		t.Error(asked)
	}
	client, _ = newTestClient(t, replies(reply{status: 401, body: `{"error":"Sorry, this request can not be authenticated"}`}))
	if _, err := client.TestConnection(t.Context()); !errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
	for in, want := range map[string]string{"Perú": "PE", "MÉXICO": "MX", "Mexico": "MX", "Argentina": "", "": ""} {
		if got := countryCode(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestManyGoroutinesShareAClient(t *testing.T) {
	client, _ := newTestClient(t, replies(reply{status: 429, header: map[string]string{"Retry-After": "1"}}, reply{status: 503}, reply{body: mustJSON(documentJSON(7))}),
		func(cfg *Config) { cfg.RequestsPerSecond = 1000 })
	errs := make(chan error)
	for range 20 {
		go func() {
			_, err := client.Document(t.Context(), 7)
			errs <- err
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if client.Calls() != 22 {
		t.Errorf("%d calls", client.Calls())
	}
}

func TestConfigIsNotShownByJSON(t *testing.T) {
	b, err := json.Marshal(struct{ T Token }{testToken})
	if err != nil || string(b) != `{"T":"…wxyz"}` {
		t.Errorf("%s %v", b, err)
	}
}

func TestTheDefaultHTTPClientIsSharedAndGuarded(t *testing.T) {
	t.Cleanup(defaultHTTP().CloseIdleConnections)
	// Without pacing and clock of its own, too: everything at its default.
	plain := func(cfg *Config) { *cfg = Config{BaseURL: cfg.BaseURL, Token: cfg.Token} }
	a, _ := newTestClient(t, replies(reply{body: mustJSON(documentJSON(7))}), plain)
	b, _ := newTestClient(t, replies(reply{body: mustJSON(documentJSON(8))}), plain)
	if d, err := a.Document(t.Context(), 7); err != nil || d.ID != 7 {
		t.Error(d.ID, err)
	}
	if d, err := b.Document(t.Context(), 8); err != nil || d.ID != 8 {
		t.Error(d.ID, err)
	}
	if a.http.Transport != b.http.Transport || a.http.CheckRedirect == nil || defaultHTTP().CheckRedirect != nil {
		t.Error("clients must share connections, each with its own guard")
	}
	if a.limiter == nil || float64(a.limiter.Limit()) != DefaultRequestsPerSecond || a.limiter.Burst() != 1 {
		t.Error("the default is paced")
	}
	if j := a.jitter(); j < 0 || j >= 1 {
		t.Error(j)
	}
}
