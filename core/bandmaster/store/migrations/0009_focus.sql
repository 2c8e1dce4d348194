-- What each task was about, so that earlier failures on a file are seen when it is met again.
CREATE TABLE focus (
    task TEXT NOT NULL, workspace TEXT NOT NULL, path TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (task, path)
);
CREATE INDEX focus_path ON focus (workspace, path, at);
