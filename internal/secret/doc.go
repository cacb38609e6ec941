// Package secret seals what must not be read from a stolen database or backup: the tokens of connections. The key stays outside the database, in
// the environment or in a file of its own.
//
// A sealed value is
//
//	version (1 byte, 1) | key id (4) | nonce (24) | XChaCha20-Poly1305 ciphertext with tag (16)
//
// with everything before the nonce, and the context in which it may be opened, authenticated along. The context names the row ("connection:<id>"), so
// that a value copied to another row does not open there. The key id tells a wrong key from a damaged value; it gives nothing away of the key.
package secret
