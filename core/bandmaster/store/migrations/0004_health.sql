-- How the endpoints of models do: the circuit of each, and what was measured of it.
CREATE TABLE health (
    -- A digest of the provider's name, address and key, and of the model's name.
    endpoint TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- A value of routing/circuits/breaker.py as JSON.
    circuit TEXT NOT NULL,
    -- Answers, failures, and the seconds that the answers took; all three fade.
    good DOUBLE PRECISION NOT NULL,
    bad DOUBLE PRECISION NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    at TEXT NOT NULL
);
