package messages

// failuresRules are what can be wrong with rules as they fit the account's fields.
var failuresRules = map[string]text{
	"error.rules_source_does_not_fit": {
		"En las reglas, “{place}” pone “{source}” en el campo “{field}”, que es de un tipo que no lo admite. Elige un campo de uno de estos tipos: {known}.",
		"In the rules, “{place}” puts “{source}” into the field “{field}”, whose type cannot hold it. Choose a field of one of these types: {known}.",
	},
	"error.rules_constant_does_not_fit": {
		"En las reglas, “{place}” pone el texto “{value}” en el campo “{field}”, que no lo admite. Cambia el texto o elige otro campo.",
		"In the rules, “{place}” puts the text “{value}” into the field “{field}”, which cannot hold it. Change the text, or choose another field.",
	},
	"form_error.rules_source_does_not_fit": {
		"“{field}” es de un tipo que no admite este dato. Elige un campo de otro tipo, por ejemplo de texto.",
		"The type of “{field}” cannot hold this. Choose a field of another type, such as text.",
	},
	"form_error.rules_constant_does_not_fit": {
		"“{field}” no admite el texto “{value}”. Cambia el texto o elige otro campo.",
		"“{field}” cannot hold the text “{value}”. Change the text, or choose another field.",
	},
}
