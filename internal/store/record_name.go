package store

import (
	"context"
	"slices"
	"strings"
)

const (
	// commonWord is how many clients' names have a word, or one that begins so, that no longer tells clients apart.
	commonWord = 20_000
	// fewClients is how many clients' records are read and put in order; separateClients is how many are each walked by themselves.
	fewClients, separateClients = 1000, 8
)

// byName looks for the records of the clients that have such a name; ok is false when there is no name asked for, or when it is so common that it narrows nothing: then
// records are walked, and there are enough of that name among them.
func (l *recordList) byName(ctx context.Context) (sources []recordSource, ok bool, err error) {
	clients, ok, err := l.clients(ctx)
	switch {
	case err != nil || !ok || len(clients) > fewClients:
		return nil, false, err
	case len(clients) <= separateClients:
		for _, id := range clients {
			sources = append(sources, l.ofClient(id))
		}
		return sources, true, nil
	}
	return []recordSource{l.amongClients(clients)}, true, nil
}

// clients returns the clients that have, or had, a name with all those terms that tell clients apart, in ascending order; ok is false when none does.
func (l *recordList) clients(ctx context.Context) (clients []int64, ok bool, err error) {
	words := &listing{x: &l.x.session}
	for _, term := range l.terms {
		having, tells, err := words.numbersOf(ctx, commonWord, "SELECT client_id AS number FROM client_word WHERE connection = $1 AND word >= $2 AND word < $3",
			l.conn, term, term+"\U0010ffff")
		switch {
		case err != nil:
			return nil, false, err
		case !tells:
		case !ok:
			slices.Sort(having)
			clients, ok = slices.Compact(having), true
		default:
			slices.Sort(having)
			clients = slices.DeleteFunc(clients, func(id int64) bool {
				_, has := slices.BinarySearch(having, id)
				return !has
			})
		}
	}
	return clients, ok, nil
}

// amongClients is the records of several clients. The list is filled up with its last one to one of a few lengths, so that there are few texts to prepare.
func (l *recordList) amongClients(clients []int64) recordSource {
	s := recordSource{args: []any{l.conn}, whole: true}
	for _, id := range clients {
		s.args = append(s.args, id)
	}
	size := fewClients
	for _, shorter := range []int{256, 64, 16} {
		if len(clients) <= shorter {
			size = shorter
		}
	}
	for len(s.args) <= size {
		s.args = append(s.args, clients[len(clients)-1])
	}
	s.where = "connection = ? AND client_id <> 0 AND client_id IN (?" + strings.Repeat(", ?", size-1) + ")"
	return s
}
