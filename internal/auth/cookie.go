package auth

// Names of the cookies in which browsers keep a session's token and what they are known by; see [CookieName]. Whoever is logged in at one door is so at the other.
const (
	SessionCookie = "puente_session"
	DeviceCookie  = "puente_device"
)

// How long browsers keep them: whether a session lasts that long is known here only.
const (
	SessionLasts = sessionMost
	DeviceLasts  = deviceLasts
)

// CookieName returns what a cookie is called. A browser takes one that begins with __Host- only from https and for that host alone.
func CookieName(name string, https bool) string {
	if https {
		return "__Host-" + name
	}
	return name
}
