package config

// Error is a setting that cannot be used. Its sentence stands in the message catalogue under "error.<key>".
type Error struct {
	key    string
	params map[string]string
	cause  error
}

// keyError returns an error with the sentence key; pairs are name, value… of the sentence's parameters.
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

func (e *Error) Error() string {
	if e.cause != nil {
		return "config: " + e.key + ": " + e.cause.Error()
	}
	return "config: " + e.key
}

func (e *Error) Unwrap() error { return e.cause }
