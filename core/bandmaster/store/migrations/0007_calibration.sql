-- How many tokens each model makes of what is estimated as one: the mean of the logarithms.
CREATE TABLE calibration (
    model TEXT PRIMARY KEY, weight DOUBLE PRECISION NOT NULL, mean DOUBLE PRECISION NOT NULL,
    at TEXT NOT NULL
);
