CREATE TABLE jobs (
    id                TEXT PRIMARY KEY,
    parent_id         TEXT,
    user_id           INTEGER NOT NULL,
    guild_id          INTEGER,
    channel_id        INTEGER NOT NULL,
    request           TEXT    NOT NULL,  -- JSON: GenerationRequest
    notes             TEXT    NOT NULL,  -- JSON: list of sentences
    explain           INTEGER NOT NULL,
    state             TEXT    NOT NULL,
    attempts          INTEGER NOT NULL,
    status_message_id INTEGER,
    result_message_id INTEGER,
    created_at        REAL    NOT NULL,
    started_at        REAL,
    finished_at       REAL,
    completed         TEXT               -- JSON: Completed
) STRICT;

CREATE INDEX jobs_by_state ON jobs (state, created_at);

CREATE TABLE guild_rules (
    guild_id INTEGER PRIMARY KEY,
    rules    TEXT    NOT NULL            -- JSON: GuildRules
) STRICT;

CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
