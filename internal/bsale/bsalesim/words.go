package bsalesim

var (
	firstNames = [...]string{
		"Valentina", "Camila", "Javiera", "Constanza", "Fernanda", "Martina", "Rosa", "Ximena", "Paula", "Ignacia", "María José", "Ana",
		"Matías", "Benjamín", "Vicente", "Diego", "Joaquín", "Tomás", "Cristóbal", "Sebastián", "Héctor", "Raúl", "José Miguel", "Iván",
	}
	lastNames = [...]string{
		"Aros", "Muñoz", "Ñancupil", "Pérez", "Soto", "Contreras", "Sepúlveda", "Millán", "Rebolledo", "Fuentes", "Carrasco", "Huenchul",
		"Araya", "Pizarro", "Tapia", "Cárcamo", "Vergara", "Oyarzún", "Leiva", "Bustos", "Quispe", "Zúñiga", "Saavedra", "Ibáñez",
	}
	businessKinds = [...]string{"Ferretería", "Comercial", "Constructora", "Panadería", "Transportes", "Servicios", "Clínica Dental", "Imprenta", "Viña", "Talleres"}
	businessNames = [...]string{"Los Tilos", "El Arrayán", "Quillay", "Andes Sur", "Puerto Claro", "La Patagua", "Río Maullín", "Cerro Moreno", "Las Camelias", "Nueva Alborada"}
	streets       = [...]string{"Av. Los Boldos", "Calle Esmeralda", "Pasaje El Peumo", "Las Camelias", "5 Norte", "Camino Viejo", "Av. La Marina"}

	places = map[string][][2]string{ // municipality or district, city
		"CL": {{"Ñuñoa", "Santiago"}, {"Providencia", "Santiago"}, {"Maipú", "Santiago"}, {"Viña del Mar", "Viña del Mar"}, {"Concepción", "Concepción"}, {"Temuco", "Temuco"}},
		"PE": {{"Miraflores", "Lima"}, {"San Isidro", "Lima"}, {"Cayma", "Arequipa"}, {"Wanchaq", "Cusco"}},
		"MX": {{"Coyoacán", "Ciudad de México"}, {"Zapopan", "Guadalajara"}, {"San Pedro", "Monterrey"}},
	}

	emailsBad = [...]string{"sin correo", "no@tiene", "pendiente", "correo@", "@gmail.example", "juan perez@correo.example", "a@b@correo.example", "no tiene", "x@correo."}

	junkCompanies = [...]string{"", "", "-", "PARTICULAR", "x", "cliente frecuente", "SIN EMPRESA"}
)

// article is something on the shop's shelves; price is gross, in whole units of a
// peso, and divided down for the other currencies.
type article struct {
	code, label string
	price       int64
}

var articles = [...]article{
	{"TAL-650W", "650W", 51990},
	{"TAL-800W", "800W", 74990},
	{"BRO-6MM", "6 mm", 1190},
	{"BRO-8MM", "8 mm", 1490},
	{"MAR-16OZ", "16 oz", 12990},
	{"DES-PH2", "PH2", 3290},
	{"LLA-12", "12 mm", 4590},
	{"LLA-14", "14 mm", 4990},
	{"PIN-BL-1GL", "Blanco 1 gl", 18990},
	{"PIN-NG-1GL", "Negro 1 gl", 19490},
	{"ROD-22", "22 cm", 3990},
	{"BRC-2P", "2\"", 2190},
	{"CEM-25", "25 kg", 5290},
	{"YES-30", "30 kg", 6190},
	{"CAB-2.5", "2,5 mm x 10 m", 8990},
	{"ENC-TRI", "Triple", 3490},
	{"AMP-LED9", "9W fría", 1990},
	{"AMP-LED12", "12W cálida", 2490},
	{"CAN-40", "40 mm", 7990},
	{"CER-ACC", "Acero", 24990},
	{"GUA-M", "Talla M", 5990},
	{"GUA-L", "Talla L", 5990},
	{"CAS-AZ", "Azul", 9990},
	{"ANT-CL", "Claro", 6490},
	{"ESC-5P", "5 peldaños", 45990},
	{"CAR-90L", "90 L", 52990},
	{"HUI-5M", "5 m", 4290},
	{"NIV-60", "60 cm", 11990},
	{"SIL-TR", "Transparente", 3190},
	{"CIN-AIS", "20 m", 1290},
	{"BIS-3", "3\"", 1890},
	{"SOP-BAN", "Banco", 32990},
}
