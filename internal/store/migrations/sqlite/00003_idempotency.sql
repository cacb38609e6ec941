-- +goose Up

-- Answers to requests that may be sent again: the key is the caller's, request a hash of what was asked.
CREATE TABLE kept_answer (
	account_id INTEGER NOT NULL REFERENCES account (number),
	actor_kind TEXT NOT NULL,
	actor_id   TEXT NOT NULL,
	key        TEXT NOT NULL,
	request    TEXT NOT NULL,
	answer     TEXT NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (account_id, actor_kind, actor_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_answer_oldest ON kept_answer (account_id, at);
