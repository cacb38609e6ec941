-- +goose Up

-- Answers to requests that may be sent again: the key is the caller's, request a hash of what was asked.
CREATE TABLE kept_answer (
	account_id BIGINT NOT NULL REFERENCES account (number),
	actor_kind TEXT COLLATE "C" NOT NULL,
	actor_id   TEXT COLLATE "C" NOT NULL,
	key        TEXT COLLATE "C" NOT NULL,
	request    TEXT COLLATE "C" NOT NULL,
	answer     TEXT NOT NULL,
	at         BIGINT NOT NULL,
	PRIMARY KEY (account_id, actor_kind, actor_id, key)
);

CREATE INDEX kept_answer_oldest ON kept_answer (account_id, at);
