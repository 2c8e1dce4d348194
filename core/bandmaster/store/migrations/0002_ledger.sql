-- The tables of the first version were STRICT on SQLite, which takes no BIGINT: they are made anew.
ALTER TABLE trust RENAME TO trust_before;
CREATE TABLE trust (root TEXT PRIMARY KEY, at TEXT NOT NULL);
INSERT INTO trust (root, at) SELECT root, at FROM trust_before;
DROP TABLE trust_before;
ALTER TABLE audit RENAME TO audit_before;
CREATE TABLE audit (
    id {serial}, at TEXT NOT NULL, workspace TEXT NOT NULL, client TEXT NOT NULL,
    tool TEXT NOT NULL, resources TEXT NOT NULL, decision TEXT NOT NULL, why TEXT NOT NULL,
    result TEXT NOT NULL
);
INSERT INTO audit (at, workspace, client, tool, resources, decision, why, result)
    SELECT at, workspace, client, tool, resources, decision, why, result
    FROM audit_before ORDER BY id;
DROP TABLE audit_before;
ALTER TABLE usage RENAME TO usage_before;
-- nanos: billionths of a dollar, NULL where no price is known; saved: what an answer from the
-- cache would have cost; price: the one that was applied, with its source and date; expected:
-- before the call was made, NULL where nothing was.
CREATE TABLE usage (
    id {serial}, at TEXT NOT NULL, person TEXT NOT NULL, workspace TEXT NOT NULL,
    session TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL,
    failure TEXT, input BIGINT NOT NULL, output BIGINT NOT NULL, cached BIGINT NOT NULL,
    estimated BIGINT NOT NULL, nanos BIGINT, saved BIGINT NOT NULL, price TEXT NOT NULL,
    seconds DOUBLE PRECISION NOT NULL, expected_nanos BIGINT, expected_seconds DOUBLE PRECISION
);
INSERT INTO usage (at, person, workspace, session, task, kind, model, failure, input, output,
        cached, estimated, nanos, saved, price, seconds)
    SELECT at, '', workspace, '', task, kind, model, failure, input, output, cached, estimated,
        CAST(ROUND(CAST(dollars AS DOUBLE PRECISION) * 1000000000) AS BIGINT), 0, '', seconds
    FROM usage_before ORDER BY id;
DROP TABLE usage_before;
CREATE INDEX usage_task ON usage (task);
CREATE INDEX usage_session ON usage (session);
-- Sums of usage up to the row `folded.upto`, so that a limit is checked without reading all rows;
-- a sum over all days, persons and models of a workspace has empty texts for them.
CREATE TABLE spent (
    day TEXT NOT NULL, person TEXT NOT NULL, workspace TEXT NOT NULL, model TEXT NOT NULL,
    nanos BIGINT NOT NULL, PRIMARY KEY (day, person, workspace, model)
);
CREATE TABLE folded (name TEXT PRIMARY KEY, upto BIGINT NOT NULL);
INSERT INTO folded (name, upto) VALUES ('usage', 0);
-- What calls under way may cost at most; gone when they end, or when nobody renews them.
CREATE TABLE reservation (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, expires BIGINT NOT NULL, holder TEXT NOT NULL,
    person TEXT NOT NULL, workspace TEXT NOT NULL, session TEXT NOT NULL, task TEXT NOT NULL,
    kind TEXT NOT NULL, model TEXT NOT NULL, nanos BIGINT NOT NULL
);
CREATE INDEX reservation_expires ON reservation (expires);
