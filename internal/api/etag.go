package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// etag returns the tag of a version.
func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// wanted returns the version that the caller means to change, 0 for whatever it is. invalid: If-Match is no tag of ours.
func (c *call) wanted() (int64, error) {
	tag := strings.TrimSpace(c.http.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return 0, nil
	}
	number, ok := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"v`)
	number, quoted := strings.CutSuffix(number, `"`)
	version, err := strconv.ParseInt(number, 10, 64)
	if !ok || !quoted || err != nil || version < 1 {
		return 0, crm.NewError(crm.Invalid, "etag_invalid").At("If-Match")
	}
	return version, nil
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

// tagged answers with a resource and its tag, or that the caller has it already.
func tagged[T any](ctx context.Context, version int64, body T) (*answer[T], error) {
	tag := etag(version)
	c := callOf(ctx)
	if c.http.Method == http.MethodGet || c.http.Method == http.MethodHead {
		for one := range strings.SplitSeq(c.http.Header.Get("If-None-Match"), ",") {
			if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
				return nil, &kept{Status: http.StatusNotModified, Headers: map[string]string{"ETag": tag}}
			}
		}
	}
	return &answer[T]{ETag: tag, Body: body}, nil
}
