-- Edits that were applied and of which it is not known yet whether they were kept.
CREATE TABLE edit (
    task TEXT NOT NULL, workspace TEXT NOT NULL, path TEXT NOT NULL, at TEXT NOT NULL,
    -- SHA-256 of the file's bytes before and after; NULL: no file.
    old_sha TEXT, new_sha TEXT,
    -- Whether the new text was ever on disk: an editor may hold it unsaved for long.
    seen BIGINT NOT NULL DEFAULT 0,
    -- Whether the project's tests ran since then.
    tested BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (task, path)
);
-- How the project's tests ended the last time.
CREATE TABLE suite (workspace TEXT PRIMARY KEY, passed BIGINT NOT NULL, at TEXT NOT NULL);
