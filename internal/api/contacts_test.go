package api_test

import (
	"testing"
)

func TestAContactIsMadeReadChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	made := w.mustAsk(201, "POST", "/v1/crm/contacts", `{"personal":{"firstName":"Camila","email":"Camila@Quillay.example","phoneNumber":"56961234567"},"custom":{}}`)
	id := made.string("id")
	read := w.mustAsk(200, "GET", "/v1/crm/contacts/"+id, nil)
	if string(read.text) != string(made.text) {
		t.Errorf("read %s\nmade %s", read.text, made.text)
	}
	t.Log(string(read.text))
	changed := w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+id, `{"personal":{"lastName":"Rojas"}}`, "If-Match", made.header.Get("ETag"))
	t.Log(string(changed.text), changed.header)
	list := w.mustAsk(200, "GET", "/v1/crm/contacts?page=0&size=50", nil)
	t.Log(string(list.text))
	w.mustAsk(412, "DELETE", "/v1/crm/contacts/"+id, nil, "If-Match", made.header.Get("ETag"))
	w.mustAsk(204, "DELETE", "/v1/crm/contacts/"+id, nil)
	w.mustAsk(404, "GET", "/v1/crm/contacts/"+id, nil)
}
