-- Money in billionths of a dollar; what may still be spent; whose it is.
ALTER TABLE usage ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN session TEXT NOT NULL DEFAULT '';
-- NULL where no price is known.
ALTER TABLE usage ADD COLUMN nanos BIGINT;
-- What an answer from the cache would have cost.
ALTER TABLE usage ADD COLUMN saved BIGINT NOT NULL DEFAULT 0;
-- The price that was applied, with its source and date.
ALTER TABLE usage ADD COLUMN price TEXT NOT NULL DEFAULT '';
-- What was expected of the call before it was made; NULL where nothing was.
ALTER TABLE usage ADD COLUMN expected_nanos BIGINT;
ALTER TABLE usage ADD COLUMN expected_seconds DOUBLE PRECISION;
UPDATE usage SET nanos = CAST(ROUND(CAST(dollars AS DOUBLE PRECISION) * 1000000000) AS BIGINT)
    WHERE dollars IS NOT NULL;
ALTER TABLE usage DROP COLUMN dollars;
CREATE INDEX usage_task ON usage (task);
CREATE INDEX usage_session ON usage (session) WHERE session <> '';
-- Sums of usage up to the row `folded.upto`, so that a limit is checked without reading all rows.
CREATE TABLE spent (
    day TEXT NOT NULL, person TEXT NOT NULL, workspace TEXT NOT NULL, model TEXT NOT NULL,
    nanos BIGINT NOT NULL, PRIMARY KEY (day, person, workspace, model)
);
CREATE TABLE folded (name TEXT PRIMARY KEY, upto BIGINT NOT NULL);
INSERT INTO folded (name, upto) VALUES ('usage', 0);
-- What calls under way may cost at most; gone when they end, or when nobody renews them.
CREATE TABLE reservation (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, expires BIGINT NOT NULL, holder TEXT NOT NULL,
    person TEXT NOT NULL, workspace TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
    session TEXT NOT NULL, model TEXT NOT NULL, nanos BIGINT NOT NULL
);
CREATE INDEX reservation_expires ON reservation (expires);
