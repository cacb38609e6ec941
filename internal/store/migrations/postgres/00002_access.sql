-- +goose Up

-- Who may enter. Secrets are kept as the base64 of their SHA-256, passwords as argon2id with its parameters.

CREATE INDEX app_user_by_email ON app_user (email_key);

CREATE TABLE user_password (
	account_id BIGINT NOT NULL,
	user_id    TEXT COLLATE "C" NOT NULL,
	hash       TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
);

CREATE TABLE login_session (
	account_id   BIGINT NOT NULL,
	id           TEXT COLLATE "C" NOT NULL,
	user_id      TEXT COLLATE "C" NOT NULL,
	token_hash   TEXT COLLATE "C" NOT NULL UNIQUE,
	agent        TEXT NOT NULL,
	address      TEXT NOT NULL, -- '' where it is not known
	created_at   BIGINT NOT NULL,
	last_seen_at BIGINT NOT NULL,
	expires_at   BIGINT NOT NULL,
	PRIMARY KEY (account_id, id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
);

CREATE INDEX login_session_by_user ON login_session (account_id, user_id);
CREATE INDEX login_session_expired ON login_session (expires_at);

CREATE TABLE password_link (
	account_id BIGINT NOT NULL,
	user_id    TEXT COLLATE "C" NOT NULL,
	token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
);

CREATE INDEX password_link_expired ON password_link (expires_at);

-- Browsers in which a user once logged in.
CREATE TABLE known_device (
	token_hash TEXT COLLATE "C" NOT NULL,
	account_id BIGINT NOT NULL,
	user_id    TEXT COLLATE "C" NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (token_hash, account_id, user_id),
	FOREIGN KEY (account_id, user_id) REFERENCES app_user (account_id, id)
);

CREATE INDEX known_device_expired ON known_device (expires_at);

CREATE TABLE api_key (
	account_id   BIGINT NOT NULL REFERENCES account (number),
	id           TEXT COLLATE "C" NOT NULL,
	name         TEXT NOT NULL,
	hint         TEXT NOT NULL,
	scopes       TEXT NOT NULL,
	created_by   TEXT NOT NULL, -- kind of actor
	creator_id   TEXT COLLATE "C" NOT NULL,
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT NOT NULL,
	last_used_at BIGINT NOT NULL,
	revoked_at   BIGINT NOT NULL,
	PRIMARY KEY (account_id, id)
);

-- A key has several secrets while one replaces another.
CREATE TABLE api_key_secret (
	secret_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	account_id  BIGINT NOT NULL,
	key_id      TEXT COLLATE "C" NOT NULL,
	valid_until BIGINT NOT NULL, -- 0: as long as the key
	FOREIGN KEY (account_id, key_id) REFERENCES api_key (account_id, id)
);

CREATE INDEX api_key_secret_by_key ON api_key_secret (account_id, key_id);
CREATE INDEX api_key_secret_replaced ON api_key_secret (valid_until) WHERE valid_until > 0;

-- Wrong attempts to log in, as the instant until which they keep a counter busy.
CREATE TABLE login_counter (
	key_hash   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	busy_until BIGINT NOT NULL
);

CREATE INDEX login_counter_idle ON login_counter (busy_until);

CREATE TABLE setup_code (
	code_hash  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	created_at BIGINT NOT NULL
);
