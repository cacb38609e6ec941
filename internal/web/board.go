package web

import (
	"context"
	"net/http"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

const (
	cardsPerColumn = 6
	historyLines   = 25
)

// boardPage is the view of the board.
type boardPage struct {
	Language   string
	Account    string
	Connection *connectionView
	Columns    []column
	History    []historyLine
	At         string
}

type connectionView struct {
	Working bool
	Stopped string // why, as a sentence
	Fix     string
	Polled  string
	Runs    []runView
}

type runView struct {
	Name     string
	Read     int
	Estimate int
}

type column struct {
	Name  string
	Kind  string
	Count int
	Sum   string
	Cards []card
}

type card struct {
	Name    string
	Contact string
	Owner   string
	Value   string
}

type historyLine struct {
	At      string
	ISO     string
	Title   string
	Client  string
	Outcome string // the code, for style
	Word    string
	Reason  string
	Fix     string
}

// board shows the first account's board and what last happened to its documents.
func (s *server) board(w http.ResponseWriter, r *http.Request) error {
	view, err := s.readBoard(r.Context())
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, "board", view)
	return nil
}

func (s *server) readBoard(ctx context.Context) (boardPage, error) {
	view := boardPage{Language: string(s.Language)}
	accounts, err := s.Store.Accounts(ctx)
	if err != nil || len(accounts) == 0 {
		return view, err
	}
	account := accounts[0]
	view.Language, view.Account = string(account.Language), account.Name
	zone, err := time.LoadLocation(account.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	view.At = time.Now().In(zone).Format(time.TimeOnly)
	return view, s.Store.View(ctx, account.ID, func(rd bridge.Reader) error {
		stages, err := rd.Board(ctx, cardsPerColumn)
		if err != nil {
			return err
		}
		for _, stage := range stages {
			view.Columns = append(view.Columns, columnOf(stage, account))
		}
		connections, err := rd.Connections(ctx)
		if err != nil || len(connections) == 0 {
			return err
		}
		connection := connections[0]
		runs, err := rd.OpenRuns(ctx, connection.ID)
		if err != nil {
			return err
		}
		view.Connection = viewOf(connection, runs, account, zone)
		entries, err := rd.History(ctx, connection.ID, 0, historyLines)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			view.History = append(view.History, lineOf(entry, account.Language, zone))
		}
		return nil
	})
}

func columnOf(stage bridge.BoardStage, account crm.Account) column {
	c := column{
		Name: stage.Stage.Name, Kind: string(stage.Stage.Kind), Count: stage.Count,
		Sum: crm.Money{Minor: stage.Sum, Currency: account.Currency}.Format(account.Country),
	}
	for _, deal := range stage.Latest {
		value := ""
		if !deal.Deal.Value.IsZero() {
			value = deal.Deal.Value.Format(account.Country)
		}
		c.Cards = append(c.Cards, card{Name: deal.Deal.Name, Contact: deal.ContactName, Owner: deal.OwnerEmail, Value: value})
	}
	return c
}

func viewOf(connection bridge.Connection, runs []bridge.Run, account crm.Account, zone *time.Location) *connectionView {
	v := &connectionView{Working: connection.Enabled && connection.StopReason == ""}
	if connection.StopReason != "" {
		v.Stopped = messages.Reason(account.Language, connection.StopReason)
		v.Fix = messages.Fix(account.Language, connection.StopReason)
	}
	if !connection.LastPollAt.IsZero() {
		v.Polled = connection.LastPollAt.In(zone).Format(time.DateTime)
	}
	for _, run := range runs {
		v.Runs = append(v.Runs, runView{
			Name: messages.Text(account.Language, "run."+string(run.Kind), nil), Read: run.Counts.Documents, Estimate: max(run.Estimate, run.Counts.Documents),
		})
	}
	return v
}

func lineOf(entry bridge.HistoryEntry, language crm.Language, zone *time.Location) historyLine {
	at := entry.At.In(zone)
	return historyLine{
		At: at.Format(time.TimeOnly), ISO: at.Format(time.RFC3339), Title: entry.Title, Client: entry.ClientName,
		Outcome: string(entry.Outcome), Word: messages.Text(language, "outcome."+string(entry.Outcome), nil),
		Reason: messages.Reason(language, entry.Reason), Fix: messages.Fix(language, entry.Reason),
	}
}
