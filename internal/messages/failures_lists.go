package messages

// failuresLists are the sentences of errors of lists: filters, order, search.
var failuresLists = map[string]text{
	"error.cursor_invalid": {
		"Esta página de la lista ya no se puede continuar, porque la lista, el filtro o el orden cambiaron. Vuelve a la primera página.",
		"This page of the list cannot be continued, because the list, its filter or its order changed. Go back to the first page.",
	},
	"error.page_too_deep": {
		"Por número de página se llega solo hasta los primeros {most} registros. Sigue con el cursor que viene en cada respuesta, o filtra la lista.",
		"Counting pages leads no farther than the first {most} entries. Go on with the cursor that each answer has, or filter the list.",
	},
	"error.field_not_searchable": {
		"Son demasiados registros para ordenarlos por “{name}”. Marca ese campo como “se puede buscar” en los campos personalizados, o filtra la lista para que sea más corta.",
		"There are too many records to sort them by “{name}”. Mark that field as searchable among the custom fields, or filter the list to make it shorter.",
	},
	"error.order_needs_stage": {
		"El orden del tablero vale dentro de una etapa. Filtra la lista por etapa o elige otro orden.",
		"The order of the board counts within a stage. Filter the list by stage, or choose another order.",
	},
	"error.order_field_unknown": {
		"No existe el campo “{field}” para ordenar la lista. Elige uno de los campos de la lista o la clave de un campo personalizado.",
		"There is no field “{field}” to sort the list by. Choose one of the list's fields, or the key of a custom field.",
	},
	"error.order_field_unsortable": {
		"La lista no se puede ordenar por “{field}”. Elige un campo de texto, número, fecha o sí/no.",
		"The list cannot be sorted by “{field}”. Choose a field of text, a number, a date or yes/no.",
	},
	"error.filter_field_unknown": {
		"No existe el campo “{field}” para filtrar. Usa el nombre de un campo o la clave de un campo personalizado que esté en uso.",
		"There is no field “{field}” to filter by. Use the name of a field, or the key of a custom field that is in use.",
	},
	"error.filter_operator_unknown": {
		"El filtro de “{place}” no admite “{operator}”. Usa uno de estos: {known}.",
		"The filter on “{place}” does not take “{operator}”. Use one of these: {known}.",
	},
	"error.filter_values_missing": {
		"Al filtro de “{place}” le falta el valor. Escribe con qué comparar.",
		"The filter on “{place}” has no value. Say what to compare with.",
	},
	"error.filter_values_too_many": {
		"El filtro de “{place}” tiene demasiados valores; el máximo es {most}. Quita algunos.",
		"The filter on “{place}” has too many values; {most} is the most. Take some away.",
	},
	"error.filter_value_invalid": {
		"En el filtro de “{place}”, “{value}” no es un valor de este tipo de campo ({type}). Los números van como 1234.5, las fechas como 2026-03-12 y sí o no como true o false.",
		"In the filter on “{place}”, “{value}” is not a value of this type of field ({type}). Write numbers as 1234.5, days as 2026-03-12, and yes or no as true or false.",
	},
	"error.filter_value_unknown": {
		"En el filtro de “{place}”, no existe “{value}”. Revisa cómo se llama; puede que se haya eliminado.",
		"In the filter on “{place}”, there is no “{value}”. Check its name; it may have been deleted.",
	},
}
