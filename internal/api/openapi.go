package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// scopeExtension is the member of an operation in the OpenAPI document that says what it asks of the caller: "contacts:write", "any" for credentials of any kind, or "public".
const scopeExtension = "x-scope"

// alsoExtension is the member that says which values of parameters need another scope beside it.
const alsoExtension = "x-also-scopes"

const apiVersion = "1.0.0"

func configuration() huma.Config {
	format := huma.Format{Marshal: encode, Unmarshal: decode}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Puente", Version: apiVersion,
				Description: "The CRM and the Bsale app by HTTP. Send an API key in the header x-api-key. Everything about paging, filters, errors, retries and limits is in docs/api.md.",
				License:     &huma.License{Name: "MIT", Identifier: "MIT"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"key":     {Type: "apiKey", In: "header", Name: "x-api-key", Description: "An API key: Apps, Conectar API, or POST /v1/keys"},
					"session": {Type: "http", Scheme: "bearer", Description: "The token of POST /v1/session"},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// register adds the route to the router and to the document.
func (r route) register(s *server) {
	op := huma.Operation{
		OperationID: operationID(r.method, r.path), Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{r.tag()},
		DefaultStatus: r.status, MaxBodyBytes: -1, BodyReadTimeout: -1, // admit has read the body within bounds
		Extensions:  map[string]any{scopeExtension: r.scopeName()},
		Middlewares: huma.Middlewares{s.admit(&r)},
		Responses:   map[string]*huma.Response{},
	}
	if !r.public {
		op.Security = []map[string][]string{{"key": {}}, {"session": {}}}
	}
	if len(r.also) > 0 {
		op.Extensions[alsoExtension] = r.also
	}
	if r.repeat != repeats {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "Up to 255 characters, made up by the caller. A second request with it is not carried out again.",
			Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	if r.versioned {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "If-Match", In: "header", Description: "The ETag of what is to be changed, or \"v\" and its version in quotes. 412 when it was changed since.", Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	if r.media != "" {
		op.Responses[strconv.Itoa(r.success())] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{r.media: {Schema: &huma.Schema{Type: huma.TypeString}}}}
	}
	r.add(s, op)
}

// scopeName returns what the document says about who may call.
func (r route) scopeName() string {
	switch {
	case r.public:
		return "public"
	case r.scope == loggedIn:
		return "any"
	}
	return r.scope.String()
}

// success returns the status of success.
func (r route) success() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

func (r route) mediaType() string {
	if r.media == "" {
		return "application/json"
	}
	return r.media
}

// tag returns the chapter of the document: what comes after /v1/crm or /v1.
func (r route) tag() string {
	parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(r.path, "/v1/"), "crm/"), "/")
	name, _, _ := strings.Cut(parts[0], ".")
	return name
}

// operationID is the method and the path in words: "get-v1-crm-contacts-id".
func operationID(method, path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/{}.-", r) })
	return strings.ToLower(method) + "-" + strings.Join(words, "-")
}

// describe makes the document, once all routes are registered, and serves it.
func (s *server) describe() error {
	document := s.api.OpenAPI()
	for path, item := range document.Paths {
		for _, op := range operations(item) {
			for _, name := range pathParameters(path) {
				if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == name }) {
					return fmt.Errorf("api: %s %s: its input lacks %s", op.Method, path, name)
				}
			}
			describeProblems(op)
		}
	}
	var err error
	if s.document, err = json.Marshal(document); err != nil {
		return err
	}
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json; charset=utf-8")
		_, _ = w.Write(s.document) // whoever did not wait cannot be told
	})
	return nil
}

// operations returns what there is at one path.
func operations(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

var pathParameter = regexp.MustCompile(`\{([^}]+)\}`)

func pathParameters(path string) []string {
	var names []string
	for _, found := range pathParameter.FindAllStringSubmatch(path, -1) {
		names = append(names, found[1])
	}
	return names
}

// describeProblems says that every status but success is a problem.
func describeProblems(op *huma.Operation) {
	op.Responses["default"] = &huma.Response{
		Description: "A problem (RFC 9457)",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
}
