// Package web is what Puente shows a browser: pages made on the server, which work without JavaScript and better with it. It is also where Bsale's notifications
// arrive, and where health is asked.
//
// A page is a line in the table of [server.routes], a handler that returns a typed view or an error, and a template in templates/pages. What every page is made of is
// in layout.html and templates/components; what it says is in internal/messages.
package web
