package messages

// failuresRecords are the sentences about contacts and deals.
var failuresRecords = map[string]text{
	"error.contact_not_found": {
		"No existe ese contacto, o no lo puedes ver. Revisa el identificador, o pide a un administrador que te lo asigne.",
		"There is no such contact, or you may not see it. Check the id, or ask an administrator to assign it to you.",
	},
	"error.deal_not_found": {
		"No existe esa oportunidad, o no la puedes ver. Revisa el identificador, o pide a un administrador que te la asigne.",
		"There is no such deal, or you may not see it. Check the id, or ask an administrator to assign it to you.",
	},
	"error.not_yours": {
		"Es de otra persona, y tu rol solo te deja cambiar lo tuyo y lo que no tiene dueño. Pide a su dueño o a un administrador que haga el cambio o te lo asigne.",
		"It is somebody else's, and your role lets you change only what is yours or nobody's. Ask its owner or an administrator to make the change or to assign it to you.",
	},
	"error.deals_not_yours": {
		"Este contacto tiene oportunidades de otra persona, que no puedes eliminar. Elimínalo conservando sus oportunidades, o pídelo a un administrador.",
		"This contact has deals of somebody else, which you may not delete. Delete it and keep its deals, or ask an administrator.",
	},
	"error.assign_to_self_only": {
		"Tu rol solo te deja asignarte registros a ti, o dejarlos sin dueño. Para dárselos a otra persona, pídelo a un administrador.",
		"Your role lets you assign records to yourself only, or to nobody. To give them to somebody else, ask an administrator.",
	},
	"error.owner_unknown": {
		"El dueño indicado no es un usuario de esta cuenta. Elige uno de la lista de usuarios, o déjalo sin dueño.",
		"The owner given is no user of this account. Choose one from the list of users, or leave it unassigned.",
	},
	"error.owner_inactive": {
		"{name} está desactivado y no puede recibir registros. Elige a otra persona, o reactívalo primero.",
		"{name} is deactivated and cannot be given records. Choose somebody else, or reactivate that user first.",
	},

	// Contacts.
	"error.contact_empty": {
		"El contacto no tiene con qué reconocerlo. Escribe al menos un nombre, una empresa, un correo, un teléfono o un RUT.",
		"There is nothing to know the contact by. Write at least a name, a company, an e-mail, a phone or a tax id.",
	},
	"error.contact_exists": {
		"Ya existe un contacto con este dato: {name}. Ábrelo y complétalo en vez de crear otro.",
		"There is a contact with this already: {name}. Open and complete that one instead of making another.",
	},
	"error.contact_exists_hidden": {
		"Ya existe un contacto con este dato, y su dueño es {owner}. Pídele que te lo asigne.",
		"There is a contact with this already, and it is {owner}'s. Ask them to assign it to you.",
	},
	"error.phone_invalid": {
		"“{phone}” no es un teléfono completo. Escribe un solo número, como +56 9 6123 4567; si es de otro país, con su código.",
		"“{phone}” is not a complete phone number. Write a single one such as +56 9 6123 4567; with its country's code if it is foreign.",
	},
	"error.tax_id_invalid": {
		"“{tax_id}” no es válido: el formato o el dígito verificador no calzan. Revísalo y escríbelo de nuevo.",
		"“{tax_id}” is not a valid tax id: its form or its check digit is wrong. Check it and write it again.",
	},
	"error.tax_id_generic": {
		"“{tax_id}” es un RUT genérico, que comparten todas las ventas sin cliente. Déjalo vacío o escribe el del cliente.",
		"“{tax_id}” is a generic tax id, shared by all sales without a customer. Leave it empty, or write the customer's own.",
	},
	"error.website_invalid": {
		"“{value}” no es la dirección de un sitio web. Escríbela como www.tienda.cl o https://tienda.cl.",
		"“{value}” is not the address of a web site. Write it as www.shop.com or https://shop.com.",
	},
	"error.amount_too_fine": {
		"Los montos en {currency} llevan {decimals} decimales. Redondéalo y envíalo de nuevo.",
		"Amounts in {currency} have {decimals} decimals. Round it and send it again.",
	},
	"error.number_out_of_range": {
		"El número no está entre 0 y {most}. Corrígelo; 0 lo deja vacío.",
		"The number is not between 0 and {most}. Correct it; 0 leaves it empty.",
	},
	"error.birth_date_impossible": {
		"Ese día no existe en ese mes. Revisa el día, el mes y el año de nacimiento.",
		"There is no such day in that month. Check day, month and year of birth.",
	},
	"error.tag_unknown": {
		"No existe la etiqueta {id}. Elige una de la lista de etiquetas, o créala primero.",
		"There is no tag {id}. Choose one from the list of tags, or make it first.",
	},

	// Deals.
	"error.deal_name_missing": {
		"Falta el nombre de la oportunidad. Escribe uno.",
		"The deal's name is missing. Write one.",
	},
	"error.number_invalid": {
		"“{value}” no es un número. Escríbelo solo con dígitos, y con punto para los decimales.",
		"“{value}” is not a number. Write digits only, and a point before the decimals.",
	},
	"error.value_negative": {
		"El valor de una oportunidad no puede ser negativo. Escribe 0 o más.",
		"The value of a deal cannot be negative. Write 0 or more.",
	},
	"error.contact_unknown": {
		"El contacto indicado no existe, se eliminó o no lo puedes ver. Elige otro, o deja la oportunidad sin contacto.",
		"The contact given does not exist, was deleted, or is not yours to see. Choose another, or leave the deal without contact.",
	},
	"error.pipeline_unknown": {
		"El embudo indicado no existe o se eliminó. Elige uno de la lista de embudos.",
		"The pipeline given does not exist or was deleted. Choose one from the list of pipelines.",
	},
	"error.pipeline_without_open_stage": {
		"El embudo “{pipeline}” no tiene ninguna etapa abierta. Indica en qué etapa va la oportunidad, o agrégale una etapa abierta.",
		"The pipeline “{pipeline}” has no open stage. Say in which stage the deal goes, or add an open stage.",
	},
	"error.stage_unknown": {
		"La etapa indicada no existe o se eliminó. Elige una de la lista de embudos.",
		"The stage given does not exist or was deleted. Choose one from the list of pipelines.",
	},
	"error.stage_of_other_pipeline": {
		"La etapa “{stage}” es de otro embudo. Elige una etapa del embudo indicado, o no indiques el embudo.",
		"The stage “{stage}” is of another pipeline. Choose a stage of the pipeline given, or leave the pipeline out.",
	},
	"error.close_reason_open": {
		"“{stage}” es una etapa abierta, y el motivo de cierre es solo para oportunidades ganadas o perdidas. Quita el motivo o mueve la oportunidad.",
		"“{stage}” is an open stage, and a reason for closing is for won or lost deals only. Leave the reason out, or move the deal.",
	},

	// Custom fields of both.
	"error.value_required": {
		"“{name}” es obligatorio. Escribe un valor.",
		"“{name}” is required. Write a value.",
	},
	"error.field_unknown": {
		"No existe el campo “{field}”. Usa la clave de uno de la lista de campos personalizados.",
		"There is no field “{field}”. Use the key of one from the list of custom fields.",
	},
	"error.field_archived": {
		"El campo “{name}” está archivado y ya no recibe valores. Quítalo de lo que envías, o restáuralo primero.",
		"The field “{name}” is archived and takes no more values. Leave it out, or restore it first.",
	},

	// What rules name.
	"error.named_by_rules": {
		"La conexión con Bsale usa “{name}” en sus reglas ({rules}). Cambia primero esas reglas y vuelve a intentarlo.",
		"The connection with Bsale uses “{name}” in its rules ({rules}). Change those rules first, then try again.",
	},
}
