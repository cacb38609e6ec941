package web

import (
	"embed"
	"fmt"
	"html/template"
	"path"

	"puente/internal/crm"
	"puente/internal/messages"
)

//go:embed templates
var templateFiles embed.FS

// layout is the template in which every page is laid out.
const layout = "layout"

// pageParts are all pages, each with the partials that it uses beside the components: names of files in templates/parts. A page is the file of its name in
// templates/pages, which defines "main", and may define "head".
var pageParts = map[string][]string{
	"checklist":       nil,
	"choose_password": nil,
	"company":         nil,
	"failure":         nil,
	"login":           nil,
	"profile":         {"sessions"},
	"setup":           nil,
	"user":            nil,
	"user_deactivate": nil,
	"user_link":       nil,
	"users":           nil,
	"users_invite":    nil,
}

// templateKey names the template of a page in a language: what it says is bound when it is parsed.
type templateKey struct {
	language crm.Language
	page     string
}

type templates map[templateKey]*template.Template

// parseTemplates reads the templates of all pages, each in each language.
func parseTemplates(f files) (templates, error) {
	all := templates{}
	for _, language := range []crm.Language{crm.Spanish, crm.English} {
		base, err := template.New(layout).Option("missingkey=error").Funcs(functions(language, f)).ParseFS(templateFiles, "templates/layout.html", "templates/components/*.html")
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		for name, parts := range pageParts {
			set, err := base.Clone()
			if err != nil {
				return nil, fmt.Errorf("web: page %s: %w", name, err)
			}
			names := []string{"templates/pages/" + name + ".html"}
			for _, part := range parts {
				names = append(names, "templates/parts/"+part+".html")
			}
			if set, err = set.ParseFS(templateFiles, names...); err != nil {
				return nil, fmt.Errorf("web: page %s: %w", name, err)
			}
			if set.Lookup("main") == nil {
				return nil, fmt.Errorf("web: page %s does not define main", path.Base(names[0]))
			}
			all[templateKey{language, name}] = set
		}
	}
	return all, nil
}

// functions are what templates may call. Those that end in a component return what the template of that name takes; see components.go.
func functions(language crm.Language, f files) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) (string, error) {
			if !messages.Has(key) {
				return "", fmt.Errorf("there is no message %q", key)
			}
			texts := make([]string, len(pairs))
			for i, p := range pairs {
				texts[i] = fmt.Sprint(p)
			}
			return translate(language, key, texts...), nil
		},
		"has":      messages.Has,
		"asset":    f.path,
		"icon":     icon,
		"field":    newField,
		"choice":   newChoices,
		"button":   newButton,
		"badge":    newBadge,
		"alert":    newAlert,
		"empty":    newEmpty,
		"avatar":   newAvatar,
		"copyable": newCopyable,
		"steps":    newSteps,
	}
}
