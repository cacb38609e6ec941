package messages

// failuresAPI are the sentences of errors of the REST API: of requests that do not fit, and of callers that may not.
var failuresAPI = map[string]text{
	// What is asked for.
	"error.route_unknown": {
		"Aquí no hay nada con esa dirección. Revisa la ruta y los identificadores; la lista completa está en /docs.",
		"There is nothing at this address. Check the path and the ids; the whole list is at /docs.",
	},
	"error.method_not_allowed": {
		"Esta dirección no admite ese método. Usa uno de estos: {known}.",
		"This address does not take that method. Use one of these: {known}.",
	},
	"error.answer_type": {
		"Aquí sólo se responde en {known}. Pide ese tipo en el encabezado Accept, o quítalo.",
		"Answers here are {known} only. Ask for that in the Accept header, or leave it out.",
	},
	"error.parameter_unknown": {
		"No existe el parámetro “{place}” en esta dirección. Revisa cómo se escribe; en /docs están los que hay.",
		"There is no parameter “{place}” at this address. Check how it is written; those that there are stand in /docs.",
	},
	"error.filter_malformed": {
		"El filtro “{place}” no se entiende. Escríbelo como filter[campo]=valor o filter[campo][operador]=valor.",
		"The filter “{place}” cannot be read. Write it as filter[field]=value or filter[field][operator]=value.",
	},

	// The body.
	"error.body_missing": {
		"Falta el contenido de la solicitud. Envía un objeto JSON.",
		"The request has no body. Send a JSON object.",
	},
	"error.body_unreadable": {
		"El contenido de la solicitud no llegó completo. Inténtalo de nuevo.",
		"The body of the request did not arrive whole. Try again.",
	},
	"error.body_too_large": {
		"El contenido de la solicitud es demasiado grande: el máximo son {most} bytes. Divídelo en varias solicitudes.",
		"The body of the request is too large: {most} bytes at most. Split it into several requests.",
	},
	"error.body_type": {
		"El contenido de la solicitud tiene que ser {known}. Envíalo así y dilo en el encabezado Content-Type.",
		"The body of the request has to be {known}. Send it so, and say so in the Content-Type header.",
	},
	"error.json_malformed": {
		"El contenido no es JSON válido: el error está en la línea {line}, columna {column}. Corrígelo y envíalo de nuevo.",
		"The body is not valid JSON: the mistake is in line {line}, column {column}. Correct it and send it again.",
	},
	"error.member_unknown": {
		"No existe el campo “{place}”. Revisa cómo se escribe, o quítalo.",
		"There is no field “{place}”. Check how it is written, or leave it out.",
	},
	"error.member_missing": {
		"Falta “{place}”. Agrégalo a la solicitud.",
		"“{place}” is missing. Add it to the request.",
	},
	"error.text_unstorable": {
		"“{place}” tiene un carácter que no se puede guardar (nulo o mal codificado). Quítalo y envíalo de nuevo.",
		"“{place}” has a character that cannot be stored (NUL, or broken UTF-8). Take it out and send it again.",
	},
	"error.text_wanted": {
		"“{place}” tiene que ser un texto. Escríbelo entre comillas.",
		"“{place}” has to be text. Write it in quotes.",
	},
	"error.number_wanted": {
		"“{place}” tiene que ser un número. Escríbelo sin comillas y con punto decimal.",
		"“{place}” has to be a number. Write it without quotes and with a decimal point.",
	},
	"error.integer_wanted": {
		"“{place}” tiene que ser un número entero. Escríbelo sin comillas ni decimales.",
		"“{place}” has to be a whole number. Write it without quotes and decimals.",
	},
	"error.bool_wanted": {
		"“{place}” tiene que ser true o false. Escríbelo sin comillas.",
		"“{place}” has to be true or false. Write it without quotes.",
	},
	"error.list_wanted": {
		"“{place}” tiene que ser una lista. Escríbela entre corchetes: [ ].",
		"“{place}” has to be a list. Write it in square brackets: [ ].",
	},
	"error.object_wanted": {
		"“{place}” tiene que ser un objeto. Escríbelo entre llaves, con sus campos dentro.",
		"“{place}” has to be an object. Write it in braces, with its fields inside.",
	},
	"error.instant_wanted": {
		"“{place}” tiene que ser una fecha con hora. Escríbela como 2026-03-12T14:05:00Z.",
		"“{place}” has to be a date with time. Write it as 2026-03-12T14:05:00Z.",
	},
	"error.form_wanted": {
		"El valor de “{place}” no tiene la forma que se espera. Revisa en /docs cómo se escribe.",
		"The value of “{place}” does not have the form that is expected. See in /docs how it is written.",
	},
	"error.choice_unknown": {
		"El valor de “{place}” no es uno de los posibles. Usa uno de estos: {known}.",
		"The value of “{place}” is none of those possible. Use one of these: {known}.",
	},
	"error.number_under": {
		"“{place}” es demasiado pequeño. Tiene que ser {least} o más.",
		"“{place}” is too small. It has to be {least} or more.",
	},
	"error.number_over": {
		"“{place}” es demasiado grande. Tiene que ser {most} o menos.",
		"“{place}” is too large. It has to be {most} or less.",
	},
	"error.text_under": {
		"“{place}” es demasiado corto. Escribe {least} caracteres o más.",
		"“{place}” is too short. Write {least} characters or more.",
	},
	"error.text_over": {
		"“{place}” es demasiado largo. Escribe {most} caracteres o menos.",
		"“{place}” is too long. Write {most} characters or less.",
	},
	"error.list_under": {
		"“{place}” tiene muy pocos elementos. Envía {least} o más.",
		"“{place}” has too few entries. Send {least} or more.",
	},
	"error.list_over": {
		"“{place}” tiene demasiados elementos. Envía {most} o menos, y el resto en otra solicitud.",
		"“{place}” has too many entries. Send {most} or less, and the others in another request.",
	},
	"error.products_not_kept": {
		"Puente no guarda productos en las oportunidades. Quita los productos y envía el total en “value”.",
		"Puente keeps no products of deals. Leave the products out and send the total as “value”.",
	},

	// Who asks.
	"error.credentials_missing": {
		"Falta la llave o la sesión. Envía tu API key en el encabezado x-api-key, o inicia sesión.",
		"There is no key and no session. Send your API key in the x-api-key header, or log in.",
	},
	"error.scope_missing": {
		"Esto pide el permiso {scope}, y quien lo solicita no lo tiene. Pídele a un administrador que lo dé.",
		"This asks for the permission {scope}, which the caller does not have. Ask an administrator to give it.",
	},
	"error.cross_origin": {
		"La solicitud viene de otro sitio web, y por seguridad no se acepta. Hazla desde Puente, o con una API key.",
		"The request comes from another website and is not accepted, for safety. Make it from Puente, or with an API key.",
	},
	"error.too_many_requests": {
		"Son demasiadas solicitudes seguidas. Espera {seconds} segundos e inténtalo de nuevo.",
		"These are too many requests in a row. Wait {seconds} seconds and try again.",
	},

	// Doing something once, and changing what was not changed meanwhile.
	"error.idempotency_key_invalid": {
		"El encabezado {place} no sirve. Usa hasta 255 caracteres simples, por ejemplo un UUID.",
		"The header {place} cannot be used. Use up to 255 plain characters, such as a UUID.",
	},
	"error.idempotency_key_reused": {
		"El {place} ya se usó para otra solicitud. Usa uno nuevo para cada solicitud distinta.",
		"The {place} was used for another request already. Use a new one for each different request.",
	},
	"error.secret_shown_once": {
		"Esto ya se hizo con este {place}, y su secreto se mostró entonces por única vez. Si se perdió, crea uno nuevo.",
		"This was done already with this {place}, and its secret was shown then, only once. If it is lost, make a new one.",
	},
	"error.if_match_unsupported": {
		"Esto no tiene versiones, así que {place} no protegería de nada. Envía la solicitud sin ese encabezado.",
		"This has no versions, so {place} would guard against nothing. Send the request without that header.",
	},
	"error.etag_invalid": {
		"El encabezado {place} no sirve. Envía el ETag tal como vino en la respuesta, o quítalo.",
		"The header {place} cannot be used. Send the ETag just as it came in the answer, or leave it out.",
	},
}
