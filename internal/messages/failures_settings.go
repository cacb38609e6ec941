package messages

// failuresSettings are the sentences about the account, its users, custom fields, pipelines and tags, and about activities and notes.
var failuresSettings = map[string]text{
	"error.field_key_invalid": {
		"La clave “{key}” no sirve para este campo. Usa la forma {form}, solo con letras minúsculas sin acento, números y guiones bajos, o deja que Puente la invente.",
		"The key “{key}” does not fit this field. Use the form {form}, with lower-case letters a–z, digits and underscores only, or let Puente make one.",
	},
	"error.field_key_taken": {
		"Otro campo ya usa la clave “{key}”. Elige otra, o cambia ese campo.",
		"Another field has the key “{key}” already. Choose a different one, or change that field.",
	},

	"error.name_missing": {
		"Falta el nombre. Escribe uno y guarda de nuevo.",
		"The name is missing. Write one and save again.",
	},
	"error.text_too_long": {
		"El texto es demasiado largo: caben {most} caracteres. Acórtalo y guarda de nuevo.",
		"The text is too long: there is room for {most} characters. Shorten it and save again.",
	},
	"error.color_invalid": {
		"“{color}” no es un color. Escríbelo como #rrggbb, por ejemplo #2f80ed, o déjalo vacío.",
		"“{color}” is not a colour. Write it as #rrggbb, for example #2f80ed, or leave it empty.",
	},
	"error.entity_unknown": {
		"“{entity}” no tiene campos, notas ni historial. Usa contact (contacto) o deal (oportunidad).",
		"“{entity}” has no fields, notes or timeline. Use contact or deal.",
	},

	// The account.
	"error.country_fixed": {
		"El país ya no se puede cambiar: la cuenta tiene contactos u oportunidades, y sus teléfonos y RUT se leen según el país. Crea otra cuenta para el otro país.",
		"The country cannot be changed any more: the account has contacts or deals, whose phones and tax ids are read as that country's. Make another account for the other country.",
	},
	"error.currency_fixed": {
		"La moneda no se puede cambiar: el campo “{name}” guarda montos en {currency}. Conviértelo en decimal o elimínalo, y cambia la moneda después.",
		"The currency cannot be changed: the field “{name}” holds amounts in {currency}. Turn it into a decimal or delete it, and change the currency then.",
	},
	"error.currency_fixed_by_revenue": {
		"La moneda no se puede cambiar: hay contactos, quizás entre los eliminados, con ventas anuales en {currency}. Quítales ese dato, y cambia la moneda después.",
		"The currency cannot be changed: there are contacts, maybe among the deleted ones, with annual revenue in {currency}. Take it away from them, and change the currency then.",
	},
	"error.time_zone_unknown": {
		"No existe la zona horaria “{zone}”. Escribe su nombre completo, por ejemplo America/Santiago.",
		"There is no time zone “{zone}”. Write its full name, for example America/Santiago.",
	},
	"error.date_style_unknown": {
		"No existe el formato de fecha “{style}”. Elige dd-mm-yyyy, dd/mm/yyyy o yyyy-mm-dd, o déjalo vacío para usar el del país.",
		"There is no date format “{style}”. Choose dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd, or leave it empty for the country's.",
	},
	"error.number_style_unknown": {
		"No existe el formato de número “{style}”. Elige 1.000,5 o 1,000.5, o déjalo vacío para usar el del país.",
		"There is no number format “{style}”. Choose 1.000,5 or 1,000.5, or leave it empty for the country's.",
	},
	"error.seller_access_unknown": {
		"No existe el acceso de vendedores “{access}”. Elige own (lo propio), see_all (ver todo) o edit_all (ver y cambiar todo).",
		"There is no access of sellers “{access}”. Choose own, see_all (see everything) or edit_all (see and change everything).",
	},

	// Users.
	"error.last_admin": {
		"{name} es el único administrador que puede entrar: sin él, nadie podría configurar la cuenta. Haz administrador a otra persona que ya tenga contraseña, o espera a que la elija.",
		"{name} is the only administrator who can log in: without one nobody could change the account's settings. Make somebody else an administrator who has a password already, or wait until one is chosen.",
	},
	"error.deactivate_self": {
		"No puedes desactivarte a ti mismo. Pídelo a otro administrador.",
		"You cannot deactivate yourself. Ask another administrator to do it.",
	},
	"error.reassign_to_self": {
		"Lo que tiene una persona no se puede reasignar a ella misma. Elige a otra, o déjalo sin dueño.",
		"What somebody owns cannot be reassigned to the same person. Choose somebody else, or leave it unassigned.",
	},

	// Custom fields.
	"error.field_not_found": {
		"No existe ese campo personalizado, o ya se eliminó. Vuelve a abrir la lista de campos.",
		"There is no such custom field, or it was deleted. Open the list of fields again.",
	},
	"error.field_type_unknown": {
		"No existe el tipo de campo “{type}”. Usa text, longtext, number, decimal, money, date, bool, dropdown, multiselect, email, phone o url.",
		"There is no type of field “{type}”. Use text, longtext, number, decimal, money, date, bool, dropdown, multiselect, email, phone or url.",
	},
	"error.too_many_fields": {
		"La cuenta tiene {count} campos personalizados y el máximo es {most}, contando los archivados. Elimina los que no uses y crea el campo de nuevo.",
		"The account has {count} custom fields and the most is {most}, archived ones included. Delete those that you do not use and make the field again.",
	},
	"error.field_has_values": {
		"Si eliminas el campo “{name}” se pierden {count} valores, y no hay vuelta atrás. Confirma que quieres perder {count}, o archiva el campo para conservarlos.",
		"Deleting the field “{name}” loses {count} values, for ever. Confirm that you want to lose {count}, or archive the field to keep them.",
	},
	"error.field_busy": {
		"El campo “{name}” todavía está procesando un cambio anterior en los registros. Espera a que termine e inténtalo de nuevo.",
		"The field “{name}” is still working through the records because of an earlier change. Wait for it to end and try again.",
	},
	"error.field_type_misfits": {
		"No se cambió el tipo de “{name}”: {count} valores no calzan, por ejemplo “{value}”. Corrígelos en los registros y vuelve a cambiarlo.",
		"The type of “{name}” was not changed: {count} values do not fit, for example “{value}”. Correct them in the records and change it again.",
	},
	"error.pattern_not_text": {
		"Solo un campo de texto puede tener un patrón de validación. Quita el patrón o elige el tipo texto.",
		"Only a text field can have a validation pattern. Remove the pattern or choose the type text.",
	},
	"error.pattern_too_long": {
		"El patrón es demasiado largo: caben {most} caracteres. Acórtalo.",
		"The pattern is too long: there is room for {most} characters. Shorten it.",
	},
	"error.pattern_invalid": {
		"El patrón “{pattern}” no se entiende. Escribe una expresión regular, por ejemplo [0-9]+ para dígitos.",
		"The pattern “{pattern}” is not understood. Write a regular expression, for example [0-9]+ for digits.",
	},
	"error.pattern_too_complex": {
		"El patrón “{pattern}” es demasiado complejo para revisarlo rápido. Usa repeticiones más cortas o menos alternativas.",
		"The pattern “{pattern}” is too complex to be checked quickly. Use shorter repetitions or fewer alternatives.",
	},
	"error.options_not_allowed": {
		"Este tipo de campo no tiene opciones. Quítalas, o elige los tipos dropdown o multiselect.",
		"This type of field has no options. Remove them, or choose the types dropdown or multiselect.",
	},
	"error.options_missing": {
		"El campo necesita al menos una opción. Escribe las opciones entre las que se elegirá.",
		"The field needs at least one option. Write the options to choose from.",
	},
	"error.too_many_options": {
		"Un campo puede tener hasta {most} opciones. Deja menos, o usa un campo de texto.",
		"A field can have up to {most} options. Keep fewer, or use a text field.",
	},
	"error.option_missing": {
		"Hay una opción vacía en {place}. Escríbela o quítala.",
		"There is an empty option at {place}. Write it or remove it.",
	},
	"error.option_twice": {
		"La opción “{option}” está dos veces, sin contar mayúsculas ni tildes. Deja una sola.",
		"The option “{option}” is there twice, case and accents aside. Keep one only.",
	},
	"error.option_separator": {
		"La opción “{option}” lleva punto y coma, que separa las opciones entre sí. Escríbela sin él.",
		"The option “{option}” has a semicolon, which stands between options. Write it without one.",
	},
	"error.option_unknown": {
		"No se puede renombrar “{option}” a “{name}”: la primera debe ser una opción actual del campo, y la segunda una de las nuevas. Revisa las dos.",
		"“{option}” cannot be renamed to “{name}”: the first has to be an option of the field now, and the second one of the new ones. Check both.",
	},
	"error.option_in_use": {
		"La opción “{option}” no se puede quitar: la usan {count} registros. Renómbrala, o cambia antes esos registros.",
		"The option “{option}” cannot be removed: {count} records have it. Rename it, or change those records first.",
	},

	// Values of custom fields.
	"error.value_not_text": {
		"“{name}” espera un texto. Envíalo entre comillas.",
		"“{name}” takes a text. Send it in quotes.",
	},
	"error.value_not_one_line": {
		"“{name}” es un texto de una sola línea. Quita los saltos de línea, o cambia el campo a texto largo.",
		"“{name}” is a text of one line. Remove the line breaks, or change the field to a long text.",
	},
	"error.value_too_long": {
		"El valor de “{name}” es demasiado largo: caben {most} caracteres. Acórtalo.",
		"The value of “{name}” is too long: there is room for {most} characters. Shorten it.",
	},
	"error.value_pattern": {
		"El valor de “{name}” no calza con su patrón de validación: {pattern}. Corrígelo.",
		"The value of “{name}” does not match its validation pattern: {pattern}. Correct it.",
	},
	"error.value_not_number": {
		"“{name}” espera un número. Escríbelo solo con dígitos y, si tiene decimales, un punto: 1234.5.",
		"“{name}” takes a number. Write it with digits only and, if it has decimals, a point: 1234.5.",
	},
	"error.value_not_whole": {
		"“{name}” espera un número entero. Escríbelo sin decimales.",
		"“{name}” takes a whole number. Write it without decimals.",
	},
	"error.value_too_large": {
		"El número de “{name}” es demasiado grande para guardarlo. Revisa los dígitos.",
		"The number of “{name}” is too large to be kept. Check the digits.",
	},
	"error.value_too_fine": {
		"“{name}” es un monto en {currency}, que lleva {decimals} decimales. Redondéalo.",
		"“{name}” is an amount in {currency}, which has {decimals} decimals. Round it.",
	},
	"error.value_not_date": {
		"“{name}” espera una fecha que exista. Escríbela así: 2026-03-12, o {example}.",
		"“{name}” takes a date that exists. Write it like this: 2026-03-12, or {example}.",
	},
	"error.value_not_bool": {
		"“{name}” espera sí o no. Envía true o false.",
		"“{name}” takes yes or no. Send true or false.",
	},
	"error.value_not_option": {
		"“{name}” no tiene esa opción. Elige entre: {options}.",
		"“{name}” has no such option. Choose from: {options}.",
	},
	"error.value_not_email": {
		"“{name}” espera un correo. Escribe una sola dirección, por ejemplo ventas@empresa.cl.",
		"“{name}” takes an e-mail. Write one address, for example sales@company.com.",
	},
	"error.value_not_phone": {
		"“{name}” espera un teléfono válido. Escríbelo con el código de su país, por ejemplo +56 9 5555 0199.",
		"“{name}” takes a valid phone number. Write it with its country's code, for example +56 9 5555 0199.",
	},
	"error.value_not_url": {
		"“{name}” espera una dirección web completa. Escríbela con https:// al principio.",
		"“{name}” takes a whole web address. Write it with https:// in front.",
	},

	// Pipelines and stages.
	"error.pipeline_not_found": {
		"No existe ese embudo, o ya se eliminó. Vuelve a abrir la lista de embudos.",
		"There is no such pipeline, or it was deleted. Open the list of pipelines again.",
	},
	"error.stage_not_found": {
		"No existe esa etapa, o ya se eliminó. Vuelve a abrir el embudo.",
		"There is no such stage, or it was deleted. Open the pipeline again.",
	},
	"error.stage_kind_unknown": {
		"No existe el tipo de etapa “{kind}”. Elige open (abierta), won (ganada) o lost (perdida).",
		"There is no kind of stage “{kind}”. Choose open, won or lost.",
	},
	"error.stage_has_deals": {
		"La etapa “{stage}” tiene {count} oportunidades. Elige a qué etapa se mueven, y se eliminará después.",
		"The stage “{stage}” has {count} deals. Choose the stage to which they move, and it will be deleted then.",
	},
	"error.stage_not_empty": {
		"A la etapa “{stage}” llegaron oportunidades mientras se eliminaba. Muévelas a otra etapa e inténtalo de nuevo.",
		"Deals came into the stage “{stage}” while it was being deleted. Move them to another stage and try again.",
	},
	"error.pipeline_has_deals": {
		"El embudo “{pipeline}” tiene {count} oportunidades. Elige a qué etapa se mueven, y se eliminará después.",
		"The pipeline “{pipeline}” has {count} deals. Choose the stage to which they move, and it will be deleted then.",
	},
	"error.pipeline_needs_open_stage": {
		"El embudo “{pipeline}” necesita al menos una etapa abierta, donde empiezan las oportunidades. Agrega otra abierta primero.",
		"The pipeline “{pipeline}” needs at least one open stage, where deals begin. Add another open one first.",
	},
	"error.last_pipeline": {
		"“{pipeline}” es el único embudo de la cuenta y no se puede eliminar. Crea otro primero, o cámbiale el nombre.",
		"“{pipeline}” is the account's only pipeline and cannot be deleted. Make another one first, or rename this one.",
	},
	"error.too_many_pipelines": {
		"Una cuenta puede tener hasta {most} embudos. Elimina uno que no uses y crea el nuevo después.",
		"An account can have up to {most} pipelines. Delete one that you do not use and make the new one then.",
	},
	"error.too_many_stages": {
		"Un embudo puede tener hasta {most} etapas. Elimina una que no uses y agrega la nueva después.",
		"A pipeline can have up to {most} stages. Delete one that you do not use and add the new one then.",
	},
	"error.move_to_itself": {
		"Las oportunidades ya están en esa etapa. Elige otra como destino.",
		"The deals are in that stage already. Choose another one for them to go to.",
	},

	// Tags.
	"error.tag_not_found": {
		"No existe esa etiqueta, o ya se eliminó. Vuelve a abrir la lista de etiquetas.",
		"There is no such tag, or it was deleted. Open the list of tags again.",
	},
	"error.too_many_tags": {
		"Una cuenta puede tener hasta {most} etiquetas. Elimina las que no uses y crea la nueva después.",
		"An account can have up to {most} tags. Delete those that you do not use and make the new one then.",
	},

	// Activities and notes.
	"error.activity_not_found": {
		"No existe esa actividad, o no la puedes ver. Vuelve a abrir la lista de actividades.",
		"There is no such activity, or you may not see it. Open the list of activities again.",
	},
	"error.activity_title_missing": {
		"Falta decir qué hay que hacer. Escribe un título para la actividad.",
		"What is to be done is missing. Write a title for the activity.",
	},
	"error.activity_kind_unknown": {
		"No existe el tipo de actividad “{kind}”. Elige task (tarea), call (llamada), meeting (reunión) o email (correo).",
		"There is no kind of activity “{kind}”. Choose task, call, meeting or email.",
	},
	"error.activity_status_unknown": {
		"No existe el estado de actividad “{status}”. Elige pending (pendiente), completed (realizada) o discarded (cancelada).",
		"There is no state of an activity “{status}”. Choose pending, completed or discarded.",
	},
	"error.activity_without_subject": {
		"La actividad no es sobre nadie. Elige un contacto o una oportunidad.",
		"The activity is about nobody. Choose a contact or a deal.",
	},
	"error.activity_times": {
		"La actividad empezaría después de su vencimiento. Cambia una de las dos fechas.",
		"The activity would start after it is due. Change one of the two.",
	},
	"error.note_not_found": {
		"No existe esa nota, o no la puedes ver. Vuelve a abrir el contacto o la oportunidad.",
		"There is no such note, or you may not see it. Open the contact or the deal again.",
	},
	"error.note_empty": {
		"La nota está vacía. Escribe algo, o elimínala si ya no sirve.",
		"The note is empty. Write something, or delete it if it is of no use any more.",
	},
	"error.note_not_yours": {
		"Esta nota la escribió otra persona. Pide el cambio a quien la escribió o a un administrador, o escribe una nota tuya.",
		"Somebody else wrote this note. Ask its author or an administrator to change it, or write a note of your own.",
	},
}
