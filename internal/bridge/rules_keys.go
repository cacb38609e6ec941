package bridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// placeOfKey returns the place in the rules of a key that rules do not have, as places in rules are named: "update.stage". The key itself if it is nowhere.
func placeOfKey(data []byte, key string) string {
	var rules any
	if err := json.Unmarshal(data, &rules); err != nil { // what comes after the key may be no JSON
		return key
	}
	places := unknownKeys(reflect.TypeFor[Rules](), rules, "")
	if at := slices.IndexFunc(places, func(place string) bool { return place == key || strings.HasSuffix(place, "."+key) }); at >= 0 {
		return places[at]
	}
	return key
}

// unknownKeys returns the places of all keys of a JSON value that a type does not have.
func unknownKeys(t reflect.Type, value any, at string) (places []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			place := strings.TrimPrefix(at+"."+key, ".")
			if member := memberType(t, key); member == nil {
				places = append(places, place)
			} else {
				places = append(places, unknownKeys(member, value[key], place)...)
			}
		}
	case []any:
		for i := 0; i < len(value) && t.Kind() == reflect.Slice; i++ {
			places = append(places, unknownKeys(t.Elem(), value[i], fmt.Sprintf("%s[%d]", at, i))...)
		}
	}
	return places
}

// memberType returns the type of what an object of a type has under a key, nil if it has no such; letters' case aside, as encoding/json has it.
func memberType(t reflect.Type, key string) reflect.Type {
	switch t.Kind() {
	case reflect.Map:
		return t.Elem()
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if strings.EqualFold(name, key) {
				return t.Field(i).Type
			}
		}
	}
	return nil
}
