package messages

// commandsAccess is what the commands about users, API keys, accounts and backups say.
var commandsAccess = map[string]text{
	"user.added":       {"Usuario {email} creado ({role}).", "User {email} created ({role})."},
	"user.link":        {"Enlace para que elija su contraseña, una vez, hasta el {until}: {url}", "Link to choose a password, once, until {until}: {url}"},
	"user.link_made":   {"Con este enlace {email} elige su contraseña, una vez, hasta el {until}:", "With this link {email} chooses a password, once, until {until}:"},
	"user.role":        {"{email} ahora es {role}.", "{email} is now {role}."},
	"user.activated":   {"{email} puede entrar de nuevo ({role}).", "{email} can log in again ({role})."},
	"user.deactivated": {"{email} ya no puede entrar. Contactos, oportunidades y tareas que pasaron a “{owner}”: {count}", "{email} cannot log in any more. Contacts, deals and tasks that went to “{owner}”: {count}"},

	"user_state.active":   {"Activo", "Active"},
	"user_state.inactive": {"Desactivado", "Inactive"},
	"user_state.invited":  {"Invitado, sin contraseña", "Invited, no password yet"},

	"key.created": {"API Key “{name}” creada ({scopes}). En las listas se reconoce por …{hint}. Este secreto no se vuelve a mostrar:", "API key “{name}” created ({scopes}). Lists show it as …{hint}. This secret is not shown again:"},
	"key.rotated": {"Nuevo secreto de “{name}”, que en las listas se reconoce por …{hint}; el anterior sirve hasta el {until}. No se vuelve a mostrar:", "New secret of “{name}”, which lists show as …{hint}; the old one works until {until}. It is not shown again:"},
	"key.revoked": {"La API Key “{name}” ya no sirve.", "The API key “{name}” does not work any more."},
	"key.unused":  {"Sin uso", "Not used"},

	"key_state.active":  {"Activa", "Active"},
	"key_state.expired": {"Vencida", "Expired"},
	"key_state.revoked": {"Revocada", "Revoked"},

	"account_setting.id":            {"Identificador", "Id"},
	"account_setting.name":          {"Nombre", "Name"},
	"account_setting.country":       {"País", "Country"},
	"account_setting.currency":      {"Moneda", "Currency"},
	"account_setting.time_zone":     {"Zona horaria", "Time zone"},
	"account_setting.language":      {"Idioma", "Language"},
	"account_setting.date_style":    {"Formato de fechas", "Form of dates"},
	"account_setting.number_style":  {"Formato de números", "Form of numbers"},
	"account_setting.seller_access": {"Acceso de los vendedores", "Access of sellers"},
	"account_setting.usual":         {"El usual del país", "As is usual in the country"},

	"setup.code": {
		"Todavía nadie puede entrar. Abre {url} y crea al primer administrador con este código, que sirve una vez: {code}",
		"Nobody can log in yet. Open {url} and make the first administrator with this code, which works once: {code}",
	},
	"backup.done": {"Respaldo completo y revisado en {file} ({kib} KiB). Guarda aparte la clave que sella los tokens: no está en él.", "Complete and checked backup in {file} ({kib} KiB). Keep the key that seals tokens elsewhere: it is not in it."},

	"help.user_list":       {"Los usuarios", "The users"},
	"help.user_set_role":   {"Cambia el rol de un usuario", "Gives a user another role"},
	"help.user_link":       {"Un enlace para elegir una contraseña nueva", "A link to choose a new password"},
	"help.user_deactivate": {"Un usuario ya no entra; lo suyo pasa a otro o queda sin dueño", "Bars a user; what was theirs goes to somebody else, or to nobody"},
	"help.user_activate":   {"Un usuario vuelve a entrar", "Lets a user in again"},
	"help.user_to":         {"Correo de quien recibe lo que era del usuario; si no se dice, queda sin dueño", "E-mail of who gets what was the user's; nobody, if not said"},
	"help.user_email_flag": {"Lo mismo, como opción", "The same, as a flag"},
	"help.password_stdin":  {"Lee la contraseña de la entrada, en vez de dar un enlace", "Reads the password from the input, instead of giving a link"},
	"help.keys":            {"API Keys", "API keys"},
	"help.key_create":      {"Crea una API Key; el secreto se muestra una vez", "Makes an API key; its secret is shown once"},
	"help.key_list":        {"Las API Keys", "The API keys"},
	"help.key_rotate":      {"Da otro secreto a una API Key", "Gives an API key another secret"},
	"help.key_revoke":      {"Termina una API Key", "Ends an API key"},
	"help.key":             {"La API Key, por su id o su nombre", "The API key, by its id or name"},
	"help.key_name":        {"Para qué es", "What it is for"},
	"help.key_scope":       {"Lo que puede hacer, como contacts:write o deals:read; se puede repetir", "What it may do, like contacts:write or deals:read; may be repeated"},
	"help.key_expires":     {"Último día en que sirve", "Last day on which it works"},
	"help.links_base_url":  {"Dirección pública de este servidor, con la que empiezan los enlaces", "Public address of this server, with which links begin"},
	"help.key_grace":       {"Tiempo que sigue sirviendo el secreto anterior: 36h, 7d; hasta 30d", "Time for which the old secret goes on working: 36h, 7d; up to 30d"},
	"help.accounts":        {"Cuentas", "Accounts"},
	"help.account":         {"La cuenta, por su id o su nombre, si hay varias", "The account, by its id or name, if there are several"},
	"help.account_list":    {"Las cuentas de la base de datos", "The accounts of the database"},
	"help.account_show":    {"La configuración de la cuenta", "The account's settings"},
	"help.account_set":     {"Cambia la configuración de la cuenta", "Changes the account's settings"},
	"help.account_name":    {"Nombre de la empresa", "Name of the business"},
	"help.account_country": {"País; solo mientras no haya contactos ni oportunidades", "Country; only while there are no contacts and no deals"},
	"help.account_currency": {
		"Moneda (ISO 4217)", "Currency (ISO 4217)",
	},
	"help.account_time_zone":     {"Zona horaria (IANA)", "Time zone (IANA)"},
	"help.account_language":      {"Idioma: es o en", "Language: es or en"},
	"help.account_date_style":    {"Formato de fechas: dd-mm-yyyy, dd/mm/yyyy o yyyy-mm-dd; vacío: el usual del país", "Form of dates: dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd; empty: as is usual in the country"},
	"help.account_number_style":  {"Formato de números: 1.000,5 o 1,000.5; vacío: el usual del país", "Form of numbers: 1.000,5 or 1,000.5; empty: as is usual in the country"},
	"help.account_seller_access": {"Vendedores: own (lo suyo y lo sin dueño), see_all (ven todo) o edit_all (editan todo)", "Sellers: own (theirs and unassigned), see_all (see everything) or edit_all (edit everything)"},
	"help.backup":                {"Copia la base de datos SQLite a un archivo, aun en uso, y revisa la copia", "Copies the SQLite database to a file, even in use, and checks the copy"},
	"help.backup_file":           {"Archivo nuevo", "New file"},
	"help.list_json":             {"Resultado como JSON", "The result as JSON"},

	"error.account_choose": {
		"Hay varias cuentas: {accounts}. Di cuál con “--account”.",
		"There are several accounts: {accounts}. Say which with “--account”.",
	},
	"error.account_unknown": {
		"No existe la cuenta “{account}”. Hay estas: {accounts}.",
		"There is no account “{account}”. There are: {accounts}.",
	},
	"error.account_set_what": {
		"No se dice qué cambiar. Usa una opción como “--name” o “--currency”; “puente account set --help” las muestra.",
		"It is not said what to change. Use a flag such as “--name” or “--currency”; “puente account set --help” shows them.",
	},
	"error.user_email_missing": {
		"Falta el correo del usuario. Escríbelo una vez, como argumento o con “--email”.",
		"The user's e-mail is missing. Write it once, as an argument or with “--email”.",
	},
	"error.user_email_unknown": {
		"No hay un usuario con el correo {email}. Mira los que hay con “puente user list”.",
		"No user has the e-mail {email}. See those that there are with “puente user list”.",
	},
	"error.password_unreadable": {
		"No se pudo leer la contraseña de la entrada. Escríbela en una línea, por ejemplo con una tubería.",
		"The password could not be read from the input. Write it on one line, for instance through a pipe.",
	},
	"error.key_name_ambiguous": {
		"Varias API Keys se llaman “{name}”. Usa el id, que muestra “puente key list”.",
		"Several API keys are called “{name}”. Use the id, which “puente key list” shows.",
	},
	"error.backup_exists": {
		"Ya existe {file} y no se tocó. Elige un archivo nuevo o muévelo primero.",
		"{file} exists already and was not touched. Choose a new file, or move it first.",
	},
	"error.backup_failed": {
		"No se pudo hacer el respaldo en {file}. Revisa que la carpeta exista, que se pueda escribir y que quede espacio.",
		"The backup to {file} could not be made. Check that the folder exists, that it can be written to and that there is room.",
	},
	"error.backup_postgres": {
		"La base de datos está en PostgreSQL. Haz el respaldo con “pg_dump”, por ejemplo: pg_dump --format=custom --file=puente.dump DIRECCIÓN.",
		"The database is in PostgreSQL. Make the backup with “pg_dump”, for instance: pg_dump --format=custom --file=puente.dump ADDRESS.",
	},
}
