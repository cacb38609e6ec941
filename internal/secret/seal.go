package secret

import (
	"crypto/rand"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	version    = 1
	headerSize = 1 + keyIDSize
	nonceSize  = chacha20poly1305.NonceSizeX
	// overhead is how much longer a sealed value is than the plain one.
	overhead = headerSize + nonceSize + chacha20poly1305.Overhead
)

// Seal encrypts plaintext so that it opens with this key and context only. Sealing the same again gives something else. [ErrKeyMissing]: k is zero.
func (k Key) Seal(plaintext, context string) ([]byte, error) {
	if k.IsZero() {
		return nil, ErrKeyMissing
	}
	aead, err := chacha20poly1305.NewX(k.bytes[:])
	if err != nil {
		return nil, err
	}
	id := k.id()
	sealed := make([]byte, headerSize+nonceSize, overhead+len(plaintext))
	sealed[0] = version
	copy(sealed[1:], id[:])
	nonce := sealed[headerSize:]
	_, _ = rand.Read(nonce) // never fails (crypto/rand); 24 random bytes do not repeat
	return aead.Seal(sealed, nonce, []byte(plaintext), bind(sealed[:headerSize], context)), nil
}

// Open returns what was sealed. [ErrKeyWrong]: with another key. [ErrDamaged]: it is not as it was sealed, or was sealed for another context.
// [ErrKeyMissing]: k is zero.
func (k Key) Open(sealed []byte, context string) (string, error) {
	if k.IsZero() {
		return "", ErrKeyMissing
	}
	if len(sealed) < overhead || sealed[0] != version {
		return "", ErrDamaged
	}
	if [keyIDSize]byte(sealed[1:headerSize]) != k.id() {
		return "", ErrKeyWrong
	}
	aead, err := chacha20poly1305.NewX(k.bytes[:])
	if err != nil {
		return "", err
	}
	nonce, rest := sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	plain, err := aead.Open(nil, nonce, rest, bind(sealed[:headerSize], context))
	if err != nil {
		return "", ErrDamaged
	}
	return string(plain), nil
}

// bind is what is authenticated along: the header has a fixed length, so that it and the context cannot run into each other.
func bind(header []byte, context string) []byte {
	b := make([]byte, 0, len(header)+len(context))
	return append(append(b, header...), context...)
}
