package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

const row = "connection:1"

func TestWhatIsSealedOpens(t *testing.T) {
	k := NewKey()
	rapid.Check(t, func(t *rapid.T) {
		plain, context := rapid.String().Draw(t, "plain"), rapid.String().Draw(t, "context")
		sealed := mustSeal(t, k, plain, context)
		if got, err := k.Open(sealed, context); err != nil || got != plain {
			t.Fatalf("opened %q, %v; want %q", got, err, plain)
		}
		if len(plain) > 3 && bytes.Contains(sealed, []byte(plain)) {
			t.Fatalf("the plain text %q stands in the sealed one", plain)
		}
	})
	if bytes.Equal(mustSeal(t, k, "token", row), mustSeal(t, k, "token", row)) {
		t.Error("two seals of one token are equal")
	}
}

func TestAChangedByteIsNoticed(t *testing.T) {
	k := NewKey()
	sealed := mustSeal(t, k, "3f1c77a5", row)
	for i := range sealed {
		for _, flip := range []byte{1, 0x80} {
			changed := bytes.Clone(sealed)
			changed[i] ^= flip
			if got, err := k.Open(changed, row); err == nil || got != "" {
				t.Errorf("byte %d changed: opened %q, %v", i, got, err)
			}
		}
	}
	for n := range len(sealed) {
		if _, err := k.Open(sealed[:n], row); err == nil {
			t.Errorf("cut to %d bytes: opened", n)
		}
	}
	if _, err := k.Open(append(bytes.Clone(sealed), 0), row); !errors.Is(err, ErrDamaged) {
		t.Errorf("a byte more: %v", err)
	}
}

func TestAMovedValueDoesNotOpen(t *testing.T) {
	k := NewKey()
	sealed := mustSeal(t, k, "token", row)
	for _, other := range []string{"connection:2", "connection:", "", "connection:11"} {
		if _, err := k.Open(sealed, other); !errors.Is(err, ErrDamaged) {
			t.Errorf("moved to %q: %v", other, err)
		}
	}
}

func TestAnotherKeyIsNamedAsTheReason(t *testing.T) {
	sealed := mustSeal(t, NewKey(), "token", row)
	_, err := NewKey().Open(sealed, row)
	if !errors.Is(err, ErrKeyWrong) || errors.Is(err, ErrDamaged) {
		t.Errorf("another key: %v", err)
	}
	if key, _ := err.(*Error).Message(); key != "secret_key_wrong" {
		t.Errorf("sentence: %s", key)
	}
}

func TestNoKey(t *testing.T) {
	var none Key
	if _, err := none.Seal("token", row); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("seal: %v", err)
	}
	if _, err := none.Open(make([]byte, 100), row); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("open: %v", err)
	}
	if _, err := Load("", ""); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("load: %v", err)
	}
}

func TestParseKey(t *testing.T) {
	k := NewKey()
	k.bytes[0], k.bytes[1], k.bytes[2] = 0xff, 0xef, 0xbe // writes / and + or _ and -
	for name, text := range map[string]string{
		"standard":          base64.StdEncoding.EncodeToString(k.bytes[:]),
		"without padding":   base64.RawStdEncoding.EncodeToString(k.bytes[:]),
		"URL-safe":          base64.URLEncoding.EncodeToString(k.bytes[:]),
		"with space around": "\n " + base64.StdEncoding.EncodeToString(k.bytes[:]) + "\r\n",
	} {
		if got, err := ParseKey(text, EnvKey); err != nil || got != k {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty":      "",
		"a word":     "contraseña",
		"31 bytes":   base64.StdEncoding.EncodeToString(k.bytes[:31]),
		"33 bytes":   base64.StdEncoding.EncodeToString(append(k.bytes[:], 7)),
		"all zeros":  base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"text after": base64.StdEncoding.EncodeToString(k.bytes[:]) + " x",
	} {
		_, err := ParseKey(text, EnvKey)
		if !errors.Is(err, ErrKeyInvalid) || !strings.Contains(err.Error(), EnvKey) || len(text) > 9 && strings.Contains(err.Error(), text[:9]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyFileIsMadeOnce(t *testing.T) {
	path := FileBeside(filepath.Join(t.TempDir(), "crm.db"))
	keys := make([]Key, 16)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			var err error
			if keys[i], err = Load("", path); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, k := range keys {
		if k != keys[0] || k.IsZero() {
			t.Fatal("not one key")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
	k := NewKey()
	if got, err := Load(base64.StdEncoding.EncodeToString(k.bytes[:]), path); err != nil || got != k {
		t.Errorf("the environment wins: %v", err)
	}
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Load("", path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load("", path)
		if !errors.Is(err, ErrKeyExposed) {
			t.Fatalf("%o: %v", mode, err)
		}
		if _, params := err.(*Error).Message(); params["path"] != path || params["mode"] != fmt.Sprintf("%04o", mode) {
			t.Errorf("%o: parameters %v", mode, params)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("", path); err != nil {
		t.Errorf("read-only for the owner: %v", err)
	}
}

func TestKeyFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load("", dir); !errors.Is(err, ErrKeyUnreadable) && !errors.Is(err, ErrKeyExposed) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Load("", filepath.Join(dir, "no", "key")); !errors.Is(err, ErrKeyUnreadable) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	path := filepath.Join(dir, "text")
	if err := os.WriteFile(path, []byte("hunter2hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("", path); !errors.Is(err, ErrKeyInvalid) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("some text: %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "hunter2hunter2" {
		t.Errorf("it was overwritten: %q", b)
	}
}

func TestAKeyNeverShowsItself(t *testing.T) {
	k := NewKey()
	text := base64.StdEncoding.EncodeToString(k.bytes[:])
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", k)
	j, err := json.Marshal(map[string]Key{"key": k})
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprintf("%v %+v %#v %s %x %d", k, k, k, k, k, k) + log.String() + string(j)
	for _, leak := range []string{text[:20], fmt.Sprintf("%x", k.bytes[:8]), fmt.Sprint(k.bytes[:8])[1:20]} {
		if strings.Contains(shown, leak) {
			t.Errorf("%q stands in %s", leak, shown)
		}
	}
}

func mustSeal(t interface {
	Helper()
	Fatalf(string, ...any)
}, k Key, plain, context string,
) []byte {
	t.Helper()
	sealed, err := k.Seal(plain, context)
	if err != nil {
		t.Fatalf("seal: %v", err)
	}
	return sealed
}

func FuzzOpen(f *testing.F) {
	k := Key{[keySize]byte{1, 2, 3}}
	good, err := k.Seal("token", row)
	if err != nil {
		f.Fatal(err)
	}
	id := k.id()
	f.Add(good)
	f.Add([]byte{})
	f.Add(append([]byte{version}, id[:]...))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := k.Open(sealed, row)
		if err == nil && plain != "token" { // the good one has another nonce in each process
			t.Errorf("forged: %x opens as %q", sealed, plain)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrKeyWrong) {
			t.Errorf("%x: %v", sealed, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	k := NewKey()
	sealed, err := k.Seal("0123456789abcdef0123456789abcdef01234567", row)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = k.Open(sealed, row)
	}
}
