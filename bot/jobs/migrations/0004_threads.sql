ALTER TABLE jobs ADD COLUMN thread_name TEXT;  -- of the thread its messages are to be in, until it has one there
