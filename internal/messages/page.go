package messages

// page is what the browser's pages say.
var page = map[string]text{
	"page.board":              {"Embudo de ventas", "Sales pipeline"},
	"page.connection":         {"Conexión con Bsale", "Connection to Bsale"},
	"page.connected":          {"Conectado con Bsale", "Connected to Bsale"},
	"page.polled":             {"Última revisión completa:", "Last complete check:"},
	"page.stopped":            {"La conexión con Bsale está detenida.", "The connection to Bsale is stopped."},
	"page.updated":            {"Actualizado a las", "Updated at"},
	"page.history":            {"Historial de documentos", "History of documents"},
	"page.time":               {"Hora", "Time"},
	"page.document":           {"Documento", "Document"},
	"page.outcome":            {"Resultado", "Outcome"},
	"page.reason":             {"Por qué", "Why"},
	"page.no_account":         {"Todavía no hay ninguna cuenta. Créala con “puente connect”.", "There is no account yet. Create one with “puente connect”."},
	"page.no_connection":      {"La cuenta todavía no está conectada con Bsale. Conéctala con “puente connect”.", "The account is not connected to Bsale yet. Connect it with “puente connect”."},
	"page.no_history":         {"Todavía no llega ningún documento.", "No document has arrived yet."},
	"page.not_found":          {"Esta página no existe.", "This page does not exist."},
	"page.method_not_allowed": {"Esta dirección no acepta ese tipo de solicitud.", "This address does not take that kind of request."},
	"page.only_here":          {"Esta página muestra datos de clientes y todavía no tiene inicio de sesión, así que solo se abre en el mismo equipo donde corre Puente.", "This page shows customers' data and has no login yet, so it opens only on the machine that Puente runs on."},
	"page.back":               {"Volver al embudo", "Back to the pipeline"},
}
