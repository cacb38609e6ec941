package messages

// failures are the sentences of errors. Each says what is wrong, where, and what to do about it.
var failures = map[string]text{
	"error.internal": {
		"Ocurrió un error inesperado. Inténtalo de nuevo; si se repite, el registro del servidor tiene el detalle.",
		"Something unexpected went wrong. Try again; if it happens again, the server's log has the details.",
	},

	// The database.
	"error.database_newer": {
		"La base de datos {database} es de una versión más nueva de Puente (esquema {version}; este programa conoce hasta el {program_version}). Usa esa versión de Puente o una posterior.",
		"The database {database} is of a newer version of Puente (schema {version}; this program knows up to {program_version}). Use that version of Puente or a later one.",
	},
	"error.database_needs_migration": {
		"La base de datos {database} es de una versión anterior de Puente (esquema {version}; este programa usa el {program_version}). Haz un respaldo y ejecuta “puente migrate”.",
		"The database {database} is of an older version of Puente (schema {version}; this program uses {program_version}). Make a backup and run “puente migrate”.",
	},
	"error.database_unreachable": {
		"No se puede abrir la base de datos {database}. Revisa que la ruta o la dirección esté bien escrita, que la carpeta exista y que el servidor esté funcionando.",
		"The database {database} cannot be opened. Check that the path or address is right, that the folder exists and that the server is running.",
	},
	"error.database_refused": {
		"El servidor de la base de datos {database} no aceptó el usuario o la clave. Revísalos en la dirección que diste.",
		"The server of the database {database} did not accept the user or the password. Check them in the address that you gave.",
	},
	"error.database_absent": {
		"El servidor responde, pero no tiene la base de datos {database}. Créala con “createdb” o revisa el nombre.",
		"The server answers, but it has no database {database}. Create it with “createdb”, or check the name.",
	},
	"error.database_readonly": {
		"No se puede escribir en la base de datos {database}. Revisa los permisos del archivo y de su carpeta, o del usuario de la base.",
		"The database {database} cannot be written to. Check the permissions of the file and its folder, or of the database's user.",
	},
	"error.database_locked": {
		"Otro programa tiene ocupada la base de datos {database}. Espera a que termine o ciérralo, e inténtalo de nuevo.",
		"Another program keeps the database {database} busy. Wait for it to end or close it, and try again.",
	},
	"error.database_full": {
		"No queda espacio en el disco para la base de datos {database}. Libera espacio e inténtalo de nuevo; lo que ya estaba guardado no se perdió.",
		"There is no room left on the disk for the database {database}. Free some space and try again; what was saved before is not lost.",
	},
	"error.database_not_recognised": {
		"{database} no es una base de datos de Puente. Revisa la ruta o la dirección; Puente no la tocó.",
		"{database} is not a database of Puente. Check the path or address; Puente did not touch it.",
	},
	"error.database_url_invalid": {
		"No se entiende la base de datos “{database}”. Escribe sqlite:RUTA o postgres://usuario@servidor/base.",
		"The database “{database}” is not understood. Write sqlite:PATH or postgres://user@server/database.",
	},
	"error.stale": {
		"Cambió mientras tanto y no se guardó. Vuelve a abrirlo y repite el cambio.",
		"It changed in the meantime, and it was not saved. Open it again and repeat the change.",
	},
	"error.id_taken": {
		"Ya existe algo con el identificador {id}. No se guardó.",
		"Something with the id {id} exists already. It was not saved.",
	},
	"error.reference_unknown": {
		"Se refiere a algo que no existe o que se acaba de eliminar. No se guardó; vuelve a abrirlo e inténtalo de nuevo.",
		"It refers to something that does not exist or was just deleted. It was not saved; open it again and try once more.",
	},
	"error.name_taken": {
		"Ya existe otro con el nombre “{name}”. Elige un nombre distinto.",
		"There is another one called “{name}” already. Choose a different name.",
	},
	"error.value_invalid": {
		"Un valor no se puede guardar en su campo. Revísalo y escríbelo de nuevo.",
		"A value cannot be stored in its field. Check it and write it again.",
	},
	"error.run_not_found": {
		"No existe la pasada {id}. Ve la lista de pasadas de la conexión.",
		"There is no run {id}. See the list of the connection's runs.",
	},

	"error.run_not_in_state": {
		"La pasada está en el estado “{state}” y ahora no se puede hacer eso con ella. Actualiza la lista y revisa su estado.",
		"The run is in the state “{state}”, and that cannot be done with it now. Refresh the list and check its state.",
	},
	"error.backfill_running": {
		"Ya hay una carga de historia en curso en esta conexión. Espera a que termine, o cancélala antes de empezar otra.",
		"History is being loaded for this connection already. Wait for it to end, or cancel it before you start another one.",
	},
	"error.document_not_found": {
		"Puente no tiene ese documento en esta conexión. Revisa el número, o sincroniza primero.",
		"Puente has no such document in this connection. Check the number, or sync first.",
	},
	"error.user_not_found": {
		"No existe el usuario {id}. Revisa el identificador o la lista de usuarios.",
		"There is no user {id}. Check the id or the list of users.",
	},

	// Accounts, users and values.
	"error.account_not_found": {
		"No existe la cuenta {id}. Revisa el identificador.",
		"There is no account {id}. Check the id.",
	},
	"error.account_needed": {
		"La base de datos todavía no tiene ninguna cuenta, o tiene más de una. Indica cuál con “--account”, o créala con “puente sync” o “puente serve”.",
		"The database has no account yet, or more than one. Say which with “--account”, or create it with “puente sync” or “puente serve”.",
	},
	"error.account_name_missing": {
		"Falta el nombre de la cuenta. Escribe el de tu empresa.",
		"The account's name is missing. Write that of your business.",
	},
	"error.country_unknown": {
		"No se conoce el país “{country}”. Escribe CL (Chile), PE (Perú) o MX (México).",
		"The country “{country}” is not known. Write CL (Chile), PE (Peru) or MX (Mexico).",
	},
	"error.language_unknown": {
		"No se conoce el idioma “{language}”. Escribe es (español) o en (inglés).",
		"The language “{language}” is not known. Write es (Spanish) or en (English).",
	},
	"error.currency_unknown": {
		"No existe la moneda “{currency}”. Escribe su código ISO, como CLP, PEN o MXN.",
		"There is no currency “{currency}”. Write its ISO code, such as CLP, PEN or MXN.",
	},
	"error.amount_too_large": {
		"El monto es demasiado grande para guardarlo en {currency}. Revísalo.",
		"The amount is too large to be kept in {currency}. Check it.",
	},
	"error.lasting_invalid": {
		"“{value}” no es un tiempo. Escríbelo en horas o en días, como 36h o 7d.",
		"“{value}” is no length of time. Write hours or days, such as 36h or 7d.",
	},
	"error.date_invalid": {
		"“{value}” no es una fecha. Escríbela como 2026-03-12.",
		"“{value}” is not a date. Write it as 2026-03-12.",
	},
	"error.email_invalid": {
		"“{email}” no es un correo. Escribe una sola dirección, como nombre@dominio.cl.",
		"“{email}” is not an e-mail. Write a single address such as name@domain.com.",
	},
	"error.email_taken": {
		"Ya hay un usuario con el correo {email}. Usa otro correo.",
		"There is a user with the e-mail {email} already. Use another one.",
	},
	"error.role_unknown": {
		"No existe el rol “{role}”. Escribe admin (Administrador), editor (Editor) o seller (Vendedor).",
		"There is no role “{role}”. Write admin (administrator), editor or seller.",
	},
	"error.too_many_alternatives": {
		"Un contacto puede tener uno principal y a lo más {most} alternativos. Quita los que ya no use e inténtalo de nuevo.",
		"A contact may have a primary one and at most {most} alternatives. Remove those that are no longer in use and try again.",
	},

	// Rules.
	"error.rules_type_wrong": {
		"En las reglas, línea {line}, “{place}” tiene otro tipo de valor que el que corresponde. Compáralo con el ejemplo de la documentación.",
		"In the rules, line {line}, “{place}” has another type of value than it should. Compare it with the example in the documentation.",
	},
	"error.rules_empty": {
		"El archivo de reglas está vacío. Para usar las reglas por omisión, escribe en él {braces}.",
		"The rules file is empty. For the default rules write {braces} in it.",
	},
	"error.rules_malformed": {
		"Las reglas no son JSON válido en la línea {line}, columna {column}. Corrige ese lugar: suele faltar o sobrar una coma, una comilla o una llave, o haber un texto donde va otra cosa.",
		"The rules are not valid JSON at line {line}, column {column}. Correct that place: often a comma, quote or brace is missing or one too many, or there is text where something else belongs.",
	},
	"error.rules_unknown_key": {
		"Las reglas tienen una clave que no existe: “{place}”. Revisa cómo está escrita o quítala.",
		"The rules have a key that does not exist: “{place}”. Check its spelling or remove it.",
	},
	"error.rules_stage_unknown": {
		"En las reglas, “{place}” nombra la etapa “{stage}”, que no existe en el embudo “{pipeline}”. Sus etapas son: {known}.",
		"In the rules, “{place}” names the stage “{stage}”, which the pipeline “{pipeline}” does not have. Its stages are: {known}.",
	},
	"error.rules_stage_not_open": {
		"En las reglas, “{place}” nombra la etapa “{stage}”, que no es una etapa abierta. Solo se toman oportunidades de etapas abiertas: elige una de ellas.",
		"In the rules, “{place}” names the stage “{stage}”, which is not an open one. Deals are only taken from open stages: choose one of those.",
	},
	"error.rules_pipeline_unknown": {
		"En las reglas, “{place}” nombra el embudo “{pipeline}”, que no existe. Existen: {known}.",
		"In the rules, “{place}” names the pipeline “{pipeline}”, which does not exist. There are: {known}.",
	},
	"error.rules_field_twice": {
		"Dos filas escriben en el mismo campo, “{field}” ({place}). Deja una sola: si no, cada documento lo cambiaría dos veces.",
		"Two rows write into the same field, “{field}” ({place}). Keep one of them: each document would change it twice.",
	},
	"error.rules_field_unknown": {
		"En las reglas, “{place}” nombra el campo “{field}”, que no existe o está archivado. Crea el campo o escribe el nombre o la clave de uno que exista.",
		"In the rules, “{place}” names the field “{field}”, which does not exist or is archived. Create the field, or write the name or key of one that exists.",
	},
	"error.rules_source_unknown": {
		"En las reglas, “{place}” necesita un origen conocido o una constante, y solo uno de los dos; dice “{source}”. Los orígenes son: {known}.",
		"In the rules, “{place}” needs a known source or a constant, and only one of them; it says “{source}”. The sources are: {known}.",
	},
	"error.rules_write_unknown": {
		"En las reglas, “{place}” dice “{value}”. Puede ser: {known}.",
		"In the rules, “{place}” says “{value}”. It can be: {known}.",
	},
	"error.rules_empty_unknown": {
		"En las reglas, “{place}” dice “{value}”. Puede ser: {known}.",
		"In the rules, “{place}” says “{value}”. It can be: {known}.",
	},
	"error.rules_documents_unknown": {
		"En las reglas, “{place}” dice “{value}”. Los documentos pueden ser: {known}.",
		"In the rules, “{place}” says “{value}”. The documents can be: {known}.",
	},
	"error.rules_kind_unknown": {
		"En las reglas, “{place}” nombra el tipo de documento “{kind}”. Aquí puede ser: {known}.",
		"In the rules, “{place}” names the kind of document “{kind}”. Here it can be: {known}.",
	},
	"error.rules_owner_reference_unknown": {
		"En las reglas, “{place}” dice “{value}”. El dueño puede salir de: {known}.",
		"In the rules, “{place}” says “{value}”. The owner can come from: {known}.",
	},
	"error.rules_user_unknown": {
		"En las reglas, “{place}” nombra a {email}, y no hay un usuario activo con ese correo. Créalo con “puente user add” o escribe otro.",
		"In the rules, “{place}” names {email}, and no active user has that e-mail. Create one with “puente user add” or write another.",
	},
	"error.rules_value_unknown": {
		"En las reglas, “{place}” dice “{value}”. El valor de la oportunidad puede ser: {known}.",
		"In the rules, “{place}” says “{value}”. The deal's value can be: {known}.",
	},
	"error.rules_contact_require_unknown": {
		"En las reglas, “{place}” dice “{value}”. Para crear un contacto se puede pedir: {known}.",
		"In the rules, “{place}” says “{value}”. To create a contact, one can ask for: {known}.",
	},
	"error.rules_anonymous_unknown": {
		"En las reglas, “{place}” dice “{value}”. Las ventas sin cliente pueden ir a: {known}.",
		"In the rules, “{place}” says “{value}”. For sales without a client it can be: {known}.",
	},
	"error.rules_several_unknown": {
		"En las reglas, “{place}” dice “{value}”. Con varias oportunidades puede ser: {known}.",
		"In the rules, “{place}” says “{value}”. For several deals it can be: {known}.",
	},
	"error.rules_void_unknown": {
		"En las reglas, “{place}” dice “{value}”. Ante una anulación se puede: {known}.",
		"In the rules, “{place}” says “{value}”. For a voided document it can be: {known}.",
	},
	"error.rules_void_stage_missing": {
		"En las reglas falta “{place}”: con la acción “stage” hay que decir a qué etapa pasan las anuladas, por ejemplo “Anulado”.",
		"The rules lack “{place}”: with the action “stage” they have to say to which stage voided ones move, for instance “Anulado”.",
	},
	"error.rules_date_invalid": {
		"En las reglas, “{place}” dice “{date}”, que no es una fecha. Escríbela como 2026-01-01.",
		"In the rules, “{place}” says “{date}”, which is not a date. Write it as 2026-01-01.",
	},
	"error.rules_file_unreadable": {
		"No se puede leer el archivo de reglas {path}. Revisa que exista y que tengas permiso para leerlo.",
		"The rules file {path} cannot be read. Check that it exists and that you may read it.",
	},
	"error.since_missing": {
		"Falta decir desde qué fecha se traen documentos. Agrega “--since”, por ejemplo --since 2026-01-01.",
		"It is not said from which date documents are brought in. Add “--since”, for instance --since 2026-01-01.",
	},
	"error.since_invalid": {
		"“{value}” no es una fecha. Escribe “--since” como 2026-01-01.",
		"“{value}” is not a date. Write “--since” as 2026-01-01.",
	},

	// Bsale.
	"error.bsale_url_invalid": {
		"“{url}” no es la dirección de una API de Bsale. Escribe una como https://api.bsale.io.",
		"“{url}” is not the address of a Bsale API. Write one such as https://api.bsale.io.",
	},
	"error.bsale_url_missing": {
		"Falta la dirección de Bsale. Agrega “--bsale-url” o la variable PUENTE_BSALE_URL.",
		"Bsale's address is missing. Add “--bsale-url” or the variable PUENTE_BSALE_URL.",
	},
	"error.bsale_token_missing": {
		"Falta el token de acceso de Bsale. Ponlo en la variable PUENTE_BSALE_TOKEN o en un archivo (“--bsale-token-file”).",
		"Bsale's access token is missing. Put it into the variable PUENTE_BSALE_TOKEN or a file (“--bsale-token-file”).",
	},
	"error.bsale_token_unreadable": {
		"No se puede leer el archivo del token {path}. Revisa que exista y que tengas permiso para leerlo.",
		"The token's file {path} cannot be read. Check that it exists and that you may read it.",
	},
	"error.bsale_unauthorized": {
		"Bsale rechazó el token de acceso. Revisa que esté completo o pide uno nuevo a Bsale.",
		"Bsale refused the access token. Check that it is complete, or ask Bsale for a new one.",
	},
	"error.bsale_payment_required": {
		"Bsale tiene bloqueada la empresa por falta de pago. Regulariza el pago con Bsale e inténtalo de nuevo.",
		"Bsale has blocked the company for non-payment. Settle it with Bsale and try again.",
	},
	"error.bsale_forbidden": {
		"Bsale no permite esa consulta con este token. Pide a Bsale un token con acceso a documentos y clientes.",
		"Bsale does not allow that call with this token. Ask Bsale for a token that may read documents and clients.",
	},
	"error.bsale_not_found": {
		"Bsale no encuentra lo que se le pidió. Revisa que la dirección de Bsale sea la de tu país.",
		"Bsale cannot find what it was asked for. Check that Bsale's address is that of your country.",
	},
	"error.bsale_unavailable": {
		"Bsale no responde. Revisa la dirección y tu conexión a internet, o inténtalo más tarde; lo que falta se lee entonces.",
		"Bsale does not answer. Check the address and your internet connection, or try later; what is missing will be read then.",
	},
	"error.bsale_rate_limited": {
		"Bsale pidió esperar: hay demasiadas consultas con este token. Inténtalo más tarde, o revisa si otro programa usa el mismo token.",
		"Bsale asked to wait: there are too many calls with this token. Try later, or check whether another program uses the same token.",
	},
	"error.bsale_bad_response": {
		"Bsale respondió algo que no se entiende. Revisa que la dirección sea la de la API de Bsale; si lo es, inténtalo más tarde.",
		"Bsale answered something that cannot be understood. Check that the address is that of Bsale's API; if it is, try later.",
	},
	"error.bsale_bad_request": {
		"Bsale rechazó la consulta. Si se repite, avísanos: el registro tiene el detalle.",
		"Bsale refused the call. If it happens again, tell us: the log has the details.",
	},

	// Connections.
	"error.connection_busy": {
		"Otro proceso ({holder}) está trabajando con esta conexión. Espera a que termine o deténlo, e inténtalo de nuevo.",
		"Another process ({holder}) is working on this connection. Wait for it to end or stop it, and try again.",
	},
	"error.connection_not_found": {
		"No existe la conexión {id}. Revisa el identificador o créala con “puente connect”.",
		"There is no connection {id}. Check the id, or create it with “puente connect”.",
	},
	"error.connection_needed": {
		"La cuenta no tiene ninguna conexión con Bsale. Créala con “puente connect”.",
		"The account has no connection to Bsale. Create one with “puente connect”.",
	},
	"error.hook_not_found": {
		"Ninguna conexión recibe avisos en esa dirección. Copia de nuevo la dirección desde la conexión y ponla en Bsale.",
		"No connection receives notifications at that address. Copy the address from the connection again and set it in Bsale.",
	},
	"error.hook_taken": {
		"La dirección de avisos ya la usa otra conexión. Crea la conexión de nuevo para que reciba otra.",
		"Another connection uses that address for notifications. Create the connection again to get another one.",
	},

	// The key that seals tokens.
	"error.secret_key_missing": {
		"Falta la clave que protege los tokens. Define la variable PUENTE_SECRET_KEY con la clave de siempre; si es la primera vez, crea una con: openssl rand -base64 32",
		"The key that protects tokens is missing. Set the variable PUENTE_SECRET_KEY to the key in use; the first time, make one with: openssl rand -base64 32",
	},
	"error.secret_key_invalid": {
		"La clave en {source} no sirve: deben ser 32 bytes en base64, sin nada más. Crea una con: openssl rand -base64 32",
		"The key in {source} cannot be used: it has to be 32 bytes in base64 and nothing else. Make one with: openssl rand -base64 32",
	},
	"error.secret_key_wrong": {
		"El token se guardó con otra clave. Usa la PUENTE_SECRET_KEY o el archivo de clave de antes, o ingresa el token de nuevo.",
		"The token was stored with another key. Use the former PUENTE_SECRET_KEY or key file, or enter the token again.",
	},
	"error.secret_key_exposed": {
		"Otros usuarios del equipo pueden leer la clave en {path} (permisos {mode}). Ejecuta: chmod 600 {path}",
		"Other users of this machine can read the key in {path} (permissions {mode}). Run: chmod 600 {path}",
	},
	"error.secret_key_unreadable": {
		"No se puede leer ni crear el archivo de la clave {path}. Revisa los permisos de su carpeta, o usa la variable PUENTE_SECRET_KEY.",
		"The key's file {path} can neither be read nor created. Check the permissions of its folder, or use the variable PUENTE_SECRET_KEY.",
	},
	"error.secret_damaged": {
		"Lo guardado está dañado o se movió de lugar, y no se puede abrir. Ingresa el token de nuevo.",
		"What was stored is damaged or was moved, and cannot be opened. Enter the token again.",
	},

	// Addresses and files of commands.
	"error.listen_failed": {
		"No se puede escuchar en {address}. Revisa que la dirección esté libre, o elige otra con “--listen”.",
		"Cannot listen on {address}. Check that the address is free, or choose another with “--listen”.",
	},
	"error.file_unwritable": {
		"No se puede escribir el archivo {path}. Revisa la carpeta y sus permisos.",
		"The file {path} cannot be written. Check the folder and its permissions.",
	},
}
