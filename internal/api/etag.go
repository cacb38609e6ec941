package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// etag returns the tag of a resource as it is shown: its version, which If-Match goes by, and a hash of the answer, which changes also with what is shown of other resources.
func etag(version int64, body any) (string, error) {
	var encoded bytes.Buffer
	if err := encode(&encoded, body); err != nil {
		return "", err
	}
	sum := sha256.Sum256(encoded.Bytes())
	return `"v` + strconv.FormatInt(version, 10) + "-" + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`, nil
}

// entityTag is one tag of a header.
type entityTag struct {
	opaque string
	weak   bool
}

var (
	tagElement = regexp.MustCompile(`^[ \t]*(?:(W/)?"([^"]*)")?[ \t]*(?:,|$)`)
	ownTag     = regexp.MustCompile(`^v([1-9][0-9]{0,17})(?:-.*)?$`)
)

// maxTags bounds how many versions a caller may mean.
const maxTags = 10

// entityTags reads a list of tags. ok is false when it is none.
func entityTags(header string) (tags []entityTag, ok bool) {
	for header != "" {
		found := tagElement.FindStringSubmatch(header)
		if found == nil {
			return nil, false
		}
		if strings.Contains(found[0], `"`) {
			tags = append(tags, entityTag{found[2], found[1] != ""})
		}
		header = header[len(found[0]):]
	}
	return tags, true
}

// noVersion is one that nothing ever has.
const noVersion = math.MaxInt64

// wantedVersions returns the versions that the caller means to change one of; none: whatever it is. As RFC 9110 has it weak tags mean none of them. invalid: etag_invalid.
func (c *call) wantedVersions() ([]int64, error) {
	header := strings.TrimSpace(c.http.Header.Get("If-Match"))
	if header == "" || header == "*" {
		return nil, nil
	}
	tags, ok := entityTags(header)
	if !ok || len(tags) == 0 || len(tags) > maxTags {
		return nil, crm.NewError(crm.Invalid, "etag_invalid").At("If-Match")
	}
	var versions []int64
	for _, tag := range tags {
		if own := ownTag.FindStringSubmatch(tag.opaque); own != nil && !tag.weak {
			version, _ := strconv.ParseInt(own[1], 10, 64) // it has as many digits as fit
			versions = append(versions, version)
		}
	}
	if len(versions) == 0 {
		versions = []int64{noVersion}
	}
	return versions, nil
}

// wanted returns the version that the caller means to change, 0 for whatever it is; of several the one that it is the turn of. invalid: etag_invalid.
func (c *call) wanted() (int64, error) {
	versions, err := c.wantedVersions()
	if err != nil || len(versions) == 0 {
		return 0, err
	}
	return versions[c.turn], nil
}

// eachVersion runs handle for the versions that the caller means, until it is none that it finds changed.
func eachVersion[O any](c *call, handle func() (*O, error)) (out *O, err error) {
	versions, err := c.wantedVersions()
	if err != nil {
		return nil, err
	}
	for {
		out, err = handle()
		if c.turn++; c.turn >= len(versions) || !crm.IsStale(err) {
			return out, err
		}
	}
}

// heedsVersions refuses If-Match where it could not be honoured: whoever sends it relies on it. invalid: if_match_unsupported, etag_invalid.
func (c *call) heedsVersions() error {
	versions, err := c.wantedVersions()
	if err == nil && len(versions) > 0 && !c.route.versioned {
		err = crm.NewError(crm.Invalid, "if_match_unsupported").At("If-Match")
	}
	return err
}

// matches refuses a change to another version than the caller means. conflict: stale.
func (c *call) matches(what string, version int64) error {
	wanted, err := c.wanted()
	if err != nil {
		return err
	}
	if wanted != 0 && wanted != version {
		return crm.NewError(crm.Conflict, "stale", "what", what)
	}
	return nil
}

// tagged answers with a resource and its tag, or that the caller has that answer already.
func tagged[T any](ctx context.Context, version int64, body T) (*answer[T], error) {
	tag, err := etag(version, body)
	if err != nil {
		return nil, err
	}
	if c := callOf(ctx); (c.http.Method == http.MethodGet || c.http.Method == http.MethodHead) && c.has(tag) {
		return nil, &kept{Status: http.StatusNotModified, Headers: map[string]string{"ETag": tag}}
	}
	return &answer[T]{ETag: tag, Body: body}, nil
}

// has says whether the caller has an answer with that tag.
func (c *call) has(tag string) bool {
	header := strings.TrimSpace(c.http.Header.Get("If-None-Match"))
	if header == "*" {
		return true
	}
	tags, _ := entityTags(header)
	for _, one := range tags {
		if `"`+one.opaque+`"` == tag {
			return true
		}
	}
	return false
}
