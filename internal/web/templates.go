package web

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"

	"puente/internal/crm"
	"puente/internal/messages"
)

//go:embed templates
var templateFiles embed.FS

// pageParts are all pages, each with the partials that it uses beside the components: names of files in templates/parts. A page is the file of its name in
// templates/pages, which defines "main", and may define "head".
var pageParts = map[string][]string{
	"board":               nil,
	"deal":                {"record"},
	"deal_delete":         nil,
	"deal_field":          {"contact_picker"},
	"deal_form":           {"contact_picker"},
	"deal_gone":           nil,
	"deal_list":           {"filters", "list"},
	"deal_move":           nil,
	"deal_note":           nil,
	"activities":          nil,
	"activity":            {"contact_picker"},
	"contact":             {"record"},
	"contact_delete":      nil,
	"contact_field":       nil,
	"contact_form":        nil,
	"contact_gone":        nil,
	"contact_note":        nil,
	"contacts":            {"filters", "list"},
	"custom_field":        nil,
	"custom_field_delete": nil,
	"custom_field_type":   nil,
	"custom_fields":       nil,
	"pipeline":            nil,
	"pipeline_delete":     nil,
	"pipeline_stage":      nil,
	"pipelines":           nil,
	"search":              nil,
	"checklist":           nil,
	"choose_password":     nil,
	"company":             nil,
	"failure":             nil,
	"login":               nil,
	"profile":             {"sessions"},
	"setup":               nil,
	"user":                nil,
	"user_deactivate":     nil,
	"user_link":           nil,
	"users":               nil,
	"users_invite":        nil,
	"apps":                nil,
	"apps_bsale":          nil,
	"apps_catalogue":      nil,
	"bsale":               {"preview", "plan"},
	"bsale_again":         {"preview", "plan"},
	"bsale_disconnect":    nil,
	"keys_key":            nil,
	"keys_new":            nil,
	"keys_revoke":         nil,
	"keys_secret":         nil,
	"sync":                {"sync", "run"},
	"sync_backfill":       {"sync"},
	"sync_document":       {"sync", "plan", "candidates"},
	"sync_documents":      {"sync"},
	"sync_runs":           {"sync", "run"},
	"sync_work":           {"sync", "candidates"},
}

// templates are those of all pages, by language: what they say is bound when they are parsed. Components and parts have one name each in all pages.
type templates map[crm.Language]*template.Template

// pageTemplate returns what the template of a whole page is called.
func pageTemplate(name string) string { return "page " + name }

// parseTemplates reads the templates of all pages, each in each language.
func parseTemplates(f files) (templates, error) {
	all := templates{}
	for _, language := range []crm.Language{crm.Spanish, crm.English} {
		fns := functions(language, f)
		set := template.New("").Option("missingkey=error").Funcs(fns)
		for _, pattern := range []string{"templates/layout.html", "templates/components/*.html", "templates/parts/*.html"} {
			names, err := fs.Glob(templateFiles, pattern)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				if err := addTemplates(set, fns, name, ""); err != nil {
					return nil, err
				}
			}
		}
		for name, parts := range pageParts {
			if err := addPage(set, fns, name, parts); err != nil {
				return nil, fmt.Errorf("web: page %s: %w", name, err)
			}
		}
		all[language] = set
	}
	return all, nil
}

// addPage adds a page with the layout around it.
func addPage(set *template.Template, fns template.FuncMap, name string, parts []string) error {
	for _, part := range parts {
		if _, err := fs.Stat(templateFiles, "templates/parts/"+part+".html"); err != nil {
			return err
		}
	}
	if err := addTemplates(set, fns, "templates/pages/"+name+".html", name); err != nil {
		return err
	}
	if set.Lookup(name+" main") == nil {
		return errors.New("it does not define main")
	}
	head := ""
	if set.Lookup(name+" head") != nil {
		head = fmt.Sprintf("{{template %q .}}", name+" head")
	}
	_, err := set.New(pageTemplate(name)).Parse(fmt.Sprintf(`{{template "layout_head" .}}%s{{template "layout_body" .}}{{template %q .}}{{template "layout_end" .}}`, head, name+" main"))
	return err
}

// addTemplates adds what a file defines. "main" and "head" are a page's own; any other name is there once.
func addTemplates(set *template.Template, fns template.FuncMap, file, page string) error {
	text, err := templateFiles.ReadFile(file)
	if err != nil {
		return err
	}
	parsed, err := template.New(file).Funcs(fns).Parse(string(text))
	if err != nil {
		return err
	}
	for _, t := range parsed.Templates() {
		name := t.Name()
		switch name {
		case file: // what stands between the definitions
			continue
		case "main", "head":
			name = page + " " + name
		}
		if set.Lookup(name) != nil {
			return fmt.Errorf("%s defines %s, which is there already", file, name)
		}
		if _, err := set.AddParseTree(name, t.Tree); err != nil {
			return err
		}
	}
	return nil
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
		"views":    newViews,
		"fieldID":  fieldID,
		"plan":     newPlan,
	}
}
