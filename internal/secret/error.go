package secret

// Error is an error that a person can act on. Its sentence stands in the message catalogue under "error.<key>".
type Error struct {
	key    string
	params map[string]string
	cause  error
}

// The errors that callers tell apart, by errors.Is.
var (
	// ErrKeyMissing: there is no key to seal or open with.
	ErrKeyMissing = keyError("secret_key_missing")
	// ErrKeyInvalid: the text is no key.
	ErrKeyInvalid = keyError("secret_key_invalid", "source", "")
	// ErrKeyExposed: others may read the key's file.
	ErrKeyExposed = keyError("secret_key_exposed", "path", "", "mode", "")
	// ErrKeyUnreadable: the key's file can be neither read nor made.
	ErrKeyUnreadable = keyError("secret_key_unreadable", "path", "")
	// ErrKeyWrong: the value was sealed with another key.
	ErrKeyWrong = keyError("secret_key_wrong")
	// ErrDamaged: the value was changed, cut, or moved to another place.
	ErrDamaged = keyError("secret_damaged")
)

func keyError(key string, pairs ...string) *Error {
	e := &Error{key: key, params: make(map[string]string, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.params[pairs[i]] = pairs[i+1]
	}
	return e
}

func (e *Error) because(cause error) *Error {
	e.cause = cause
	return e
}

// Message names the error's sentence and gives its parameters.
func (e *Error) Message() (key string, params map[string]string) { return e.key, e.params }

// Is says whether target is the same kind of error, whatever its parameters.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.key == e.key
}

func (e *Error) Error() string {
	s := "secret: " + e.key
	for _, name := range []string{"source", "path", "mode"} {
		if v := e.params[name]; v != "" {
			s += " " + v
		}
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }
