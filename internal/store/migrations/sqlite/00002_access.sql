-- +goose Up

-- Who may enter. Secrets are kept as the base64 of their SHA-256, passwords as argon2id with its parameters.

CREATE INDEX app_user_by_email ON app_user (email_key);

CREATE TABLE user_password (
	account_id INTEGER NOT NULL,
	user_id    TEXT NOT NULL,
	hash       TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
) STRICT;

CREATE TABLE login_session (
	account_id   INTEGER NOT NULL,
	id           TEXT NOT NULL,
	user_id      TEXT NOT NULL,
	token_hash   TEXT NOT NULL UNIQUE,
	agent        TEXT NOT NULL,
	address      TEXT NOT NULL, -- '' where it is not known
	created_at   INTEGER NOT NULL,
	last_seen_at INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	PRIMARY KEY (account_id, id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
) STRICT;

CREATE INDEX login_session_by_user ON login_session (account_id, user_id);
CREATE INDEX login_session_expired ON login_session (expires_at);

CREATE TABLE password_link (
	account_id INTEGER NOT NULL,
	user_id    TEXT NOT NULL,
	token_hash TEXT NOT NULL UNIQUE,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
) STRICT;

CREATE INDEX password_link_expired ON password_link (expires_at);

-- Browsers in which a user once logged in.
CREATE TABLE known_device (
	token_hash TEXT NOT NULL,
	account_id INTEGER NOT NULL,
	user_id    TEXT NOT NULL,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (token_hash, account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_device_expired ON known_device (expires_at);

CREATE TABLE api_key (
	account_id   INTEGER NOT NULL REFERENCES account (number),
	id           TEXT NOT NULL,
	name         TEXT NOT NULL,
	hint         TEXT NOT NULL,
	scopes       TEXT NOT NULL,
	created_by   TEXT NOT NULL, -- kind of actor
	creator_id   TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	expires_at   INTEGER NOT NULL,
	last_used_at INTEGER NOT NULL,
	revoked_at   INTEGER NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;

-- A key has several secrets while one replaces another.
CREATE TABLE api_key_secret (
	secret_hash TEXT NOT NULL PRIMARY KEY,
	account_id  INTEGER NOT NULL,
	key_id      TEXT NOT NULL,
	valid_until INTEGER NOT NULL, -- 0: as long as the key
	FOREIGN KEY (account_id, key_id) REFERENCES api_key (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_secret_by_key ON api_key_secret (account_id, key_id);
CREATE INDEX api_key_secret_replaced ON api_key_secret (valid_until) WHERE valid_until > 0;

-- Wrong attempts to log in, as the instant until which they keep a counter busy.
CREATE TABLE login_counter (
	key_hash   TEXT NOT NULL PRIMARY KEY,
	busy_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_counter_idle ON login_counter (busy_until);

CREATE TABLE setup_code (
	code_hash  TEXT NOT NULL PRIMARY KEY,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
