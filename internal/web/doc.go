// Package web is what Puente shows a browser, and where Bsale's notifications arrive. For now that is one live page, the addresses for health checks, and
// the webhook. There is no login yet, so the service listens on the machine itself unless told otherwise.
package web
