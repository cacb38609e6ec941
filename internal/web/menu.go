package web

import "strings"

// menuItem is one entry of a menu.
type menuItem struct {
	Label, Href, Icon string
	Current           bool
	Trouble           string // what is wrong there; "": nothing
}

// menuGroup is a part of a menu with a heading.
type menuGroup struct {
	Label string
	Items []menuItem
}

// Current returns the entry that is shown now; "" if it is none of the group.
func (g menuGroup) Current() string {
	for _, i := range g.Items {
		if i.Current {
			return i.Label
		}
	}
	return ""
}

// entry is a page that a menu leads to. Its words are the title of the page's route, and who may not open it does not see it.
type entry struct{ path, icon string }

// mainMenu is the one at the left, or at the bottom of a phone.
var mainMenu = []entry{
	{"/oportunidades", "deals"},
	{"/contactos", "contacts"},
	{"/actividades", "activities"},
	{"/sincronizacion", "sync"},
}

// settingsMenus are the parts of “Configuraciones”.
var settingsMenus = []struct {
	label   string // key
	entries []entry
}{
	{"", []entry{{"/configuracion/perfil", "user"}}},
	{"settings.company", []entry{{"/configuracion/empresa", "building"}, {"/configuracion/usuarios", "users"}}},
	{"settings.crm", []entry{{"/configuracion/campos", "fields"}, {"/configuracion/embudos", "funnel"}, {"/configuracion/apps", "apps"}}},
}

// has says whether there is a page at a path.
func (s *server) has(path string) bool { return s.pageAt(path) != nil }

func (s *server) pageAt(path string) *route {
	for i, r := range s.table {
		if r.method == get && r.path == path {
			return &s.table[i]
		}
	}
	return nil
}

// opens returns a path if the person may open the page there, else "".
func (v *visit) opens(path string) string {
	if r := v.pageAt(path); r == nil || !r.allows(v.principal) {
		return ""
	}
	return path
}

func (v *visit) items(entries []entry) []menuItem {
	var items []menuItem
	for _, e := range entries {
		if v.opens(e.path) == "" {
			continue
		}
		here := v.r.URL.Path
		items = append(items, menuItem{
			Label: v.t(v.pageAt(e.path).title), Href: e.path, Icon: e.icon, Current: here == e.path || strings.HasPrefix(here, e.path+"/"),
		})
	}
	return items
}

func (v *visit) menu() []menuItem {
	items := v.items(mainMenu)
	for i := range items {
		if v.stopped && items[i].Href == "/sincronizacion" {
			items[i].Trouble = v.t("sync.headline.stopped")
		}
	}
	return items
}

// repair returns where somebody who can set the stopped connection right does so, and is told how; "" on the pages that say it themselves.
func (v *visit) repair() string {
	const setUp = "/configuracion/apps/bsale"
	if here := v.r.URL.Path; !v.stopped || here == "/sincronizacion" || here == setUp {
		return ""
	}
	return v.opens(setUp)
}

// settingsMenu returns the menu beside pages of the settings, nil elsewhere.
func (v *visit) settingsMenu() []menuGroup {
	if !strings.HasPrefix(v.r.URL.Path, "/configuracion/") {
		return nil
	}
	var groups []menuGroup
	for _, m := range settingsMenus {
		if items := v.items(m.entries); len(items) > 0 {
			g := menuGroup{Items: items}
			if m.label != "" {
				g.Label = v.t(m.label)
			}
			groups = append(groups, g)
		}
	}
	return groups
}
