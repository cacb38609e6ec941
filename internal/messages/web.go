package messages

// webFrame is what all pages of the browser say.
var webFrame = map[string]text{
	"nav.skip":                 {"Ir al contenido", "Skip to content"},
	"nav.home":                 {"Puente, inicio", "Puente, home"},
	"nav.main":                 {"Menú principal", "Main menu"},
	"nav.account":              {"Mi cuenta", "My account"},
	"nav.profile_and_settings": {"Perfil y configuraciones", "Profile and settings"},
	"nav.settings":             {"Configuraciones", "Settings"},
	"nav.settings_short":       {"Ajustes", "Settings"},
	"nav.log_out":              {"Cerrar sesión", "Log out"},
	"nav.search":               {"Buscar", "Search"},
	"nav.search_hint":          {"Buscar nombre, correo, RUT o documento", "Search name, e-mail, tax id or document"},
	"nav.stopped":              {"La conexión con Bsale se detuvo.", "The connection to Bsale stopped."},
	"nav.repair":               {"Ver qué hacer", "See what to do"},
	"nav.language":             {"Idioma", "Language"},
	"settings.company":         {"Empresa", "Company"},
	"settings.crm":             {"CRM", "CRM"},

	"demo.administrator": {"Persona de prueba", "Trial person"},
	"demo.account":       {"Tienda Quillay", "Quillay Shop"},
	"demo.banner": {
		"Esto es una demostración: la tienda, sus clientes y sus ventas son inventados.",
		"This is a demonstration: the shop, its customers and its sales are made up.",
	},

	"action.save":   {"Guardar", "Save"},
	"action.apply":  {"Aplicar", "Apply"},
	"action.cancel": {"Cancelar", "Cancel"},
	"action.close":  {"Cerrar", "Close"},
	"action.copy":   {"Copiar", "Copy"},
	"action.copied": {"Copiado", "Copied"},

	"form.optional": {"(opcional)", "(optional)"},
	"form.look":     {"Revisa esto e inténtalo de nuevo:", "Look at this and try again:"},

	"pager.label":    {"Páginas", "Pages"},
	"pager.previous": {"Anterior", "Previous"},
	"pager.next":     {"Siguiente", "Next"},

	"steps.done": {"(listo)", "(done)"},

	"time.now":     {"Ahora", "Just now"},
	"time.minutes": {"Hace {n} min", "{n} min ago"},
	"time.hours":   {"Hace {n} h", "{n} h ago"},
	"time.days":    {"Hace {n} d", "{n} d ago"},

	"failure.page":              {"Esta página no existe. Revisa la dirección o vuelve al inicio.", "This page does not exist. Check the address or go back to the start."},
	"failure.method":            {"Esta dirección no acepta ese tipo de solicitud. Vuelve a la página anterior e inténtalo desde ahí.", "This address does not take that kind of request. Go back to the page before and try from there."},
	"failure.home":              {"Ir al inicio", "Go to the start"},
	"failure.keep":              {"Lo que escribiste está guardado en esta página. Entra en la pestaña nueva, vuelve a esta y envíalo de nuevo.", "What you wrote is kept in this page. Log in in the new tab, come back to this one and send it again."},
	"failure.keep_secrets":      {"Las contraseñas y los tokens no se guardan: tendrás que escribirlos otra vez.", "Passwords and tokens are not kept: you will have to write them again."},
	"failure.send_again":        {"Enviar de nuevo", "Send again"},
	"failure.lost":              {"No hay conexión con Puente. Inténtalo de nuevo en un momento.", "There is no connection to Puente. Try again in a moment."},
	"failure.heading.missing":   {"No está aquí", "It is not here"},
	"failure.heading.nobody":    {"Entra de nuevo", "Log in again"},
	"failure.heading.forbidden": {"No tienes acceso a esto", "You have no access to this"},
	"failure.heading.ours":      {"Algo falló de nuestro lado", "Something went wrong on our side"},
	"failure.heading.refused":   {"No se pudo hacer", "It could not be done"},

	"error.form_unreadable": {
		"El formulario llegó incompleto o es demasiado grande. Vuelve a la página anterior e inténtalo de nuevo.",
		"The form arrived incomplete or is too large. Go back to the page before and try again.",
	},
	"error.form_from_elsewhere": {
		"Ese formulario lo envió otra página, así que no se hizo nada. Vuelve a Puente y hazlo desde ahí.",
		"That form was sent by another site, so nothing was done. Go back to Puente and do it from there.",
	},
	"error.role_lacks_page": {
		"Tu rol no permite ver esta página. Si la necesitas, pide a un administrador que cambie tu rol.",
		"Your role does not let you see this page. If you need it, ask an administrator to change your role.",
	},
	"error.account_choice_needed": {
		"Tu correo y tu contraseña abren varias cuentas. Elige a cuál quieres entrar y escribe de nuevo tu contraseña.",
		"Your e-mail and password open several accounts. Choose the one to enter and write your password again.",
	},
}
