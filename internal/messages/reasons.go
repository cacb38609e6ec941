package messages

// reasons says why a document has its outcome, in the present tense because previews say it before anything happens, and what a person can do where there is something to do. docs/decisions.md has the rules themselves.
var reasons = map[string]text{
	"reason.kind_not_chosen": {
		"Elegiste no traer este tipo de documento.",
		"You chose not to bring in this kind of document.",
	},
	"reason.kind_not_chosen.fix": {
		"Si quieres que mueva oportunidades, agrégalo en las reglas (“documents” o “extra_kinds”). Si Puente lo tomó por otro tipo, corrígelo en “kinds”.",
		"If it should move deals, add it to the rules (“documents” or “extra_kinds”). If Puente took it for another kind, correct that in “kinds”.",
	},
	"reason.before_start": {
		"Se emitió antes de la fecha de inicio de la conexión.",
		"It was issued before the connection's start date.",
	},
	"reason.before_start.fix": {
		"Si también lo quieres, pon una fecha de inicio anterior en las reglas (“start”).",
		"If you want it too, set an earlier start date in the rules (“start”).",
	},
	"reason.annulled_before_seen": {
		"Está anulado en Bsale y no tenía oportunidad.",
		"It is voided in Bsale and had no deal.",
	},
	"reason.no_client": {
		"La venta no tiene cliente.",
		"The sale has no client.",
	},
	"reason.no_client.fix": {
		"Al vender, ingresa al cliente en Bsale. Si quieres oportunidades sin contacto, cambia “contact.anonymous” a “create” en las reglas.",
		"Enter the client in Bsale when you sell. If you want deals without a contact, set “contact.anonymous” to “create” in the rules.",
	},
	"reason.generic_client": {
		"El cliente tiene un RUT genérico y no tiene correo ni teléfono: puede ser cualquiera.",
		"The client has a generic tax id and neither e-mail nor phone: it could be anybody.",
	},
	"reason.generic_client.fix": {
		"Agrega en Bsale el RUT, el correo o el teléfono del cliente. Si quieres oportunidades sin contacto, cambia “contact.anonymous” a “create” en las reglas.",
		"Add the client's own tax id, e-mail or phone in Bsale. If you want deals without a contact, set “contact.anonymous” to “create” in the rules.",
	},
	"reason.many_contacts": {
		"Más de un contacto calza con este cliente.",
		"More than one contact matches this client.",
	},
	"reason.many_contacts.fix": {
		"Elige cuál de los contactos es. O deja uno solo con ese RUT, correo o teléfono, y vuelve a procesar el documento.",
		"Choose which of the contacts it is. Or keep a single one with that tax id, e-mail or phone, and process the document again.",
	},
	"reason.tax_id_differs": {
		"El correo o el teléfono es de un contacto que tiene otro RUT: pueden ser dos personas.",
		"The e-mail or phone belongs to a contact with another tax id: they may be two people.",
	},
	"reason.tax_id_differs.fix": {
		"Si es la misma persona, elige ese contacto. Si es otra, elige o crea el suyo, o corrige el correo o el teléfono en Bsale y vuelve a procesar el documento.",
		"If it is the same person, choose that contact. If it is another one, choose or make theirs, or correct the e-mail or phone in Bsale and process the document again.",
	},

	"reason.missing_email": {
		"El cliente no tiene correo.",
		"The client has no e-mail.",
	},
	"reason.missing_email.fix": {
		"Agrega el correo del cliente en Bsale.",
		"Add the client's e-mail in Bsale.",
	},
	"reason.invalid_email": {
		"El correo del cliente no sirve.",
		"The client's e-mail cannot be used.",
	},
	"reason.invalid_email.fix": {
		"Corrige el correo en Bsale: una sola dirección, como nombre@dominio.cl.",
		"Correct the e-mail in Bsale: a single address such as name@domain.com.",
	},
	"reason.missing_phone": {
		"El cliente no tiene teléfono.",
		"The client has no phone.",
	},
	"reason.missing_phone.fix": {
		"Agrega el teléfono del cliente en Bsale.",
		"Add the client's phone in Bsale.",
	},
	"reason.invalid_phone": {
		"El teléfono del cliente no es un número válido.",
		"The client's phone is not a valid number.",
	},
	"reason.invalid_phone.fix": {
		"Corrige el teléfono en Bsale: un solo número, completo y con código de país si es extranjero.",
		"Correct the phone in Bsale: a single, complete number, with the country code if it is a foreign one.",
	},
	"reason.missing_email_and_phone": {
		"El cliente no tiene un correo ni un teléfono que sirvan.",
		"The client has no usable e-mail and no usable phone.",
	},
	"reason.missing_email_and_phone.fix": {
		"Agrega o corrige el correo y el teléfono del cliente en Bsale.",
		"Add or correct the client's e-mail and phone in Bsale.",
	},
	"reason.missing_tax_id": {
		"El cliente no tiene RUT.",
		"The client has no tax id.",
	},
	"reason.missing_tax_id.fix": {
		"Agrega el RUT del cliente en Bsale.",
		"Add the client's tax id in Bsale.",
	},
	"reason.generic_tax_id": {
		"El RUT del cliente es genérico: no identifica a nadie.",
		"The client's tax id is a generic one: it identifies nobody.",
	},
	"reason.generic_tax_id.fix": {
		"Ingresa en Bsale el RUT propio del cliente.",
		"Enter the client's own tax id in Bsale.",
	},
	"reason.invalid_tax_id": {
		"El RUT del cliente no es válido, o es un código de extranjero.",
		"The client's tax id is not valid, or it is a foreigner's code.",
	},
	"reason.invalid_tax_id.fix": {
		"Revisa en Bsale el RUT y su dígito verificador.",
		"Check the tax id and its check digit in Bsale.",
	},

	"reason.no_open_deal": {
		"El cliente no tenía una oportunidad abierta en la etapa de origen, y las reglas no crean oportunidades nuevas.",
		"The client had no open deal in the stage to take deals from, and the rules make no new deals.",
	},
	"reason.no_open_deal.fix": {
		"Si quieres que se creen, elige en las reglas la etapa donde empiezan (“create.stage”).",
		"If you want new ones, choose the stage in which they start in the rules (“create.stage”).",
	},
	"reason.many_deals": {
		"El cliente tiene varias oportunidades abiertas en la etapa de origen.",
		"The client has several open deals in the stage to take deals from.",
	},
	"reason.many_deals.fix": {
		"Deja una sola en esa etapa y vuelve a procesar el documento, o cambia “several” a “latest” en las reglas.",
		"Keep a single one in that stage and process the document again, or set “several” to “latest” in the rules.",
	},
	"reason.deal_moved": {
		"La oportunidad del cliente se actualiza y cambia de etapa.",
		"The client's deal is updated and moves to another stage.",
	},
	"reason.deal_updated": {
		"La oportunidad del cliente se actualiza; sigue en su etapa.",
		"The client's deal is updated; it stays in its stage.",
	},
	"reason.deal_created": {
		"No hay una oportunidad que actualizar: se crea una nueva.",
		"There is no deal to update: a new one is created.",
	},

	"reason.deal_deleted": {
		"Alguien eliminó la oportunidad de este documento; no se vuelve a crear.",
		"Somebody deleted this document's deal; it is not made again.",
	},
	"reason.already_in_sync": {
		"Ya estaba al día.",
		"It was up to date already.",
	},
	"reason.content_changed": {
		"El documento o su cliente cambiaron en Bsale.",
		"The document or its client changed in Bsale.",
	},
	"reason.annulment_ignored": {
		"Se anuló en Bsale; las reglas dicen no hacer nada.",
		"It was voided in Bsale; the rules say to do nothing.",
	},
	"reason.annulled_flagged": {
		"Se anuló en Bsale: la oportunidad queda marcada.",
		"It was voided in Bsale: the deal is flagged.",
	},
	"reason.annulled_flagged.fix": {
		"Revisa la oportunidad y decide en qué etapa queda.",
		"Look at the deal and decide in which stage it belongs.",
	},
	"reason.annulled_moved": {
		"Se anuló en Bsale: la oportunidad pasa a la etapa de anuladas.",
		"It was voided in Bsale: the deal moves to the stage for voided ones.",
	},

	"reason.credit_notes_ignored": {
		"Las reglas dicen no considerar notas de crédito.",
		"The rules say to leave credit notes aside.",
	},
	"reason.credit_notes_ignored.fix": {
		"Si las quieres considerar, cambia “void” a “flag” o a “stage” en las reglas.",
		"If they should count, set “void” to “flag” or “stage” in the rules.",
	},
	"reason.credited_sale_unknown": {
		"Puente todavía no conoce la venta de esta nota de crédito. La vuelve a revisar cuando la vea.",
		"Puente does not know this credit note's sale yet. It is looked at again once the sale is seen.",
	},
	"reason.many_credited_sales": {
		"Más de una venta calza con esta nota de crédito.",
		"More than one sale matches this credit note.",
	},
	"reason.many_credited_sales.fix": {
		"Revisa en Bsale el folio y la fecha de la referencia de la nota de crédito.",
		"Check the number and date of the credit note's reference in Bsale.",
	},
	"reason.credited_sale_without_deal": {
		"La venta de esta nota de crédito no tiene oportunidad.",
		"This credit note's sale has no deal.",
	},
	"reason.credited_flagged": {
		"La venta se devolvió completa con notas de crédito: la oportunidad queda marcada.",
		"Credit notes took the whole sale back: the deal is flagged.",
	},
	"reason.credited_flagged.fix": {
		"Revisa la oportunidad y decide en qué etapa queda.",
		"Look at the deal and decide in which stage it belongs.",
	},
	"reason.credited_moved": {
		"La venta se devolvió completa con notas de crédito: la oportunidad pasa a la etapa de anuladas.",
		"Credit notes took the whole sale back: the deal moves to the stage for voided ones.",
	},
	"reason.credited_in_part": {
		"Una nota de crédito devolvió parte de la venta: la oportunidad queda marcada.",
		"A credit note took back a part of the sale: the deal is flagged.",
	},
	"reason.credit_note_annulled": {
		"La nota de crédito se anuló: su monto ya no cuenta.",
		"The credit note was voided: its amount no longer counts.",
	},

	"reason.not_found_in_bsale": {
		"Bsale avisó de este documento, pero no lo encuentra.",
		"Bsale told of this document and cannot find it.",
	},
	"reason.not_found_in_bsale.fix": {
		"Revisa en Bsale que el documento exista y vuelve a intentarlo.",
		"Check in Bsale that the document exists, and try again.",
	},
	"reason.bsale_failed": {
		"No se pudo leer de Bsale después de varios intentos.",
		"It could not be read from Bsale after several attempts.",
	},
	"reason.bsale_failed.fix": {
		"Espera a que Bsale funcione y vuelve a intentarlo.",
		"Wait until Bsale works again, and try again.",
	},

	"reason.token_missing": {
		"No hay un token de Bsale guardado para la conexión, o su clave ya no es la misma.",
		"No Bsale token is stored for the connection, or the key that sealed it is another now.",
	},
	"reason.token_missing.fix": {
		"Guárdalo con “puente connect”.",
		"Store it with “puente connect”.",
	},
	"reason.token_refused": {
		"Bsale rechazó el token de acceso: la conexión se detuvo.",
		"Bsale refused the access token: the connection was stopped.",
	},
	"reason.token_refused.fix": {
		"Pide un token nuevo a Bsale e ingrésalo en la conexión.",
		"Ask Bsale for a new token and enter it in the connection.",
	},
	"reason.bsale_unpaid": {
		"Bsale tiene la cuenta bloqueada por falta de pago: la conexión se detuvo.",
		"Bsale has blocked the account for non-payment: the connection was stopped.",
	},
	"reason.bsale_unpaid.fix": {
		"Regulariza el pago con Bsale y vuelve a activar la conexión.",
		"Settle the payment with Bsale and enable the connection again.",
	},
	"reason.rules_outdated": {
		"Las reglas nombran algo que ya no existe o que ya no sirve ahí: la conexión se detuvo.",
		"The rules name something that does not exist any more, or does not serve there any more: the connection was stopped.",
	},
	"reason.rules_outdated.fix": {
		"Corrige en las reglas la etapa, el campo o el usuario que ya no existe o ya no sirve. La conexión sigue entonces por sí sola.",
		"Correct the stage, field or user in the rules that is gone or does not serve. The connection then goes on by itself.",
	},

	"reason.no_seller": {
		"El documento no tiene vendedor.",
		"The document has no seller.",
	},
	"reason.no_seller.fix": {
		"Elige al vendedor al emitir en Bsale, o usa en las reglas “owner.reference”: “issuer”.",
		"Choose the seller when issuing in Bsale, or use “owner.reference”: “issuer” in the rules.",
	},
	"reason.seller_without_email": {
		"El vendedor no tiene correo en Bsale.",
		"The seller has no e-mail in Bsale.",
	},
	"reason.seller_without_email.fix": {
		"Agrega en Bsale el correo del usuario, igual al que tiene en Puente.",
		"Add the user's e-mail in Bsale, the same as in Puente.",
	},
	"reason.seller_unknown": {
		"Ningún usuario activo de Puente tiene el correo del vendedor.",
		"No active user of Puente has the seller's e-mail.",
	},
	"reason.seller_unknown.fix": {
		"Crea en Puente un usuario con ese correo.",
		"Create a user with that e-mail in Puente.",
	},
	"reason.value_does_not_fit": {
		"Un valor no calza con el tipo de su campo y no se escribió.",
		"A value does not fit its field's type and was not written.",
	},
	"reason.value_does_not_fit.fix": {
		"Cambia el mapeo a un campo de otro tipo, por ejemplo de texto, o agrega la opción que falta.",
		"Map it to a field of another type, such as text, or add the missing option.",
	},
	"reason.value_rounded": {
		"El monto tenía más decimales que la moneda y se redondeó.",
		"The amount had more decimals than the currency and was rounded.",
	},
	"reason.too_many_alternatives": {
		"El contacto ya tiene el máximo de correos, teléfonos o RUT; el nuevo no se agregó.",
		"The contact has as many e-mails, phones or tax ids as it may; the new one was not added.",
	},
	"reason.too_many_alternatives.fix": {
		"Quita del contacto los que ya no usa.",
		"Remove those from the contact that are no longer in use.",
	},
	"reason.identity_of_other_contact": {
		"Ese correo, teléfono o RUT ya es de otro contacto; no se agregó.",
		"That e-mail, phone or tax id belongs to another contact; it was not added.",
	},
	"reason.identity_of_other_contact.fix": {
		"Si son la misma persona, deja los datos en un solo contacto.",
		"If they are the same person, keep the data in one contact.",
	},
	"reason.client_changed": {
		"El documento ahora es de otro cliente; el contacto de la oportunidad no se tocó.",
		"The document is another client's now; the deal's contact was left as it is.",
	},
	"reason.client_changed.fix": {
		"Si corresponde, cambia el contacto de la oportunidad.",
		"If it is right, change the deal's contact.",
	},
}
