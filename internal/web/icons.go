package web

import (
	"fmt"
	"html/template"
)

// icons are drawn on a square of 20, with a line of 1.5.
var icons = map[string]string{
	"activities": `<path d="M3.5 10a6.5 6.5 0 1 0 2.2-4.9"/><path d="M3.2 3.2v3.4h3.4M10 6.5V10l2.4 1.6"/>`,
	"alert":      `<path d="M10 3.2 17.6 16.3H2.4z"/><path d="M10 8.2v3.6"/><path d="M10 14.1v.05" stroke-width="2"/>`,
	"apps":       `<rect x="3" y="3" width="5.4" height="5.4" rx="1.4"/><rect x="11.6" y="3" width="5.4" height="5.4" rx="1.4"/><rect x="3" y="11.6" width="5.4" height="5.4" rx="1.4"/><path d="M14.3 11.8v5M11.8 14.3h5"/>`,
	"calendar":   `<rect x="3" y="4.2" width="14" height="12.6" rx="1.8"/><path d="M3 8.2h14M6.8 2.6v3M13.2 2.6v3"/>`,
	"text":       `<path d="M4 5.2V4h12v1.2M10 4v12M7.8 16h4.4"/>`,
	"hash":       `<path d="M7.8 3.2 6.2 16.8M13.8 3.2l-1.6 13.6M3.6 7.4h13.2M3.2 12.6h13.2"/>`,
	"money":      `<rect x="2.6" y="5" width="14.8" height="10" rx="1.6"/><circle cx="10" cy="10" r="2.2"/><path d="M5.4 10v.05M14.6 10v.05" stroke-width="2"/>`,
	"toggle":     `<rect x="2.4" y="5.6" width="15.2" height="8.8" rx="4.4"/><circle cx="13" cy="10" r="2.1"/>`,
	"checks":     `<path d="m3 5.8 1.5 1.5L7.2 4.6M3 13.2l1.5 1.5L7.2 12M10 6h7M10 13.4h7"/>`,
	"archive":    `<path d="M3 4h14v3.4H3zM4.2 7.4v7.8a1.2 1.2 0 0 0 1.2 1.2h9.2a1.2 1.2 0 0 0 1.2-1.2V7.4M8 10.6h4"/>`,
	"arrow":      `<path d="M4 10h12M11.2 5.2 16 10l-4.8 4.8"/>`,
	"back":       `<path d="M16 10H4M8.8 5.2 4 10l4.8 4.8"/>`,
	"building":   `<path d="M4.5 17V4.2a1 1 0 0 1 1-1h5.2a1 1 0 0 1 1 1V17M11.7 8.2h3.1a.8.8 0 0 1 .8.8v8M2.8 17h14.4"/><path d="M7.2 6.6h1.8M7.2 9.8h1.8M7.2 13h1.8"/>`,
	"check":      `<path d="m4.2 10.6 3.7 3.7 7.9-8.4"/>`,
	"chevron":    `<path d="m5.5 8 4.5 4.5L14.5 8"/>`,
	"next":       `<path d="m8 5.5 4.5 4.5L8 14.5"/>`,
	"previous":   `<path d="M12 5.5 7.5 10l4.5 4.5"/>`,
	"clock":      `<circle cx="10" cy="10" r="6.8"/><path d="M10 6.2V10l2.6 1.7"/>`,
	"close":      `<path d="m5 5 10 10M15 5 5 15"/>`,
	"contacts":   `<rect x="4" y="3" width="12.4" height="14" rx="2"/><circle cx="10.2" cy="8.3" r="2"/><path d="M7 13.8a3.3 3.3 0 0 1 6.4 0M2.6 7h2.6M2.6 13h2.6"/>`,
	"copy":       `<rect x="7" y="7" width="9.5" height="9.5" rx="1.8"/><path d="M13 4.9V4.3A1.3 1.3 0 0 0 11.7 3H4.8a1.8 1.8 0 0 0-1.8 1.8v6.9A1.3 1.3 0 0 0 4.3 13h.6"/>`,
	"deals":      `<rect x="2.8" y="3.5" width="4" height="13" rx="1.2"/><rect x="8" y="3.5" width="4" height="8.6" rx="1.2"/><rect x="13.2" y="3.5" width="4" height="10.8" rx="1.2"/>`,
	"document":   `<path d="M5.4 2.8h6L15 6.4v9.8a1 1 0 0 1-1 1H5.4a1 1 0 0 1-1-1V3.8a1 1 0 0 1 1-1z"/><path d="M11.2 2.9v3.7h3.7M7.2 10.2h5.4M7.2 13.2h3.6"/>`,
	"columns":    `<rect x="3" y="3.5" width="14" height="13" rx="1.8"/><path d="M7.7 3.5v13M12.3 3.5v13"/>`,
	"download":   `<path d="M10 3.2v9.2M6.2 8.9 10 12.6l3.8-3.7M3.5 16.5h13"/>`,
	"list":       `<path d="M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.6 5.5v.05M3.6 10v.05M3.6 14.5v.05"/>`,
	"up":         `<path d="M10 15.5v-11M5.8 8.6 10 4.5l4.2 4.1"/>`,
	"down":       `<path d="M10 4.5v11M5.8 11.4 10 15.5l4.2-4.1"/>`,
	"drag":       `<path d="M7.5 5v.05M7.5 10v.05M7.5 15v.05M12.5 5v.05M12.5 10v.05M12.5 15v.05" stroke-width="2.4"/>`,
	"edit":       `<path d="m12.6 4.1 3.3 3.3-8.7 8.7-4 .7.7-4z"/><path d="m10.9 5.8 3.3 3.3"/>`,
	"external":   `<path d="M11.4 3.5h5.1v5.1M16.2 3.8 9.6 10.4M8 4.5H5a1.5 1.5 0 0 0-1.5 1.5v9A1.5 1.5 0 0 0 5 16.5h9a1.5 1.5 0 0 0 1.5-1.5v-3"/>`,
	"fields":     `<rect x="2.8" y="4" width="14.4" height="4.6" rx="1.3"/><rect x="2.8" y="11.4" width="14.4" height="4.6" rx="1.3"/><path d="M5.4 6.3h3.2M5.4 13.7h5.6"/>`,
	"filter":     `<path d="M3 5.5h14M5.6 10h8.8M8.2 14.5h3.6"/>`,
	"funnel":     `<path d="M3 4h14l-5.4 6.4v5L8.4 17v-6.6z"/>`,
	"info":       `<circle cx="10" cy="10" r="7"/><path d="M10 9.2v4.3"/><path d="M10 6.5v.05" stroke-width="2"/>`,
	"key":        `<circle cx="6.8" cy="13.2" r="3.3"/><path d="m9.2 10.8 7-7M13.2 6.8l2.6 2.6M11.3 8.7l1.5 1.5"/>`,
	"link":       `<path d="M8.4 11.6a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-.9.9"/><path d="M11.6 8.4a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l.9-.9"/>`,
	"logout":     `<path d="M8 3.5H5A1.5 1.5 0 0 0 3.5 5v10A1.5 1.5 0 0 0 5 16.5h3M13 13.2l3.3-3.2L13 6.8M16 10H8"/>`,
	"mail":       `<rect x="2.8" y="4.3" width="14.4" height="11.4" rx="1.8"/><path d="m3.4 6.2 6.6 4.7 6.6-4.7"/>`,
	"more":       `<path d="M5 10v.05M10 10v.05M15 10v.05" stroke-width="2.4"/>`,
	"note":       `<path d="M4.5 3.5h11v8.7l-4.3 4.3H4.5z"/><path d="M15.3 12.2h-4.1v4.1M7.3 7.2h5.4M7.3 10h3.4"/>`,
	"pause":      `<path d="M7.2 5v10M12.8 5v10"/>`,
	"phone":      `<path d="M6.7 3.4 8.4 7 6.7 8.4a9 9 0 0 0 4.9 4.9l1.4-1.7 3.6 1.7-.5 2.6a1.3 1.3 0 0 1-1.4 1C8.6 16.3 3.7 11.4 3.1 5.3a1.3 1.3 0 0 1 1-1.4z"/>`,
	"play":       `<path d="M6.5 4.5 15 10l-8.5 5.5z"/>`,
	"plus":       `<path d="M10 4v12M4 10h12"/>`,
	"search":     `<circle cx="9" cy="9" r="5.3"/><path d="m13 13 3.8 3.8"/>`,
	"settings":   `<path d="M3 6h7.2M13.8 6H17M3 14h3.2M9.8 14H17"/><circle cx="12" cy="6" r="1.8"/><circle cx="8" cy="14" r="1.8"/>`,
	"shield":     `<path d="M10 2.8 16 5v4.6c0 3.6-2.5 6.3-6 7.6-3.5-1.3-6-4-6-7.6V5z"/><path d="m7.3 9.9 2 2 3.5-3.7"/>`,
	"sync":       `<path d="M16.4 8.6A6.7 6.7 0 0 0 4.6 6M3.6 11.4A6.7 6.7 0 0 0 15.4 14"/><path d="M4.3 2.9v3.4h3.4M15.7 17.1v-3.4h-3.4"/>`,
	"tag":        `<path d="M3 4.5A1.5 1.5 0 0 1 4.5 3h5L17 10.5 10.5 17 3 9.5z"/><path d="M6.6 6.6v.05" stroke-width="2.2"/>`,
	"trash":      `<path d="M3.5 5.5h13M8 5.3V3.6h4v1.7M5.2 5.5l.7 10a1.3 1.3 0 0 0 1.3 1.2h5.6a1.3 1.3 0 0 0 1.3-1.2l.7-10M8.4 8.6v5M11.6 8.6v5"/>`,
	"undo":       `<path d="M4 8.3h8a4.2 4.2 0 0 1 0 8.4H8.5M7.5 4.8 4 8.3l3.5 3.5"/>`,
	"user":       `<circle cx="10" cy="7" r="3.2"/><path d="M3.8 16.6a6.3 6.3 0 0 1 12.4 0"/>`,
	"users":      `<circle cx="7.4" cy="7.3" r="2.8"/><path d="M2.3 15.8a5.2 5.2 0 0 1 10.2 0M12.7 4.7a2.8 2.8 0 0 1 0 5.2M14.4 11.6a5.2 5.2 0 0 1 3.3 4.2"/>`,
}

// icon returns one of the icons, which says nothing to those who hear the page.
func icon(name string) (template.HTML, error) {
	drawing, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("there is no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + drawing + `</svg>`), nil
}
