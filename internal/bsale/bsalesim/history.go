package bsalesim

// eventKind is what happened to a running world; the oracle replays it.
type eventKind uint8

const (
	eventIssued eventKind = iota
	eventAnnulled
	eventClient
	eventPass
)

type event struct {
	kind   eventKind
	doc    int // index, -1: none
	client int32
	docs   int // length of docs just after the event
}

// clientEdit keeps the row as it was before the event at seq.
type clientEdit struct {
	seq    int
	client int32
	before Client
}

// note writes an event down once the world is running; what is there before is the
// shop's past, not news. The caller holds the lock.
func (w *World) note(e event) {
	if !w.started {
		return
	}
	e.docs = len(w.docs)
	w.log = append(w.log, e)
}

// Begin says that the world as it stands is the past and that what follows is news,
// which the oracle can replay. New calls it; tests that replay a world without a
// server call it themselves. A second call does nothing.
func (w *World) Begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
}

func (w *World) begin() {
	if w.started {
		return
	}
	w.started = true
	w.base = len(w.docs)
}

// MarkPass notes that a CRM made a complete pass at this point. The oracle replays
// the marks in their place among what happened, and ends with a pass over everything.
func (w *World) MarkPass() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	w.note(event{kind: eventPass, doc: -1})
}
