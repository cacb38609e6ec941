package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

func unstorable(place string) *crm.Error {
	return crm.NewError(crm.Invalid, "text_unstorable").At(place)
}

// checkAddress looks for text that nothing stored can have. not_found: route_unknown, it stands in the path. invalid: text_unstorable, it stands in a parameter.
func checkAddress(u *url.URL) error {
	if !crm.Storable(u.Path) {
		return crm.NewError(crm.NotFound, "route_unknown")
	}
	query := u.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !crm.Storable(name) || slices.ContainsFunc(query[name], func(value string) bool { return !crm.Storable(value) }) {
			return unstorable(shown(name))
		}
	}
	return nil
}

// checkText looks for text that cannot be stored in a body, which is JSON in UTF-8 already. invalid: text_unstorable, with every place.
func checkText(body []byte) error {
	if !bytes.Contains(body, []byte(`\u0000`)) {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	if found := unstorableIn("", value, nil); len(found) > 0 {
		return found
	}
	return nil
}

func unstorableIn(place string, value any, found faults) faults {
	switch v := value.(type) {
	case string:
		if !crm.Storable(v) {
			found = append(found, unstorable(place))
		}
	case []any:
		for i, one := range v {
			found = unstorableIn(place+"["+strconv.Itoa(i)+"]", one, found)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inside := strings.TrimPrefix(place+"."+shown(name), ".")
			if !crm.Storable(name) {
				found = append(found, unstorable(inside))
				continue
			}
			found = unstorableIn(inside, v[name], found)
		}
	}
	return found
}

// shown returns a name without what cannot be shown.
func shown(name string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(name, "\ufffd"), "\x00", "\ufffd")
}
