-- where a job's messages go: a channel the bot can write to, or the member's own interactions
ALTER TABLE jobs ADD COLUMN route   TEXT    NOT NULL DEFAULT 'channel';
ALTER TABLE jobs ADD COLUMN turn    INTEGER NOT NULL DEFAULT 0;  -- the round of the queue it waits for
ALTER TABLE jobs ADD COLUMN failure TEXT;                        -- why it failed, in the member's words
ALTER TABLE jobs ADD COLUMN told    INTEGER NOT NULL DEFAULT 0;  -- whether its last words were shown

UPDATE jobs SET told = 1 WHERE state IN ('posted', 'failed', 'cancelled');

CREATE INDEX jobs_untold ON jobs (created_at) WHERE told = 0;
CREATE INDEX jobs_by_user ON jobs (user_id, created_at);
