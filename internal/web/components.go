package web

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The parameters of the components in templates/components. A template calls the function of the component's name and hands the result to the template of the same
// name: {{template "button" (button (t "action.save") "kind" "primary")}}. What follows the fixed arguments are pairs of an option's name and its value.

// options sets the fields of a component by name: "max" is Max. An option that there is not is an error.
func options(component any, pairs []any) error {
	v := reflect.ValueOf(component).Elem()
	if len(pairs)%2 != 0 {
		return fmt.Errorf("options of %s come in pairs", v.Type().Name())
	}
	for i := 0; i < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if name == "" {
			return fmt.Errorf("%v is no name of an option", pairs[i])
		}
		field := v.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !field.IsValid() {
			return fmt.Errorf("%s has no option %q", v.Type().Name(), name)
		}
		value := reflect.ValueOf(pairs[i+1])
		switch {
		case !value.IsValid():
			continue // nil: not given
		case value.Type().AssignableTo(field.Type()):
			field.Set(value)
		case value.Kind() == field.Kind() && value.Type().ConvertibleTo(field.Type()):
			field.Set(value.Convert(field.Type()))
		case value.Kind() == reflect.Int && field.Kind() == reflect.String:
			field.SetString(fmt.Sprint(pairs[i+1]))
		default:
			return fmt.Errorf("option %q of %s cannot be %v", name, v.Type().Name(), pairs[i+1])
		}
	}
	return nil
}

// choice is one thing to choose.
type choice struct {
	Value string
	Label string
	Hint  string
	Icon  string
	Off   bool // cannot be chosen
}

// fieldView is a field of a form: input, select (with Choices), textarea (with Rows) or checkbox (Type "checkbox"), with label, hint and problem.
type fieldView struct {
	ID, Name, Label string
	Value           string
	Problem         string
	Hint            string
	Type            string // of an input: "text" unless given
	Choices         []choice
	Empty           string // label of the choice that chooses nothing; "": there is none
	Rows            int
	Required        bool
	Optional        bool // says so
	Autofocus       bool
	Readonly        bool
	Mono            bool // digits and codes
	Short           bool // what is short looks so
	Autocomplete    string
	Inputmode       string
	Placeholder     string
	Prefix, Suffix  string
	Max, Min, Step  string
	Maxlength       string
	Checked         bool
	List            []string // suggestions
}

// newField returns a field of a form. Its value and problem are the form's.
func newField(f *form, name, label string, pairs ...any) (fieldView, error) {
	v := fieldView{ID: fieldID(name), Name: name, Label: label, Type: "text", Value: f.Value(name), Problem: f.Problem(name)}
	if err := options(&v, pairs); err != nil {
		return v, err
	}
	if v.Type == "checkbox" {
		if v.Value = "1"; f.Has(name, "1") {
			v.Checked = true
		}
	}
	return v, nil
}

// Described returns the ids of what describes the field.
func (v fieldView) Described() string {
	var ids []string
	if v.Problem != "" {
		ids = append(ids, v.ID+"-problem")
	}
	if v.Hint != "" {
		ids = append(ids, v.ID+"-hint")
	}
	return strings.Join(ids, " ")
}

// choicesView is a question with few answers, each a card with a word about it; several may be right when Many.
type choicesView struct {
	ID, Name, Label string
	Choices         []choice
	Problem         string
	Hint            string
	Many            bool
	Row             bool // beside each other where there is room
	form            *form
}

// newChoices returns a question of a form.
func newChoices(f *form, name, label string, choices []choice, pairs ...any) (choicesView, error) {
	v := choicesView{ID: fieldID(name), Name: name, Label: label, Choices: choices, Problem: f.Problem(name), form: f}
	return v, options(&v, pairs)
}

// Chosen says whether a choice is.
func (v choicesView) Chosen(value string) bool { return v.form.Has(v.Name, value) }

// Type returns what the inputs are.
func (v choicesView) Type() string {
	if v.Many {
		return "checkbox"
	}
	return "radio"
}

// buttonView is a button, or a link that looks like one when it has an Href.
type buttonView struct {
	Label  string
	Kind   string // "primary", "secondary" (unless given), "quiet", "danger"
	Icon   string
	Href   string
	Name   string
	Value  string
	Form   string // id of the form, of a button outside
	Action string // where this button sends its form
	Small  bool
	Wide   bool
	Bare   bool // only the icon is seen
	Dialog bool // with JavaScript the page at Href opens in a dialog
	Type   string
	Off    bool
}

func newButton(label string, pairs ...any) (buttonView, error) {
	v := buttonView{Label: label, Kind: "secondary", Type: "submit"}
	return v, options(&v, pairs)
}

// badgeView is a word in a small frame. Tone: "" (neutral), "good", "warn", "bad", "info".
type badgeView struct {
	Label, Tone, Icon string
}

func newBadge(label string, pairs ...any) (badgeView, error) {
	v := badgeView{Label: label}
	return v, options(&v, pairs)
}

// alertView is a message in the page. Tone: "info", "good", "warn", "bad".
type alertView struct {
	Tone, Text, Title string
	Href, Action      string
}

func newAlert(tone, text string, pairs ...any) (alertView, error) {
	v := alertView{Tone: tone, Text: text}
	return v, options(&v, pairs)
}

// Icon returns the one that goes with the tone.
func (v alertView) Icon() string {
	switch v.Tone {
	case "good":
		return "check"
	case "info":
		return "info"
	}
	return "alert"
}

// Role returns how urgent it is to those who hear the page.
func (v alertView) Role() string {
	if v.Tone == "bad" {
		return "alert"
	}
	return "status"
}

// emptyView is what a list shows when there is nothing, and what to do about it.
type emptyView struct {
	Icon, Title, Text string
	Href, Action      string
	Dialog            bool
}

func newEmpty(icon, title, text string, pairs ...any) (emptyView, error) {
	v := emptyView{Icon: icon, Title: title, Text: text}
	return v, options(&v, pairs)
}

// avatarView is somebody's initials, always in the same colour.
type avatarView struct {
	Initials string
	Tone     int // 0…7
	Large    bool
}

func newAvatar(name string, pairs ...any) (avatarView, error) {
	v := avatarView{Initials: initials(name)}
	for _, r := range name {
		v.Tone = (v.Tone*31 + int(r)) % avatarTones
	}
	return v, options(&v, pairs)
}

const avatarTones = 8

// initials returns the first letters of the first and the last word; of an e-mail address that before the @ counts.
func initials(name string) string {
	name, _, _ = strings.Cut(name, "@")
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "?"
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	letters := string(unicode.ToUpper(first))
	if len(words) > 1 {
		last, _ := utf8.DecodeRuneInString(words[len(words)-1])
		letters += string(unicode.ToUpper(last))
	}
	return letters
}

// copyableView is a text to copy, with a button that does it.
type copyableView struct {
	ID, Label, Value, Hint string
	Rows                   int // more than 1: a text of several lines
}

func newCopyable(id, label, value string, pairs ...any) (copyableView, error) {
	v := copyableView{ID: id, Label: label, Value: value}
	return v, options(&v, pairs)
}

// step is one thing to do of several.
type step struct {
	Title, Text  string
	Done         bool
	Href, Action string
}

// stepsView is a list of things to do: the first that is not done is the next.
type stepsView struct {
	Steps []step
	Next  int // index; -1: all done
	Done  int
}

func newSteps(steps []step) stepsView {
	v := stepsView{Steps: steps, Next: -1}
	for i, s := range steps {
		if s.Done {
			v.Done++
		} else if v.Next < 0 {
			v.Next = i
		}
	}
	return v
}

// tab is one of the tabs above a page.
type tab struct {
	Label, Href string
	Current     bool
	Count       string
}

// pager leads through a list.
type pager struct {
	Previous, Next string // addresses; "": there is none
	Text           string // what is shown, of how many
}

// viewsView leads from one view of the deals to the other.
type viewsView struct{ Current, List string }

func newViews(current, list string) viewsView { return viewsView{current, list} }
