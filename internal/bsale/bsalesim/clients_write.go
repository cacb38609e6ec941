package bsalesim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

const maxBody = 1 << 20

// clientBody is what POST and PUT of a client take; what is left out stays.
type clientBody struct {
	FirstName       *string         `json:"firstName"`
	LastName        *string         `json:"lastName"`
	Email           *string         `json:"email"`
	Code            *string         `json:"code"`
	Phone           *string         `json:"phone"`
	Company         *string         `json:"company"`
	Note            *string         `json:"note"`
	Activity        *string         `json:"activity"`
	City            *string         `json:"city"`
	Municipality    *string         `json:"municipality"`
	District        *string         `json:"district"`
	Address         *string         `json:"address"`
	CompanyOrPerson json.RawMessage `json:"companyOrPerson"`
	IsForeigner     json.RawMessage `json:"isForeigner"`
	Attributes      []struct {
		Description string `json:"description"`
		ID          int    `json:"dynamicAttributeId"`
	} `json:"dynamicAttributes"`
}

func (b *clientBody) apply(c *Client) {
	for _, f := range []struct {
		from *string
		to   *string
	}{
		{b.FirstName, &c.FirstName},
		{b.LastName, &c.LastName},
		{b.Email, &c.Email},
		{b.Code, &c.Code},
		{b.Company, &c.Business},
		{b.Note, &c.Note},
		{b.Activity, &c.Activity},
		{b.City, &c.City},
		{b.Municipality, &c.Municipality},
		{b.District, &c.Municipality},
		{b.Address, &c.Address},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if b.Phone != nil {
		c.Phone = b.Phone
	}
	if v := flexFlag(b.CompanyOrPerson); v != nil {
		c.IsCompany = *v
	}
	if v := flexFlag(b.IsForeigner); v != nil {
		c.Foreigner = *v
	}
	if b.Attributes != nil {
		c.Attributes = nil
		for _, a := range b.Attributes {
			c.Attributes = append(c.Attributes, Attribute{ID: a.ID, Name: "Atributo " + strconv.Itoa(a.ID), Value: a.Description})
		}
	}
}

// flexFlag reads 0, 1, "0", "1"; nil for anything else.
func flexFlag(raw json.RawMessage) *bool {
	switch strings.Trim(string(raw), `"`) {
	case "1":
		v := true
		return &v
	case "0":
		v := false
		return &v
	}
	return nil
}

func (c *call) clientBody() (clientBody, bool) {
	var body clientBody
	err := json.NewDecoder(http.MaxBytesReader(c.w, c.r.Body, maxBody)).Decode(&body)
	if err != nil {
		c.fail(http.StatusBadRequest, "Invalid JSON")
		return body, false
	}
	return body, true
}

// createClient accepts a second client with the same tax id, as Bsale does.
func (c *call) createClient() {
	body, ok := c.clientBody()
	if !ok {
		return
	}
	cl := Client{CreatedAt: c.s.now().Unix(), UpdatedAt: c.s.now().Unix()}
	body.apply(&cl)
	if strings.TrimSpace(cl.FirstName+cl.LastName+cl.Business) == "" {
		c.fail(http.StatusBadRequest, "firstName or company is required")
		return
	}
	id := c.s.world.AddClient(cl)
	c.s.stats.add(func(s *Stats) { s.ClientsCreated++ })
	if c.fate == "post-timeout" {
		// Created, and the caller will never know: it has to look before it posts again.
		select {
		case <-c.r.Context().Done():
		case <-c.s.stopped.Done():
		}
		c.cut()
		return
	}
	c.encoding(func(e *encoder) int {
		e.client(&e.w.clients[e.w.clientAt[id]], 0, false)
		return http.StatusCreated
	})
}

func (c *call) updateClient(text string) {
	body, ok := c.clientBody()
	if !ok {
		return
	}
	id, err := strconv.Atoi(text)
	if err == nil {
		err = c.s.world.EditClient(id, func(cl *Client) {
			body.apply(cl)
			cl.UpdatedAt = c.s.now().Unix()
		})
	}
	if err != nil {
		c.fail(http.StatusNotFound, "Resource not found")
		return
	}
	c.s.stats.add(func(s *Stats) { s.ClientsChanged++ })
	c.encoding(func(e *encoder) int {
		e.client(&e.w.clients[e.w.clientAt[id]], 0, false)
		return http.StatusOK
	})
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
