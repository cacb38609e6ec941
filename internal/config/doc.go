// Package config is what can be set from outside: by flags, and by environment variables that say the same things. The structs carry the tags of the
// command line's parser; Check says what is wrong with what was given, before anything is opened or made.
package config
