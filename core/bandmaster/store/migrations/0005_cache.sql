-- Answers of models to be given again, and who is asking for one now. In the person's own file only.
CREATE TABLE answer (
    -- A digest of everything that the answer depends on.
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL, served_by TEXT NOT NULL,
    input BIGINT NOT NULL, output BIGINT NOT NULL, cached BIGINT NOT NULL, estimated BIGINT NOT NULL,
    size BIGINT NOT NULL, hits BIGINT NOT NULL,
    -- Milliseconds since 1970.
    used BIGINT NOT NULL, expires BIGINT NOT NULL
);
CREATE INDEX answer_used ON answer (used, size);
CREATE INDEX answer_expires ON answer (expires);
CREATE TABLE flight (key TEXT PRIMARY KEY, holder TEXT NOT NULL, expires BIGINT NOT NULL);
