-- What became of answers, what was learned of that, and trials between two models.
CREATE TABLE happening (
    id {serial}, at TEXT NOT NULL, workspace TEXT NOT NULL, task TEXT NOT NULL,
    kind TEXT NOT NULL, model TEXT NOT NULL,
    -- `answered`, `applied`, `undone`, `rated`, …: a value of `What` in routing/learning/rewards.py.
    what TEXT NOT NULL,
    -- Of `rated` only: 0 to 1.
    rating DOUBLE PRECISION,
    -- What an estimate rests on, as JSON; never the text of a task.
    query TEXT NOT NULL,
    dollars DOUBLE PRECISION, seconds DOUBLE PRECISION
);
CREATE INDEX happening_task ON happening (task);
CREATE INDEX happening_at ON happening (at);
-- The state of the learner up to the happening `upto`: later ones are learned on top of it.
-- It can be made anew from the rows; `edition` changes whenever it is.
CREATE TABLE learned (
    name TEXT PRIMARY KEY, edition TEXT NOT NULL, upto BIGINT NOT NULL, state TEXT NOT NULL
);
-- A trial sends `share` of the tasks of a kind to one of two models, by the task's id.
CREATE TABLE trial (
    name TEXT PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, first TEXT NOT NULL,
    second TEXT NOT NULL, share DOUBLE PRECISION NOT NULL, ended TEXT
);
