package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"puente/internal/app"
	"puente/internal/config"
)

// office is a business that has been at work with Puente for a while. What it has is made through the API.
type office struct {
	*service
	key      string
	pipeline string
	stages   map[string]string // ids by name
}

// scopes are all that a key can be given.
var scopes = []string{"contacts:admin", "deals:admin", "activities:admin", "settings:admin", "users:admin", "keys:admin", "bsale:admin"}

// openOffice starts Puente with an administrator, somebody who sells, and an API key.
func openOffice(t *testing.T) *office {
	t.Helper()
	var key bytes.Buffer
	s := serve(t, func(db config.Database) {
		addUser(t, db, administrator, "Camila Rojas", "admin")
		addUser(t, db, seller, "Valentina Soto", "seller")
		must(t, app.CreateKey(t.Context(), config.KeyCreate{Database: db, Name: "Pruebas", Scopes: scopes}, app.Console{Out: &key, Err: io.Discard, Language: "es"}))
	})
	o := &office{service: s, key: strings.TrimSpace(key.String()), stages: map[string]string{}}
	o.call(http.MethodPatch, "/v1/crm/account", `{"name":"Ferretería El Puente"}`)
	pipeline := o.call(http.MethodGet, "/v1/crm/pipelines", "")["items"].([]any)[0].(map[string]any)
	o.pipeline = pipeline["id"].(string)
	for _, one := range pipeline["stages"].([]any) {
		stage := one.(map[string]any)
		o.stages[stage["name"].(string)] = stage["id"].(string)
	}
	return o
}

// addUser does as "puente user add".
func addUser(t *testing.T, db config.Database, email, name, role string) {
	t.Helper()
	user := config.UserAdd{Database: db, Email: email, Name: name, Role: role, PasswordStdin: true}
	must(t, app.AddUser(t.Context(), user, strings.NewReader(password+"\n"), app.Console{Out: io.Discard, Err: io.Discard, Language: "es"}))
}

func (o *office) addUser(email, name, role string) {
	o.t.Helper()
	addUser(o.t, o.db, email, name, role)
}

// call calls the API, and returns what it answers.
func (o *office) call(method, path, body string) map[string]any {
	o.t.Helper()
	request, err := http.NewRequest(method, o.URL+path, strings.NewReader(body))
	must(o.t, err)
	request.Header.Set("X-Api-Key", o.key)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	must(o.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(o.t, err)
	if answer.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	var object map[string]any
	if json.Unmarshal(text, &object) != nil {
		object = map[string]any{"items": json.RawMessage(text)}
	}
	return object
}

// made is call where something is made; it returns its id.
func (o *office) made(path, body string) string {
	o.t.Helper()
	return o.call(http.MethodPost, path, body)["id"].(string)
}

func (o *office) contact(first, last, email string) string {
	o.t.Helper()
	return o.made("/v1/crm/contacts", fmt.Sprintf(`{"personal":{"firstName":%s,"lastName":%s,"email":%s}}`, quoted(first), quoted(last), quoted(email)))
}

func (o *office) deal(name, stage, contact string, value int) string {
	o.t.Helper()
	body := fmt.Sprintf(`{"name":%s,"pipelineId":%q,"stageId":%q,"value":%d,"assignedTo":%q}`, quoted(name), o.pipeline, o.stages[stage], value, seller)
	if contact != "" {
		body = strings.Replace(body, "{", fmt.Sprintf(`{"contactId":%q,`, contact), 1)
	}
	return o.made("/v1/crm/deals", body)
}

// connect connects Bsale, with the default rules, and has its notifications come here.
func (o *office) connect() {
	o.t.Helper()
	connection := o.call(http.MethodPut, "/v1/apps/bsale/connection", fmt.Sprintf(`{"token":%q,"baseUrl":%q,"requestsPerSecond":100}`, o.shop.Token(), o.shop.URL()))
	address := connection["webhookUrl"].(string)
	o.shop.hook.Store(&address)
}

// enter logs somebody in, in a browser of their own.
func (o *office) enter(t *testing.T, email string, l look) *page {
	t.Helper()
	p := newPage(t, o.URL, l)
	p.open("/entrar")
	p.fill("Correo", email)
	p.fill("Contraseña", password)
	p.click("Entrar")
	p.until("the login is past", func() bool { return p.path() != "" && !strings.HasPrefix(p.path(), "/entrar") })
	return p
}

// until waits for the API to answer what is wanted.
func (o *office) until(what, path string, is func(answer map[string]any) bool) {
	o.t.Helper()
	if !soon(func() bool { return is(o.call(http.MethodGet, path, "")) }) {
		o.t.Fatalf("%s: still not so: %v", what, o.call(http.MethodGet, path, ""))
	}
}
