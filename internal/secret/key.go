package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// EnvKey is the environment variable that may hold the key, in base64.
const EnvKey = "PUENTE_SECRET_KEY"

const (
	keySize   = 32
	keyIDSize = 4
	// fileMode lets the owner read and write, and nobody else do anything.
	fileMode fs.FileMode = 0o600
	// maxKeyFile bounds what is read of a file that may be anything.
	maxKeyFile = 1 << 10
)

// Key seals and opens. The zero Key is none. It never prints itself.
type Key struct{ bytes [keySize]byte }

// NewKey returns a fresh random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k.bytes[:]) // never fails (crypto/rand)
	return k
}

// ParseKey reads a key from base64, standard or URL-safe, padded or not, space around it aside. source says in errors where it came from, such as
// [EnvKey] or a path. [ErrKeyInvalid]: it is not 32 bytes in base64, or all of them are zero.
func ParseKey(text, source string) (Key, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	b, err := encoding.Strict().DecodeString(text)
	if err != nil || len(b) != keySize {
		// The decoder's error could hold a part of the key.
		return Key{}, keyError("secret_key_invalid", "source", source)
	}
	k := Key{[keySize]byte(b)}
	if k.IsZero() {
		return Key{}, keyError("secret_key_invalid", "source", source)
	}
	return k, nil
}

// Load returns the key: from env, the value of the environment variable [EnvKey], if that is not empty, else from the file at path, which it
// makes with a fresh key if there is none. Without either it is [ErrKeyMissing]. Several processes may do this at once: they get the same key.
func Load(env, path string) (Key, error) {
	switch {
	case env != "":
		return ParseKey(env, EnvKey)
	case path == "":
		return Key{}, ErrKeyMissing
	}
	k, err := ReadKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeyFile(path)
	}
	return k, err
}

// FileBeside returns the path of the key's file for a SQLite database: crm.db has crm.db.key beside it.
func FileBeside(database string) string { return database + ".key" }

// ReadKeyFile reads a key's file. [ErrKeyExposed]: group or others may do anything with it. [ErrKeyUnreadable], which wraps fs.ErrNotExist where that is why.
func ReadKeyFile(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, keyError("secret_key_unreadable", "path", path).because(err)
	}
	defer f.Close()
	info, err := f.Stat() // of what was opened, so that nobody can swap it in between
	if err != nil {
		return Key{}, keyError("secret_key_unreadable", "path", path).because(err)
	}
	if !info.Mode().IsRegular() {
		return Key{}, keyError("secret_key_unreadable", "path", path).because(errors.New("not a regular file"))
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Key{}, keyError("secret_key_exposed", "path", path, "mode", fmt.Sprintf("%04o", mode))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return Key{}, keyError("secret_key_unreadable", "path", path).because(err)
	}
	return ParseKey(string(b), path)
}

// makeKeyFile writes a fresh key next to path and links it there, which is all or nothing and never replaces a file: of several processes one
// wins, and the others read its key.
func makeKeyFile(path string) (Key, error) {
	k := NewKey()
	err := func() error {
		f, err := os.CreateTemp(filepath.Dir(path), ".puente-key-*") // made with mode 0600
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		_, err = f.WriteString(base64.StdEncoding.EncodeToString(k.bytes[:]) + "\n")
		err = errors.Join(err, f.Chmod(fileMode), f.Sync(), f.Close())
		if err != nil {
			return err
		}
		return os.Link(f.Name(), path)
	}()
	if errors.Is(err, fs.ErrExist) {
		return ReadKeyFile(path)
	}
	if err != nil {
		return Key{}, keyError("secret_key_unreadable", "path", path).because(err)
	}
	return k, nil
}

// IsZero says whether k is no key.
func (k Key) IsZero() bool { return k == Key{} }

// id is a fingerprint by which a sealed value finds out that it is given another key.
func (k Key) id() [keyIDSize]byte {
	sum := sha256.Sum256(append([]byte("puente secret key id v1\x00"), k.bytes[:]...))
	return [keyIDSize]byte(sum[:keyIDSize])
}

const redacted = "[key]"

// String hides the key.
func (k Key) String() string { return redacted }

// Format hides the key from every verb, %x and %d as well.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the key from logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the key from encoders.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
