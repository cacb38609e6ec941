package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"puente/internal/messages"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates by the name of their page.
type pages map[string]*template.Template

// pageNames says which pages there are; each is laid out by layout.html.
var pageNames = []string{"board", "problem"}

func parsePages() (pages, error) {
	parsed := pages{}
	for _, name := range pageNames {
		t, err := template.New("layout.html").Funcs(template.FuncMap{"text": text}).ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", name, err)
		}
		parsed[name] = t.Option("missingkey=error")
	}
	return parsed, nil
}

// text is the message with that key in the page's language.
func text(language, key string) string { return messages.Text(language, key, nil) }

// render answers with a page, whole or not at all.
func (s *server) render(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	var b bytes.Buffer
	if err := s.pages[name].Execute(&b, view); err != nil {
		s.Log.ErrorContext(r.Context(), "a page could not be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Whoever did not wait for the answer cannot be told that it failed.
	_, _ = b.WriteTo(w)
}

// problemPage is the view of an error.
type problemPage struct {
	Language string
	Status   int
	Sentence string
}
