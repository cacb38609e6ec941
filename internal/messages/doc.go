// Package messages is the one catalogue of what Puente says to people, in Spanish and English. Spanish is written first.
//
// It imports nothing of ours: the languages are the strings "es" and "en", and an error is whatever can name its sentence.
package messages
