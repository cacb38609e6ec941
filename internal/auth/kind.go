package auth

import "strings"

// IsKeySecret says whether a text begins as the secrets of API keys do.
func IsKeySecret(text string) bool { return strings.HasPrefix(text, string(keySecret)) }
