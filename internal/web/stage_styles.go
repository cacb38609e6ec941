package web

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"

	"puente/internal/bridge"
	"puente/internal/crm"
)

var hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// sendStageStyles answers with the colours that people chose for stages, as the property --stage of what has data-stage: no page holds a style of its own.
func sendStageStyles(v *visit) error {
	var pipelines []crm.Pipeline
	if err := v.view(func(r bridge.Reader) (err error) {
		pipelines, err = r.Pipelines(v.ctx())
		return err
	}); err != nil {
		return err
	}
	css := stageCSS(pipelines)
	v.w.Header().Set("Content-Type", "text/css; charset=utf-8")
	v.w.Header().Set("Cache-Control", "private, max-age=31536000, immutable") // the address changes with the stages
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(css) // whoever did not wait cannot be told
	return nil
}

// stageCSS returns the colours of these pipelines' stages.
func stageCSS(pipelines []crm.Pipeline) []byte {
	var css bytes.Buffer
	for _, p := range pipelines {
		for _, s := range p.Stages {
			if hexColor.MatchString(s.Color) {
				fmt.Fprintf(&css, "[data-stage=%q]{--stage:%s}\n", s.ID, s.Color)
			}
		}
	}
	return css.Bytes()
}

// stageStyles returns the address of the colours of these pipelines' stages.
func stageStyles(pipelines []crm.Pipeline) string {
	version := sha256.Sum256(stageCSS(pipelines))
	return fmt.Sprintf("/estilos/%x/etapas.css", version[:6])
}
