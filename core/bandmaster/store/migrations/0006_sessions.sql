-- What was asked and answered in a conversation: a buffer for each model, so that one can be reset
-- alone. What a model on this machine said is given to none elsewhere.
CREATE TABLE turn (
    id {serial}, person TEXT NOT NULL, workspace TEXT NOT NULL, session TEXT NOT NULL,
    model TEXT NOT NULL, local BIGINT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX turn_session ON turn (workspace, session, model);
