package bsalesim

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// dialled is what libphonenumber makes of a phone: E.164, or "" when it is not valid.
func dialled(raw, country string) string {
	n, err := phonenumbers.Parse(raw, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

func TestPhoneVariantsAreWhatTheTableSays(t *testing.T) {
	for country := range countries {
		for _, v := range append(append([]phoneVariant{}, phonesGood[country]...), phonesBad[country]...) {
			for _, prefix := range mobilePrefixes {
				for _, groups := range [][2]string{{"00", "0000"}, {"12", "3456"}, {"99", "9999"}, {"47", "0101"}} {
					text, truth := v.fill(prefix+groups[0], groups[1])
					if got := dialled(text, country); got != truth {
						t.Errorf("%s: %q is %q for libphonenumber, %q in the table", country, text, got, truth)
					}
				}
			}
		}
	}
}

func TestSeededClientsAreWhatTheySeem(t *testing.T) {
	for country := range countries {
		for seed := range uint64(5) {
			w, err := seedWorld(country, seed, 4000, 20_000, 180, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i := range w.clients {
				c := &w.clients[i]
				phone := ""
				if c.Phone != nil {
					phone = dialled(*c.Phone, country)
				}
				if phone != c.Truth.Phone {
					t.Errorf("%s seed %d: phone %q is %q for libphonenumber, truth says %q", country, seed, *c.Phone, phone, c.Truth.Phone)
				}
				// deriveTruth is written apart from the generator, so it can speak for the rest.
				d := deriveTruth(w.country, c)
				d.Phone = c.Truth.Phone
				if d != *c.Truth {
					t.Errorf("%s seed %d: client %d (%q, %q): %+v, truth says %+v", country, seed, c.ID, c.Code, c.Email, d, *c.Truth)
				}
			}
		}
	}
}

func TestDerivedTruthOfHandMadeClients(t *testing.T) {
	phone := func(s string) *string { return &s }
	for _, tt := range []struct {
		name, country string
		client        Client
		want          Truth
	}{
		{"dots, lower-case k", "CL", Client{Code: "10.000.013-k"}, Truth{TaxID: "10000013-K", CodeForm: "10000013-K"}},
		{"leading zero", "CL", Client{Code: "05.126.663-3"}, Truth{TaxID: "5126663-3", CodeForm: "5126663-3"}},
		{"wrong digit", "CL", Client{Code: "5126663-4"}, Truth{}},
		{"generic", "CL", Client{Code: "66.666.666-6"}, Truth{Generic: true, CodeForm: "66666666-6"}},
		{"one repeated digit can be real", "CL", Client{Code: "11111111-1"}, Truth{TaxID: "11111111-1", CodeForm: "11111111-1"}},
		{"foreigner", "CL", Client{Code: "22222222-2", Foreigner: true}, Truth{}},
		{"DNI", "PE", Client{Code: "45678901"}, Truth{TaxID: "45678901", CodeForm: "45678901"}},
		{"RUC with a wrong digit", "PE", Client{Code: "20123456780"}, Truth{}},
		{"generic DNI", "PE", Client{Code: "00000000"}, Truth{Generic: true, CodeForm: "00000000"}},
		{"RFC", "MX", Client{Code: "vecj880326xx1"}, Truth{TaxID: "VECJ880326XX1", CodeForm: "VECJ880326XX1"}},
		{"generic RFC", "MX", Client{Code: "XAXX010101000"}, Truth{Generic: true, CodeForm: "XAXX010101000"}},
		{"mail", "CL", Client{Email: " Ana@Correo.Example "}, Truth{Email: "ana@correo.example"}},
		{"mail without a dot", "CL", Client{Email: "no@tiene"}, Truth{}},
		{"mobile", "CL", Client{Phone: phone("+56 9 6123 4567")}, Truth{Phone: "+56961234567"}},
		{"mobile in Peru", "PE", Client{Phone: phone("961 234 567")}, Truth{Phone: "+51961234567"}},
		{"phone in Mexico", "MX", Client{Phone: phone("(55) 6123-4567")}, Truth{Phone: "+525561234567"}},
		{"too short", "CL", Client{Phone: phone("66287196")}, Truth{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := deriveTruth(countries[tt.country], &tt.client); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestMoneyReadsAndWrites(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Money
		out  string
	}{
		{"115061", Units(115061), "115061"},
		{"1234.5", 12_345_000, "1234.5"},
		{"-0.05", -500, "-0.05"},
		{"0", 0, "0"},
	} {
		got, err := ParseMoney(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("ParseMoney(%q) = %d, %v; want %d", tt.in, got, err, tt.want)
		}
		if s := string(appendMoney(nil, got, false)); s != tt.out {
			t.Errorf("%q is written %q, want %q", tt.in, s, tt.out)
		}
	}
	for _, bad := range []string{"", "1.23456", "abc", "--1", "1,5"} {
		if m, err := ParseMoney(bad); err == nil {
			t.Errorf("ParseMoney(%q) = %d, want an error", bad, m)
		}
	}
}
