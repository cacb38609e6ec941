package messages

// failuresAuth are the sentences of errors about logging in, passwords and API keys.
var failuresAuth = map[string]text{
	"error.login_wrong": {
		"El correo o la contraseña no son correctos. Revísalos e inténtalo de nuevo; si olvidaste tu contraseña, pide a un administrador un enlace para elegir otra.",
		"The e-mail or the password is not right. Check them and try again; if you forgot your password, ask an administrator for a link to choose another.",
	},
	"error.account_ambiguous": {
		"Ese correo y esa contraseña abren varias cuentas: {accounts}. Elige a cuál quieres entrar.",
		"That e-mail and password open several accounts: {accounts}. Choose the one to enter.",
	},
	"error.too_many_attempts": {
		"Hubo demasiados intentos fallidos. Espera {minutes} min e inténtalo de nuevo.",
		"There were too many wrong attempts. Wait {minutes} min and try again.",
	},
	"error.login_busy": {
		"Muchas personas están entrando a la vez. Espera unos segundos e inténtalo de nuevo.",
		"Many people are logging in at once. Wait a few seconds and try again.",
	},
	"error.session_ended": {
		"Tu sesión terminó. Vuelve a entrar con tu correo y tu contraseña.",
		"Your session has ended. Log in again with your e-mail and password.",
	},
	"error.session_not_found": {
		"Esa sesión ya no existe. Actualiza la lista de sesiones.",
		"That session is not there any more. Refresh the list of sessions.",
	},
	"error.user_needed": {
		"Una API Key no tiene contraseña. Entra con tu correo y tu contraseña para cambiarla.",
		"An API key has no password. Log in with your e-mail and password to change yours.",
	},
	"error.user_inactive": {
		"El usuario {email} está desactivado. Actívalo primero e inténtalo de nuevo.",
		"The user {email} is not active. Activate it first, and try again.",
	},
	"error.password_short": {
		"La contraseña es muy corta. Escribe al menos {min} caracteres; varias palabras sirven bien.",
		"The password is too short. Write at least {min} characters; a few words do well.",
	},
	"error.password_long": {
		"La contraseña es muy larga. Escribe a lo más {max} caracteres.",
		"The password is too long. Write at most {max} characters; fewer will do.",
	},
	"error.password_is_email": {
		"La contraseña no puede ser tu correo. Elige otra que nadie pueda adivinar.",
		"The password must not be your e-mail. Choose another that nobody can guess.",
	},
	"error.password_common": {
		"Esa contraseña es de las primeras que se prueban. Elige otra, por ejemplo cuatro palabras al azar.",
		"That password is one of the first that are tried. Choose another, for instance four words at random.",
	},
	"error.password_wrong": {
		"La contraseña actual no es correcta. Escríbela de nuevo; si la olvidaste, pide a un administrador un enlace para elegir otra.",
		"The present password is not right. Write it again; if you forgot it, ask an administrator for a link to choose another.",
	},
	"error.link_invalid": {
		"Este enlace ya se usó, venció o fue reemplazado por otro. Pide a un administrador que te envíe uno nuevo.",
		"This link was used, has expired or was replaced by another. Ask an administrator for a new one.",
	},
	"error.setup_done": {
		"Puente ya tiene un administrador. Entra con tu correo y tu contraseña, o pide a un administrador que te invite.",
		"Puente has an administrator already. Log in with your e-mail and password, or ask an administrator to invite you.",
	},
	"error.setup_code_wrong": {
		"El código no es correcto. Copia el que mostró el servidor al partir la última vez; al reiniciarlo muestra uno nuevo.",
		"The code is not right. Copy the one that the server showed when it last started; restarting it shows a new one.",
	},
	"error.key_unknown": {
		"Esa API Key no existe. Revisa que esté copiada completa o crea otra en “Conectar API”.",
		"There is no such API key. Check that it is copied whole, or make another in “Connect API”.",
	},
	"error.key_revoked": {
		"La API Key “{name}” fue revocada. Crea otra en “Conectar API” y úsala en tu integración.",
		"The API key “{name}” was revoked. Make another in “Connect API” and use it in your integration.",
	},
	"error.key_expired": {
		"La API Key “{name}” venció. Extiende su vencimiento o crea otra en “Conectar API”.",
		"The API key “{name}” has expired. Extend its time or make another in “Connect API”.",
	},
	"error.key_replaced": {
		"Esta es una clave anterior de la API Key “{name}”. Usa la nueva en tu integración.",
		"This is an earlier secret of the API key “{name}”. Use the new one in your integration.",
	},
	"error.key_not_found": {
		"No existe la API Key {id}. Mira las que hay en “Conectar API”.",
		"There is no API key {id}. See those that there are in “Connect API”.",
	},
	"error.key_revoked_already": {
		"La API Key “{name}” fue revocada y ya no se puede cambiar. Crea otra si la necesitas.",
		"The API key “{name}” was revoked and cannot be changed any more. Make another if you need one.",
	},
	"error.key_name_missing": {
		"Falta el nombre de la API Key. Escribe para qué es, por ejemplo “Sitio web”.",
		"The name of the API key is missing. Write what it is for, for instance “Website”.",
	},
	"error.key_name_long": {
		"El nombre de la API Key es muy largo. Escribe a lo más {max} caracteres.",
		"The name of the API key is too long. Write at most {max} characters; fewer will do.",
	},
	"error.key_grants_missing": {
		"Falta decir qué puede hacer la API Key. Dale al menos un permiso, por ejemplo contacts:read.",
		"It is not said what the API key may do. Give it at least one scope, for instance contacts:read.",
	},
	"error.key_grants_invalid": {
		"No existe el permiso sobre “{scope}”. Los permisos se escriben como contacts:write o deals:read.",
		"There is no scope for “{scope}”. Scopes are written like contacts:write or deals:read.",
	},
	"error.scope_unknown": {
		"No existe el permiso “{scope}”. Se escriben ÁREA:NIVEL, con las áreas contacts, deals, activities, settings, users, keys y bsale, y los niveles read, write y admin.",
		"There is no scope “{scope}”. They are written AREA:LEVEL, with the areas contacts, deals, activities, settings, users, keys and bsale, and the levels read, write and admin.",
	},
	"error.key_expiry_past": {
		"El vencimiento de la API Key ya pasó. Elige una fecha futura o ninguna.",
		"The API key's expiry is in the past. Choose a date to come, or none.",
	},
	"error.key_grace_invalid": {
		"La clave anterior puede seguir sirviendo entre 0 y {days} días. Elige un plazo así.",
		"The earlier secret may go on working for 0 to {days} days. Choose a time within that.",
	},
	"error.key_extends_itself": {
		"Una API Key no puede alargar su propio plazo. Pídeselo a un administrador.",
		"An API key cannot give itself more time. Ask an administrator to do it.",
	},
	"error.grants_exceeded": {
		"Eso tiene o daría permisos que tú no tienes. Pídeselo a un administrador.",
		"That has or would give permissions that you do not have. Ask an administrator to do it.",
	},
}
