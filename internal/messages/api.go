package messages

// columns are words of exported tables beside the names of fields.
var columns = map[string]text{
	"column.id":        {"Id", "Id"},
	"column.full_name": {"Nombre completo", "Full name"},
	"column.currency":  {"Moneda", "Currency"},
	"column.yes":       {"Sí", "Yes"},
	"column.no":        {"No", "No"},
}
