ALTER TABLE jobs ADD COLUMN language   TEXT    NOT NULL DEFAULT 'en';  -- what its messages are written in
ALTER TABLE jobs ADD COLUMN private    INTEGER NOT NULL DEFAULT 0;     -- only who asked sees its messages
ALTER TABLE jobs ADD COLUMN spoiler    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN to_dm      INTEGER NOT NULL DEFAULT 0;     -- the clip goes to the member directly, too
ALTER TABLE jobs ADD COLUMN has_allowance INTEGER NOT NULL DEFAULT 0;  -- device time is limited for its member
ALTER TABLE jobs ADD COLUMN style      TEXT;
ALTER TABLE jobs ADD COLUMN own_prompt TEXT;                           -- without the style's words
ALTER TABLE jobs ADD COLUMN own_negative_prompt TEXT;
ALTER TABLE jobs ADD COLUMN variations INTEGER NOT NULL DEFAULT 1;
ALTER TABLE jobs ADD COLUMN more       TEXT    NOT NULL DEFAULT '[]';  -- JSON: list of Completed, after the first
ALTER TABLE jobs ADD COLUMN made_by     TEXT;                          -- the button of the parent
ALTER TABLE jobs ADD COLUMN parent_url  TEXT;                          -- the message with that button
ALTER TABLE jobs ADD COLUMN seed_picked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN fits        TEXT;                          -- JSON: Fits

-- clips in the showcase channels of their servers
CREATE TABLE shares (
    job_id     TEXT PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    by_user_id INTEGER NOT NULL,
    at         REAL NOT NULL
) STRICT;

-- wishes that are being written: a form's custom_id has the id
CREATE TABLE drafts (
    id         TEXT PRIMARY KEY,
    user_id    INTEGER NOT NULL,
    draft      TEXT NOT NULL,            -- JSON: Draft
    created_at REAL NOT NULL
) STRICT;

-- what members chose for themselves
CREATE TABLE members (
    user_id INTEGER PRIMARY KEY,
    choices TEXT NOT NULL                -- JSON: MemberChoices
) STRICT;

-- an admin's rules for one channel, over those of its server
CREATE TABLE channel_rules (
    channel_id INTEGER PRIMARY KEY,
    rules      TEXT NOT NULL             -- JSON: GuildRules
) STRICT;

-- what moderators decided about members of a server
CREATE TABLE sanctions (
    guild_id   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    banned     INTEGER NOT NULL,
    gpu_seconds REAL,                    -- a day's allowance of this member; NULL is the server's
    reason     TEXT NOT NULL,
    by_user_id INTEGER NOT NULL,
    at         REAL NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) STRICT;

-- device time used, for allowances: a failed or refunded job has none
CREATE TABLE usage (
    job_id   TEXT PRIMARY KEY,
    user_id  INTEGER NOT NULL,
    guild_id INTEGER,
    seconds  REAL NOT NULL,
    at       REAL NOT NULL
) STRICT;

CREATE INDEX usage_by_user ON usage (user_id, at);
CREATE INDEX jobs_by_parent ON jobs (parent_id);
CREATE INDEX jobs_by_guild ON jobs (guild_id, created_at);
