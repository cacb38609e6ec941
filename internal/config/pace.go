package config

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// Unpaced is the number of requests per second that means as many as there can be.
const Unpaced = -1.0

// RequestsPerSecond returns the pace; given is false when none was set.
func (b Bsale) RequestsPerSecond() (n float64, given bool, err error) {
	switch text := strings.ToLower(strings.TrimSpace(b.Pace)); text {
	case "":
		return 0, false, nil
	case "0", "unlimited":
		return Unpaced, true, nil
	default:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n > 0 && n <= 1000) {
			return 0, false, keyError("requests_per_second_invalid", "value", b.Pace)
		}
		return n, true, nil
	}
}

// ReadToken returns the token, from the file if it was not given directly.
func (b Bsale) ReadToken() (string, error) {
	token := b.Token
	if token == "" {
		content, err := readBounded(b.TokenFile)
		if err != nil {
			return "", keyError("bsale_token_unreadable", "path", b.TokenFile).because(err)
		}
		token = string(content)
	}
	token = strings.TrimSpace(token)
	// What cannot stand in a header is no token, and must not be shown in the error that it would make.
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return "", keyError("bsale_token_missing")
	}
	return token, nil
}

// Read returns the content of the file, nil if none was given.
func (r Rules) Read() ([]byte, error) {
	if r.File == "" {
		return nil, nil
	}
	content, err := readBounded(r.File)
	if err != nil {
		return nil, keyError("rules_file_unreadable", "path", r.File).because(err)
	}
	// Notepad writes a mark before the text.
	return bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), nil
}

// maxFile bounds the files that are read whole: rules have a few thousand characters.
const maxFile = 1 << 20

var errFileTooLong = errors.New("the file is longer than 1 MiB")

// readBounded reads a file that is not longer than maxFile.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = errFileTooLong
	}
	return content, err
}
