// Package api is Puente's public REST API. Handlers decode, authorise, call a use case and encode; they know neither SQL nor the domain's rules.
//
// Everything that there is stands in one table, [routes], with what is asked of the caller beside it. To add a route, write its handler and add a line.
package api
