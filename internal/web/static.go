package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// static holds what browsers fetch beside pages: css and js are put together to app.css and app.js, in the order of their names; the others are served as they are.
// What others made is in vendor, see scripts/vendor-frontend.
//
//go:embed static
var staticFiles embed.FS

// file is one that browsers fetch.
type file struct {
	kind   string // media type
	plain  []byte
	packed []byte // gzip; nil: it is packed already
}

// files are all of them, with a version that changes with any: an address with the version always has the same content.
type files struct {
	version string
	byName  map[string]file
}

// bundles are the files that are put together from a folder.
var bundles = map[string]string{"app.css": "static/css", "app.js": "static/js"}

func loadFiles() (files, error) {
	content := map[string][]byte{}
	for name, folder := range bundles {
		parts, err := fs.ReadDir(staticFiles, folder) // by name
		if err != nil {
			return files{}, err
		}
		for _, part := range parts {
			text, err := staticFiles.ReadFile(folder + "/" + part.Name())
			if err != nil {
				return files{}, err
			}
			content[name] = append(append(content[name], text...), '\n')
		}
	}
	for _, folder := range []string{"static", "static/vendor"} {
		entries, err := fs.ReadDir(staticFiles, folder)
		if err != nil {
			return files{}, err
		}
		for _, e := range entries {
			if e.IsDir() || strings.HasSuffix(e.Name(), ".txt") {
				continue
			}
			if content[e.Name()], err = staticFiles.ReadFile(folder + "/" + e.Name()); err != nil {
				return files{}, err
			}
		}
	}
	return packFiles(content)
}

func packFiles(content map[string][]byte) (files, error) {
	f := files{byName: map[string]file{}}
	hash := sha256.New()
	var names []string
	for name := range content {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(hash, "%s %d\n", name, len(content[name]))
		hash.Write(content[name])
		one := file{kind: mime.TypeByExtension(path.Ext(name)), plain: content[name]}
		switch path.Ext(name) {
		case ".woff2":
			one.kind = "font/woff2"
		default:
			var b bytes.Buffer
			z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
			if err != nil {
				return files{}, err
			}
			if _, err := z.Write(one.plain); err != nil {
				return files{}, err
			}
			if err := z.Close(); err != nil {
				return files{}, err
			}
			one.packed = b.Bytes()
		}
		f.byName[name] = one
	}
	f.version = hex.EncodeToString(hash.Sum(nil)[:6])
	return f, nil
}

// path returns the address of a file.
func (f files) path(name string) (string, error) {
	if _, ok := f.byName[name]; !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return "/static/" + f.version + "/" + name, nil
}

// sendFile answers with a static file. Under its version it is kept for a year; under another, which an older page may ask for, it is asked for again.
func sendFile(v *visit) error {
	one, ok := v.files.byName[v.r.PathValue("name")]
	if !ok {
		return failure{status: http.StatusNotFound, text: "failure.page"}
	}
	h := v.w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if v.r.PathValue("version") == v.files.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content := one.plain
	if one.packed != nil && takesGzip(v.r) {
		h.Set("Content-Encoding", "gzip")
		content = one.packed
	}
	_, _ = v.w.Write(content) // whoever did not wait cannot be told
	return nil
}
