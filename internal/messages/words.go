package messages

// words are the names of things, as they stand in tables, on buttons and in histories.
var words = map[string]text{
	"outcome.created":   {"Oportunidad creada", "Deal created"},
	"outcome.updated":   {"Oportunidad actualizada", "Deal updated"},
	"outcome.unchanged": {"Sin cambios", "No changes"},
	"outcome.skipped":   {"Omitido", "Skipped"},
	"outcome.conflict":  {"Espera tu decisión", "Needs a decision"},
	"outcome.failed":    {"Falló", "Failed"},

	"kind.receipt":     {"Boleta", "Receipt"},
	"kind.quote":       {"Cotización", "Quote"},
	"kind.invoice":     {"Factura", "Invoice"},
	"kind.sales_note":  {"Nota de venta", "Sales note"},
	"kind.credit_note": {"Nota de crédito", "Credit note"},
	"kind.other":       {"Otro documento", "Other document"},

	"standing.active":          {"Vigente", "Active"},
	"standing.annulled":        {"Anulado", "Voided"},
	"standing.credited":        {"Devuelto con nota de crédito", "Credited in full"},
	"standing.partly_credited": {"Devuelto en parte", "Credited in part"},
	"flag.annulled":            {"Anulada", "Voided"},
	"flag.credited":            {"Devuelta", "Returned"},
	"flag.partly_credited":     {"Devuelta en parte", "Returned in part"},

	"stage_kind.open": {"Abierta", "Open"},
	"stage_kind.won":  {"Ganada", "Won"},
	"stage_kind.lost": {"Perdida", "Lost"},

	"state.new":      {"Por leer", "To be read"},
	"state.linked":   {"Vinculado", "Linked"},
	"state.skipped":  {"Omitido", "Skipped"},
	"state.conflict": {"Espera tu decisión", "Needs a decision"},
	"state.failed":   {"Con error", "Failed"},

	"run.sync":     {"Sincronización completa", "Full sync"},
	"run.poll":     {"Revisión de los últimos días", "Check of the last days"},
	"run.recheck":  {"Revisión de documentos anteriores", "Check of older documents"},
	"run.backfill": {"Carga de historia", "Loading of history"},

	"run_state.active":    {"En curso", "Running"},
	"run_state.paused":    {"En pausa", "Paused"},
	"run_state.done":      {"Terminada", "Done"},
	"run_state.failed":    {"Falló", "Failed"},
	"run_state.cancelled": {"Cancelada", "Cancelled"},

	"role.admin":  {"Administrador", "Administrator"},
	"role.editor": {"Editor", "Editor"},
	"role.seller": {"Vendedor", "Seller"},

	"entity.contact": {"Contacto", "Contact"},
	"entity.deal":    {"Oportunidad", "Deal"},

	"event.created": {"Creación", "Created"},
	"event.changed": {"Cambio", "Changed"},
	"event.deleted": {"Eliminación", "Deleted"},

	"field.first_name": {"Nombre", "First name"},
	"field.last_name":  {"Apellido", "Last name"},
	"field.company":    {"Empresa", "Company"},
	"field.owner":      {"Dueño", "Owner"},
	"field.source":     {"Origen", "Source"},
	"field.email":      {"Correo", "E-mail"},
	"field.phone":      {"Teléfono", "Phone"},
	"field.tax_id":     {"RUT", "Tax id"},
	"field.name":       {"Nombre", "Name"},
	"field.stage":      {"Etapa", "Stage"},
	"field.value":      {"Valor", "Value"},
	"field.contact":    {"Contacto", "Contact"},

	"owner.none": {"Sin dueño", "Unassigned"},
}
