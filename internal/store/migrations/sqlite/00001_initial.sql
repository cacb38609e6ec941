-- +goose Up

-- Conventions, the same on both engines:
--   account_id, connection   the number of the account or the connection: short keys in every index; ids as text at the edges
--   …_at                     unix microseconds UTC, 0 for "none"
--   …_on, read_until         calendar day 2006-01-02, '' for "none"
--   custom, origins, …       JSON; NULL for an absent list or map
--   owner_id, contact_id     NULL in deal and contact where there is none, so that the reference can be checked; '' elsewhere

CREATE TABLE account (
	number        INTEGER PRIMARY KEY AUTOINCREMENT,
	id            TEXT NOT NULL UNIQUE,
	name          TEXT NOT NULL,
	country       TEXT NOT NULL,
	currency      TEXT NOT NULL,
	time_zone     TEXT NOT NULL,
	language      TEXT NOT NULL,
	date_style    TEXT NOT NULL,
	number_style  TEXT NOT NULL,
	seller_access TEXT NOT NULL,
	created_at    INTEGER NOT NULL,
	version       INTEGER NOT NULL
) STRICT;

CREATE TABLE app_user (
	account_id INTEGER NOT NULL REFERENCES account (number),
	id         TEXT NOT NULL,
	email      TEXT NOT NULL,
	email_key  TEXT NOT NULL, -- in the form under which users are matched
	name       TEXT NOT NULL,
	role       TEXT NOT NULL,
	active     INTEGER NOT NULL,
	language   TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, email_key)
) STRICT;

-- name_key, here and below: the name without case and accents, under which it is unique.
CREATE TABLE pipeline (
	account_id  INTEGER NOT NULL REFERENCES account (number),
	id          TEXT NOT NULL,
	name        TEXT NOT NULL,
	name_key    TEXT NOT NULL,
	position    INTEGER NOT NULL,
	created_at  INTEGER NOT NULL,
	archived_at INTEGER NOT NULL,
	version     INTEGER NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;

CREATE UNIQUE INDEX pipeline_name ON pipeline (account_id, name_key) WHERE archived_at = 0;

CREATE TABLE stage (
	account_id   INTEGER NOT NULL,
	id           TEXT NOT NULL,
	pipeline_id  TEXT NOT NULL,
	name         TEXT NOT NULL,
	name_key     TEXT NOT NULL,
	kind         TEXT NOT NULL,
	position     INTEGER NOT NULL,
	color        TEXT NOT NULL,
	probability  INTEGER NOT NULL,
	stale_days   INTEGER NOT NULL,
	archived_at  INTEGER NOT NULL,
	deal_changes INTEGER NOT NULL DEFAULT 0, -- how often its deals have changed, or their order: who watches the board compares it
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, pipeline_id, id),
	FOREIGN KEY (account_id, pipeline_id) REFERENCES pipeline (account_id, id)
) STRICT;

CREATE UNIQUE INDEX stage_name ON stage (account_id, pipeline_id, name_key) WHERE archived_at = 0;

CREATE TABLE custom_field (
	account_id    INTEGER NOT NULL REFERENCES account (number),
	id            TEXT NOT NULL,
	number        INTEGER NOT NULL, -- the account's fields are counted, so that keys of other tables are short
	entity        TEXT NOT NULL,
	key           TEXT NOT NULL,
	name          TEXT NOT NULL,
	name_key      TEXT NOT NULL,
	type          TEXT NOT NULL,
	options       TEXT,
	pattern       TEXT NOT NULL,
	required      INTEGER NOT NULL,
	default_value TEXT, -- JSON
	searchable    INTEGER NOT NULL,
	position      INTEGER NOT NULL,
	created_at    INTEGER NOT NULL,
	archived_at   INTEGER NOT NULL,
	work          TEXT NOT NULL, -- what is being done to all records because of a change to the field; '' for nothing
	work_done     INTEGER NOT NULL,
	work_total    INTEGER NOT NULL,
	version       INTEGER NOT NULL,
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, key),
	UNIQUE (account_id, number)
) STRICT;

CREATE UNIQUE INDEX custom_field_name ON custom_field (account_id, entity, name_key) WHERE archived_at = 0;
CREATE INDEX custom_field_work ON custom_field (account_id) WHERE work <> '';

-- Tags that were deleted and have postings left.
CREATE TABLE dropped_tag (
	account_id INTEGER NOT NULL REFERENCES account (number),
	id         TEXT NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
	account_id INTEGER NOT NULL REFERENCES account (number),
	id         TEXT NOT NULL,
	name       TEXT NOT NULL,
	name_key   TEXT NOT NULL,
	color      TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, name_key)
) STRICT;

-- number counts an account's contacts in the order in which they were made: their short key in posting.
-- name_key and words are what a contact is sorted and found by, kept beside it so that a page of a list reads no other table.
CREATE TABLE contact (
	account_id INTEGER NOT NULL,
	number     INTEGER NOT NULL,
	id         TEXT NOT NULL,
	first_name TEXT NOT NULL,
	last_name  TEXT NOT NULL,
	company    TEXT NOT NULL,
	owner_id   TEXT,
	source     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	name_key   TEXT NOT NULL,
	words      TEXT NOT NULL,
	tags       TEXT,
	details    TEXT,
	custom     TEXT,
	origins    TEXT,
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, number),
	FOREIGN KEY (account_id, owner_id) REFERENCES app_user (account_id, id)
) STRICT;

CREATE INDEX contact_updated ON contact (account_id, updated_at, number) WHERE deleted_at = 0;
CREATE INDEX contact_created ON contact (account_id, created_at, number) WHERE deleted_at = 0;
CREATE INDEX contact_name ON contact (account_id, name_key, number) WHERE deleted_at = 0;
CREATE INDEX contact_owner ON contact (account_id, owner_id, updated_at, number) WHERE deleted_at = 0;

-- How many living contacts an owner has ('' for nobody), kept with every contact that is saved, so that nobody counts a million.
CREATE TABLE contact_total (
	account_id INTEGER NOT NULL,
	owner_id   TEXT NOT NULL,
	contacts   INTEGER NOT NULL,
	PRIMARY KEY (account_id, owner_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_identity (
	account_id INTEGER NOT NULL,
	contact_id TEXT NOT NULL,
	position   INTEGER NOT NULL,
	kind       TEXT NOT NULL,
	normalized TEXT NOT NULL,
	value      TEXT NOT NULL,
	is_primary INTEGER NOT NULL,
	PRIMARY KEY (account_id, contact_id, position),
	FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_identity_lookup ON contact_identity (account_id, kind, normalized);

-- number, name_key and words as in contact; contact_number is the number of contact_id's contact, 0 for none. rank orders a stage's deals on the board, the
-- highest on top.
CREATE TABLE deal (
	account_id       INTEGER NOT NULL,
	number           INTEGER NOT NULL,
	id               TEXT NOT NULL,
	name             TEXT NOT NULL,
	contact_id       TEXT,
	contact_number   INTEGER NOT NULL,
	pipeline_id      TEXT NOT NULL,
	stage_id         TEXT NOT NULL,
	stage_entered_at INTEGER NOT NULL,
	rank             INTEGER NOT NULL,
	owner_id         TEXT,
	value_minor      INTEGER NOT NULL,
	value_currency   TEXT NOT NULL,
	created_at       INTEGER NOT NULL,
	updated_at       INTEGER NOT NULL,
	deleted_at       INTEGER NOT NULL,
	version          INTEGER NOT NULL,
	name_key         TEXT NOT NULL,
	words            TEXT NOT NULL,
	details          TEXT,
	custom           TEXT,
	origins          TEXT,
	PRIMARY KEY (account_id, id),
	UNIQUE (account_id, number),
	FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id),
	FOREIGN KEY (account_id, pipeline_id, stage_id) REFERENCES stage (account_id, pipeline_id, id),
	FOREIGN KEY (account_id, owner_id) REFERENCES app_user (account_id, id)
) STRICT;

CREATE INDEX deal_contact ON deal (account_id, contact_number, stage_id, number) WHERE deleted_at = 0;
CREATE INDEX deal_updated ON deal (account_id, updated_at, number) WHERE deleted_at = 0;
CREATE INDEX deal_created ON deal (account_id, created_at, number) WHERE deleted_at = 0;
CREATE INDEX deal_name ON deal (account_id, name_key, number) WHERE deleted_at = 0;
CREATE INDEX deal_value ON deal (account_id, value_minor, number) WHERE deleted_at = 0;
CREATE INDEX deal_entered ON deal (account_id, stage_entered_at, number) WHERE deleted_at = 0;
CREATE INDEX deal_owner ON deal (account_id, owner_id, updated_at, number) WHERE deleted_at = 0;
CREATE INDEX deal_board ON deal (account_id, stage_id, rank, number) WHERE deleted_at = 0;
CREATE INDEX deal_board_owner ON deal (account_id, stage_id, owner_id, rank, number) WHERE deleted_at = 0;

-- How many living deals of an owner ('' for nobody) stand in a stage, and the sum of their values in a currency, kept as contact_total is.
CREATE TABLE stage_total (
	account_id INTEGER NOT NULL,
	stage_id   TEXT NOT NULL,
	owner_id   TEXT NOT NULL,
	currency   TEXT NOT NULL,
	deals      INTEGER NOT NULL,
	value      INTEGER NOT NULL, -- minor units
	PRIMARY KEY (account_id, stage_id, owner_id, currency)
) STRICT, WITHOUT ROWID;

-- Everything by which living contacts and deals are found: one row for each word, tag and value of a searchable field. list says which of these (see
-- posting.go), entry is the word, the tag's id or the value in a form that sorts as the value does, number the contact's or the deal's.
CREATE TABLE posting (
	account_id INTEGER NOT NULL,
	list       INTEGER NOT NULL,
	entry      TEXT NOT NULL,
	number     INTEGER NOT NULL,
	PRIMARY KEY (account_id, list, entry, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE stage_change (
	number        INTEGER PRIMARY KEY,
	account_id    INTEGER NOT NULL,
	deal_id       TEXT NOT NULL,
	from_stage_id TEXT NOT NULL,
	to_stage_id   TEXT NOT NULL,
	at            INTEGER NOT NULL,
	stood         INTEGER NOT NULL, -- nanoseconds
	actor_kind    TEXT NOT NULL,
	actor_id      TEXT NOT NULL
) STRICT;

CREATE INDEX stage_change_deal ON stage_change (account_id, deal_id, at);

CREATE TABLE event (
	number     INTEGER PRIMARY KEY,
	account_id INTEGER NOT NULL,
	id         TEXT NOT NULL,
	entity     TEXT NOT NULL,
	entity_id  TEXT NOT NULL,
	type       TEXT NOT NULL,
	at         INTEGER NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id   TEXT NOT NULL,
	document   TEXT NOT NULL,
	changes    TEXT
) STRICT;

CREATE INDEX event_entity ON event (account_id, entity, entity_id, at);

CREATE TABLE activity (
	account_id  INTEGER NOT NULL REFERENCES account (number),
	id          TEXT NOT NULL,
	title       TEXT NOT NULL,
	kind        TEXT NOT NULL,
	status      TEXT NOT NULL,
	start_at    INTEGER NOT NULL,
	due_by      INTEGER NOT NULL, -- the last instant there is for "none", so that those come last
	contact_id  TEXT NOT NULL,
	deal_id     TEXT NOT NULL,
	owner_id    TEXT NOT NULL,
	notes       TEXT NOT NULL,
	actor_kind  TEXT NOT NULL,
	actor_id    TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL,
	finished_at INTEGER NOT NULL,
	deleted_at  INTEGER NOT NULL,
	version     INTEGER NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX activity_due ON activity (account_id, due_by, id) WHERE deleted_at = 0;
CREATE INDEX activity_pending ON activity (account_id, due_by, id) WHERE deleted_at = 0 AND status = 'pending';
CREATE INDEX activity_owner ON activity (account_id, owner_id, due_by, id) WHERE deleted_at = 0;
CREATE INDEX activity_pending_owner ON activity (account_id, owner_id, due_by, id) WHERE deleted_at = 0 AND status = 'pending';
CREATE INDEX activity_contact ON activity (account_id, contact_id, due_by, id) WHERE deleted_at = 0;
CREATE INDEX activity_deal ON activity (account_id, deal_id, due_by, id) WHERE deleted_at = 0;
CREATE INDEX activity_updated ON activity (account_id, updated_at, id) WHERE deleted_at = 0;

CREATE TABLE note (
	account_id INTEGER NOT NULL REFERENCES account (number),
	id         TEXT NOT NULL,
	entity     TEXT NOT NULL,
	entity_id  TEXT NOT NULL,
	text       TEXT NOT NULL,
	actor_kind TEXT NOT NULL,
	actor_id   TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX note_entity ON note (account_id, entity, entity_id, created_at, id) WHERE deleted_at = 0;

CREATE TABLE connection (
	number              INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id          INTEGER NOT NULL REFERENCES account (number),
	id                  TEXT NOT NULL,
	base_url            TEXT NOT NULL,
	sealed_token        BLOB,
	token_last_four     TEXT NOT NULL,
	requests_per_second REAL NOT NULL,
	rules               TEXT,
	hook                TEXT NOT NULL,
	enabled             INTEGER NOT NULL,
	stop_reason         TEXT NOT NULL,
	read_until          TEXT NOT NULL,
	next_poll_at        INTEGER NOT NULL,
	next_recheck_at     INTEGER NOT NULL,
	last_poll_at        INTEGER NOT NULL,
	created_at          INTEGER NOT NULL,
	updated_at          INTEGER NOT NULL,
	UNIQUE (account_id, id)
) STRICT;

CREATE UNIQUE INDEX connection_hook ON connection (hook) WHERE hook <> '';

-- What webhooks and workers write about a connection stands apart from its settings: whoever saves the settings in a long
-- transaction neither blocks nor undoes them.
CREATE TABLE connection_signal (
	connection       INTEGER PRIMARY KEY REFERENCES connection (number),
	account_id       INTEGER NOT NULL,
	last_notified_at INTEGER NOT NULL,
	woken            INTEGER NOT NULL DEFAULT FALSE,
	holder           TEXT NOT NULL DEFAULT '',
	held_until       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE record (
	account_id     INTEGER NOT NULL,
	connection     INTEGER NOT NULL,
	bsale_id       INTEGER NOT NULL,
	state          TEXT NOT NULL,
	reason         TEXT NOT NULL,
	hash           TEXT NOT NULL,
	rules_version  TEXT NOT NULL,
	contact_id     TEXT NOT NULL,
	deal_id        TEXT NOT NULL,
	kind           TEXT NOT NULL,
	type_name      TEXT NOT NULL,
	number         TEXT NOT NULL,
	emitted_on     TEXT NOT NULL,
	total_minor    INTEGER NOT NULL,
	total_currency TEXT NOT NULL,
	client_id      INTEGER NOT NULL,
	client_name    TEXT NOT NULL,
	public_url     TEXT NOT NULL,
	standing       TEXT NOT NULL,
	credited       INTEGER NOT NULL,
	sale_id        INTEGER NOT NULL,
	refs           TEXT,
	candidates     TEXT, -- JSON; of a conflict: the contacts or deals among which a person chooses
	due_at         INTEGER NOT NULL,
	notified_at    INTEGER NOT NULL DEFAULT 0, -- of the latest hint; decides whether a read was early enough to clear due_at
	attempts       INTEGER NOT NULL,
	last_error     TEXT NOT NULL,
	seen_at        INTEGER NOT NULL,
	decided_at     INTEGER NOT NULL,
	PRIMARY KEY (connection, bsale_id)
) STRICT;

CREATE INDEX record_reason ON record (connection, state, reason, bsale_id);
CREATE INDEX record_due ON record (connection, due_at) WHERE due_at > 0;
CREATE INDEX record_deal ON record (account_id, deal_id) WHERE deal_id <> '';
CREATE INDEX record_number ON record (connection, number) WHERE number <> '';
CREATE INDEX record_contact ON record (account_id, contact_id) WHERE contact_id <> '';
CREATE INDEX record_client ON record (connection, client_id, bsale_id) WHERE client_id <> 0;
CREATE INDEX record_emitted ON record (connection, emitted_on, bsale_id);

-- How many records share a state and a reason, kept with each save so that nobody counts a million; those in state 'new' are few, and counted.
CREATE TABLE record_total (
	account_id INTEGER NOT NULL,
	connection INTEGER NOT NULL,
	state      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	records    INTEGER NOT NULL,
	PRIMARY KEY (connection, state, reason)
) STRICT, WITHOUT ROWID;

-- The words of Bsale's clients' names, accents and case aside, by which records are found.
CREATE TABLE client_word (
	account_id INTEGER NOT NULL,
	connection INTEGER NOT NULL,
	word       TEXT NOT NULL,
	client_id  INTEGER NOT NULL,
	PRIMARY KEY (connection, word, client_id)
) STRICT, WITHOUT ROWID;

-- What became of documents day by day, as the account counts days.
CREATE TABLE decision_total (
	account_id INTEGER NOT NULL,
	connection INTEGER NOT NULL,
	day        TEXT NOT NULL,
	outcome    TEXT NOT NULL,
	reason     TEXT NOT NULL,
	decisions  INTEGER NOT NULL,
	PRIMARY KEY (connection, day, outcome, reason)
) STRICT, WITHOUT ROWID;

-- The requests sent to Bsale day by day.
CREATE TABLE call_total (
	account_id INTEGER NOT NULL,
	connection INTEGER NOT NULL,
	day        TEXT NOT NULL,
	calls      INTEGER NOT NULL,
	PRIMARY KEY (connection, day)
) STRICT, WITHOUT ROWID;

-- The numbers that credit notes without a sale wait for.
CREATE TABLE record_reference (
	account_id INTEGER NOT NULL,
	connection INTEGER NOT NULL,
	bsale_id   INTEGER NOT NULL,
	number     TEXT NOT NULL,
	PRIMARY KEY (connection, bsale_id, number),
	FOREIGN KEY (connection, bsale_id) REFERENCES record (connection, bsale_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_reference_number ON record_reference (connection, number);

CREATE TABLE client_link (
	account_id   INTEGER NOT NULL,
	connection   INTEGER NOT NULL,
	client_id    INTEGER NOT NULL,
	contact_id   TEXT NOT NULL,
	chosen       INTEGER NOT NULL,
	looked_up_at INTEGER NOT NULL,
	email        TEXT NOT NULL,
	phone        TEXT NOT NULL,
	PRIMARY KEY (connection, client_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_link_contact ON client_link (contact_id, connection) WHERE contact_id <> '';

CREATE TABLE run (
	account_id  INTEGER NOT NULL,
	connection  INTEGER NOT NULL REFERENCES connection (number),
	id          TEXT NOT NULL,
	kind        TEXT NOT NULL,
	state       TEXT NOT NULL,
	from_on     TEXT NOT NULL,
	to_on       TEXT NOT NULL,
	estimate    INTEGER NOT NULL,
	reasons     TEXT, -- JSON; of documents that are decided again: only those with one of these
	progress    TEXT,
	counts      TEXT NOT NULL,
	calls       INTEGER NOT NULL,
	last_error  TEXT NOT NULL,
	started_at  INTEGER NOT NULL,
	finished_at INTEGER NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX run_started ON run (connection, started_at, id);
CREATE INDEX run_active ON run (connection, started_at) WHERE state = 'active';
CREATE INDEX run_paused ON run (connection, started_at) WHERE state = 'paused';

CREATE TABLE history (
	number      INTEGER PRIMARY KEY,
	account_id  INTEGER NOT NULL,
	connection  INTEGER NOT NULL,
	id          TEXT NOT NULL,
	run_id      TEXT NOT NULL,
	bsale_id    INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	outcome     TEXT NOT NULL,
	reason      TEXT NOT NULL,
	title       TEXT NOT NULL,
	client_name TEXT NOT NULL,
	plan        TEXT
) STRICT;

CREATE INDEX history_newest ON history (connection, number);
CREATE INDEX history_document ON history (connection, bsale_id, number);

CREATE TABLE client_request (
	account_id      INTEGER NOT NULL,
	connection      INTEGER NOT NULL REFERENCES connection (number),
	contact_id      TEXT NOT NULL,
	state           TEXT NOT NULL,
	reason          TEXT NOT NULL,
	client_id       INTEGER NOT NULL,
	sent_at         INTEGER NOT NULL,
	attempts        INTEGER NOT NULL,
	next_attempt_at INTEGER NOT NULL,
	last_error      TEXT NOT NULL,
	created_at      INTEGER NOT NULL,
	PRIMARY KEY (connection, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_request_state ON client_request (connection, state, created_at, contact_id);
