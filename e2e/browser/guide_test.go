package browser

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"puente/internal/bsale/bsalesim"
)

// guide is where the user guide is, from here.
const guide = "../../docs/guia"

// album keeps pictures for the user guide: by "make screenshots" in files, else nowhere. That every picture can still be taken is tried in each round.
type album struct {
	t      *testing.T
	folder string // "": they are not kept
	taken  map[string]bool
}

// take takes a picture of the window, from the top or from the section of what a selector is for.
func (a *album) take(p *page, name, selector string) {
	a.t.Helper()
	p.value(`document.querySelectorAll("[data-toast]").forEach((one) => one.remove()), document.activeElement?.blur(), true`, new(bool))
	if selector == "" {
		p.value(`(scrollTo(0, 0), true)`, new(bool))
	} else {
		p.value(`(scrollTo(0, document.querySelector(`+quoted(selector)+`).closest("section").getBoundingClientRect().top + scrollY - 72), true)`, new(bool))
	}
	picture, err := p.picture()
	must(a.t, err)
	if !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		a.t.Fatalf("%s is no picture", name)
	}
	a.taken[name] = true
	if a.folder != "" {
		must(a.t, os.MkdirAll(a.folder, 0o755))
		must(a.t, os.WriteFile(filepath.Join(a.folder, name+".png"), picture, 0o644))
	}
}

// TestGuide goes the way of the user guide and takes its pictures. The guide and the README show no picture that is not taken here, and all that are.
func TestGuide(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := &album{t: t, folder: os.Getenv("PUENTE_SCREENSHOTS"), taken: map[string]bool{}}
	p := newPage(t, s.URL, look{width: 1360, height: 850})
	tell(p, emulation.SetScrollbarsHidden, emulation.SetScrollbarsHiddenParams{Hidden: true})

	p.open("/")
	a.take(p, "primer-inicio", "")
	firstStart(s, p)
	p.open("/primeros-pasos")
	a.take(p, "primeros-pasos", "")
	createFields(p)
	a.take(p, "campos", "")
	connectAPI(p)
	a.take(p, "api-key", "")
	busy(t, s.shop)
	fillInBsale(s, p)
	a.take(p, "bsale-token", "#s-token")
	a.take(p, "bsale-reglas", "#s-documents")
	a.take(p, "bsale-campos", "#s-mapping")
	p.in(".bsale-foot").click("Vista previa")
	p.has("#vista-created")
	p.value(`(document.querySelector("#vista-created summary").click(), true)`, new(bool))
	a.take(p, "vista-previa", "#s-preview")
	saveBsale(s, p)
	p.open("/configuracion/apps/catalogo")
	a.take(p, "catalogo", "")
	// What somebody sells while the board is open.
	bought := s.shop.issue(t, "receipt", s.shop.rosa)
	p.open("/oportunidades")
	sold := p.card("Vendido", "Rosa Fuentes")
	p.in("[data-live-state]").sees("En vivo")
	p.until("nothing waits to be read", func() bool {
		p.open("/sincronizacion")
		return strings.Contains(p.text("main"), "En espera de leerse 0")
	})
	p.open("/oportunidades")
	a.take(p, "tablero", "")
	p.in(sold).follow(p.text(sold + " h3"))
	p.sees("Historial")
	a.take(p, "oportunidad", "")
	p.open(fmt.Sprintf("/sincronizacion/documentos/%d", bought))
	a.take(p, "documento", "")
	p.open("/sincronizacion/por-resolver")
	a.take(p, "por-resolver", "")

	shown := ""
	for _, name := range []string{guide + "/README.md", "../../README.md"} {
		text, err := os.ReadFile(name)
		must(t, err)
		shown += string(text)
	}
	for name := range a.taken {
		if !strings.Contains(shown, "imagenes/"+name+".png") {
			t.Errorf("neither the guide nor the README shows %s", name)
		}
		if _, err := os.Stat(guide + "/imagenes/" + name + ".png"); err != nil {
			t.Errorf("%v: make screenshots", err)
		}
	}
	for _, part := range strings.Split(shown, "imagenes/")[1:] {
		if name, _, _ := strings.Cut(part, ".png"); !a.taken[name] {
			t.Errorf("the guide or the README shows %q, which is not taken here", name)
		}
	}
}

// busy has the shop sell for a while.
func busy(t *testing.T, s *shop) {
	t.Helper()
	people := [][4]string{
		{"Marcela", "Contreras", "13.456.789-9", "+56 9 8123 4567"},
		{"Ignacio", "Valdés", "15.234.567-9", "+56 9 8223 4567"},
		{"Constructora", "Los Robles", "76.086.428-5", "+56 2 2345 6789"},
		{"Javiera", "Muñoz", "16.345.678-9", "+56 9 8323 4567"},
		{"Tomás", "Ibáñez", "17.456.789-2", "+56 9 8423 4567"},
	}
	clients := []int{s.rosa, s.pedro}
	for _, one := range people {
		email := strings.ToLower(strings.NewReplacer(" ", "", "á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "Á", "a", "É", "e", "Í", "i").Replace(one[0]+"."+one[1])) + "@example.com"
		clients = append(clients, s.World().AddClient(bsalesim.Client{FirstName: one[0], LastName: one[1], Email: email, Code: one[2], Phone: &one[3], City: "Santiago"}))
	}
	for _, client := range clients {
		s.issue(t, "quote", client)
	}
	for _, client := range clients[1:4] {
		s.issue(t, "receipt", client)
	}
	s.issue(t, "quote", s.World().AddClient(bsalesim.Client{FirstName: "Bruno", LastName: "Salas"})) // neither e-mail nor phone
}
