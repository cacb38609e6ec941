package messages

// failuresBsale are the sentences of what can go wrong with the Bsale app, and the words of its page.
var failuresBsale = map[string]text{
	"error.bsale_not_connected": {
		"Bsale todavía no está conectado en esta cuenta. Ingresa el token de acceso y guarda la conexión.",
		"Bsale is not connected in this account yet. Enter the access token and save the connection.",
	},
	"error.bsale_address_invalid": {
		"La dirección de Bsale no es válida. Escribe una como https://api.bsale.io, o déjala vacía para usar la de tu país.",
		"Bsale's address is not valid. Write one such as https://api.bsale.io, or leave it empty for that of your country.",
	},
	"error.bsale_address_refused": {
		"Esa dirección no es de Bsale y este servidor no la permite. Usa una como https://api.bsale.io, o pide a quien administra el servidor que la permita.",
		"That address is not one of Bsale's, and this server does not allow it. Use one such as https://api.bsale.io, or ask whoever runs the server to allow it.",
	},
	"error.bsale_token_again": {
		"Cambiaste la dirección de Bsale. Ingresa también el token: el que está guardado no se envía a otra dirección.",
		"You changed Bsale's address. Enter the token too: the stored one is not sent to another address.",
	},
	"error.bsale_token_malformed": {
		"Eso no es un token de Bsale ({place}): tiene espacios o letras que un token no tiene. Cópialo de nuevo, completo.",
		"That is no Bsale token ({place}): it has spaces or letters that no token has. Copy it again, all of it.",
	},
	"error.bsale_token_needed": {
		"Falta el token de acceso a Bsale. Pídelo a Bsale e ingrésalo aquí.",
		"The Bsale access token is missing. Ask Bsale for it and enter it here.",
	},
	"error.bsale_pace_invalid": {
		"Las consultas por segundo ({place}) tienen que ser un número de hasta {most}. Déjalo vacío si no estás seguro.",
		"Requests per second ({place}) have to be a number up to {most}. Leave it empty if you are not sure.",
	},
	"error.again_running": {
		"Ya se están volviendo a procesar documentos en esta conexión. Espera a que termine esa pasada, o cancélala antes de empezar otra.",
		"Documents are being processed again for this connection already. Wait for that run to end, or cancel it before you start another one.",
	},
	"error.no_such_documents": {
		"No queda ningún documento con ese motivo. Actualiza la lista de pendientes.",
		"No document has that reason any more. Refresh the work list.",
	},
	"error.connection_stopped": {
		"La conexión con Bsale está apagada o detenida. Corrige lo que la detuvo y habilítala, e inténtalo de nuevo.",
		"The connection with Bsale is switched off or stopped. Correct what stopped it, enable it and try again.",
	},
	"error.document_not_in_conflict": {
		"Ese documento ya no espera que alguien elija el contacto. Vuelve a abrirlo para ver en qué quedó.",
		"That document no longer waits for somebody to choose its contact. Open it again to see what became of it.",
	},
	"error.document_without_client": {
		"Ese documento no tiene cliente en Bsale. Ingresa el cliente en Bsale y vuelve a procesarlo.",
		"That document has no client in Bsale. Enter the client in Bsale and process it again.",
	},
	"error.client_request_not_found": {
		"No hay una solicitud para crear el contacto {id} como cliente en Bsale. Revisa la lista de solicitudes.",
		"There is no request to make the contact {id} a client in Bsale. Check the list of requests.",
	},
	"error.client_request_not_failed": {
		"Esa solicitud no falló: está en curso o ya terminó. Actualiza la lista de solicitudes.",
		"That request did not fail: it is under way or done. Refresh the list of requests.",
	},
	"error.day_invalid": {
		"“{value}” no es un día ({place}). Escríbelo como 2026-03-12.",
		"“{value}” is not a day ({place}). Write it as 2026-03-12.",
	},
	"error.days_reversed": {
		"El primer día es posterior al último. Cámbialos.",
		"The first day is later than the last one. Change them.",
	},

	"reason.credited_sale_unknown.fix": {
		"Si la venta es anterior a la fecha de inicio de tus reglas, no hay nada que hacer. Si es posterior y Puente aún no la ha leído, trae la historia desde esa fecha. Si no, revisa en Bsale a qué venta se refiere la nota.",
		"If the sale is older than the start date of your rules, there is nothing to do. If it is not and Puente has not read it yet, bring in history from that day on. Else check in Bsale which sale the note refers to.",
	},
	"reason.clients_not_wanted": {
		"Las reglas ya no crean clientes en Bsale.",
		"The rules no longer make clients in Bsale.",
	},
	"reason.clients_not_wanted.fix": {
		"Si quieres que se cree, activa “create_clients” en las reglas e inténtalo de nuevo.",
		"If it should be made, set “create_clients” in the rules and try again.",
	},
	"reason.contact_deleted": {
		"El contacto fue eliminado antes de que se creara el cliente.",
		"The contact was deleted before the client was made.",
	},
	"reason.client_uncertain": {
		"Bsale no respondió al crear el cliente, y sin RUT ni correo no se puede saber si lo creó.",
		"Bsale did not answer when the client was made, and without tax id or e-mail there is no telling whether it was.",
	},
	"reason.client_uncertain.fix": {
		"Busca al cliente en Bsale. Agrega el RUT o el correo al contacto e inténtalo de nuevo: si ya existe, se vincula.",
		"Look for the client in Bsale. Add the tax id or the e-mail to the contact and try again: if it exists, it is linked.",
	},
	"reason.client_refused": {
		"Bsale no aceptó los datos del cliente.",
		"Bsale did not accept the client's data.",
	},
	"reason.client_refused.fix": {
		"Corrige el contacto según lo que respondió Bsale e inténtalo de nuevo.",
		"Correct the contact by what Bsale answered, and try again.",
	},

	"run.again": {"Nuevo procesamiento", "Processing again"},

	"client_request.pending": {"En espera", "Waiting"},
	"client_request.done":    {"Creado en Bsale", "Made in Bsale"},
	"client_request.failed":  {"Falló", "Failed"},

	"value_kind.text":   {"Texto", "Text"},
	"value_kind.number": {"Número", "Number"},
	"value_kind.amount": {"Monto", "Amount"},
	"value_kind.date":   {"Fecha", "Date"},

	"app.bsale": {"Bsale", "Bsale"},
	"app.bsale.about": {
		"Las boletas y cotizaciones que emites en Bsale crean y mueven tus oportunidades por sí solas.",
		"The receipts and quotes that you issue in Bsale make and move your deals by themselves.",
	},

	"field.bsale_client": {"Cliente en Bsale", "Client in Bsale"},
	"field.bsale_reason": {"Motivo", "Reason"},

	"source.document.id":              {"Identificador del documento en Bsale", "Document's id in Bsale"},
	"source.document.number":          {"Número del documento", "Document's number"},
	"source.document.folio":           {"Folio", "Folio"},
	"source.document.serial_number":   {"Número de serie", "Serial number"},
	"source.document.kind":            {"Clase de documento", "Kind of document"},
	"source.document.type":            {"Tipo de documento en Bsale", "Document type in Bsale"},
	"source.document.emission_date":   {"Fecha de emisión", "Date of issue"},
	"source.document.expiration_date": {"Fecha de vencimiento", "Date of expiry"},
	"source.document.total":           {"Total", "Total"},
	"source.document.net":             {"Neto", "Net amount"},
	"source.document.tax":             {"Impuestos", "Taxes"},
	"source.document.exempt":          {"Exento", "Exempt amount"},
	"source.document.url":             {"Enlace al documento", "Link to the document"},
	"source.document.pdf_url":         {"Enlace al PDF", "Link to the PDF"},
	"source.document.office":          {"Sucursal", "Branch"},
	"source.document.seller":          {"Vendedor", "Seller"},
	"source.document.seller_email":    {"Correo del vendedor", "Seller's e-mail"},
	"source.document.issuer_email":    {"Correo de quien lo emitió", "Issuer's e-mail"},
	"source.document.address":         {"Dirección del documento", "Document's address"},
	"source.document.municipality":    {"Comuna del documento", "Document's municipality"},
	"source.document.city":            {"Ciudad del documento", "Document's city"},
	"source.document.products":        {"Códigos de los productos", "Products' codes"},
	"source.document.payments":        {"Formas de pago", "Means of payment"},
	"source.document.sales_id":        {"Identificador de la venta", "Id of the sale"},
	"source.document.attribute":       {"Atributo {name}", "Attribute {name}"},

	"source.client.id":           {"Identificador del cliente en Bsale", "Client's id in Bsale"},
	"source.client.code":         {"RUT del cliente", "Client's tax id"},
	"source.client.name":         {"Nombre del cliente", "Client's name"},
	"source.client.first_name":   {"Nombre de pila del cliente", "Client's first name"},
	"source.client.last_name":    {"Apellido del cliente", "Client's last name"},
	"source.client.company":      {"Razón social del cliente", "Client's company"},
	"source.client.email":        {"Correo del cliente", "Client's e-mail"},
	"source.client.phone":        {"Teléfono del cliente", "Client's phone"},
	"source.client.activity":     {"Giro del cliente", "Client's line of business"},
	"source.client.address":      {"Dirección del cliente", "Client's address"},
	"source.client.municipality": {"Comuna del cliente", "Client's municipality"},
	"source.client.city":         {"Ciudad del cliente", "Client's city"},
	"source.client.note":         {"Nota del cliente", "Client's note"},
}
