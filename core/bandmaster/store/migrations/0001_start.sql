-- Trust in workspaces, what was used of models, and the audit of tools.
CREATE TABLE trust (root TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE usage (
    id {serial}, at TEXT NOT NULL, workspace TEXT NOT NULL, task TEXT NOT NULL,
    kind TEXT NOT NULL, model TEXT NOT NULL, failure TEXT, input BIGINT NOT NULL,
    output BIGINT NOT NULL, cached BIGINT NOT NULL, estimated BIGINT NOT NULL,
    dollars TEXT, seconds DOUBLE PRECISION NOT NULL
);
CREATE TABLE audit (
    id {serial}, at TEXT NOT NULL, workspace TEXT NOT NULL, client TEXT NOT NULL,
    tool TEXT NOT NULL, resources TEXT NOT NULL, decision TEXT NOT NULL, why TEXT NOT NULL,
    result TEXT NOT NULL
);
