"""The rows of the board of health: each change reads, decides and writes as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bandmaster.routing.circuits.breaker import Circuit, End
from bandmaster.routing.circuits.measured import Condition, Measured, read_circuit, write_circuit
from bandmaster.store import Database, Row, Transaction, Value

_KEPT_SECONDS = 30 * 86_400.0
_ALL = "SELECT endpoint, circuit, good, bad, seconds, at FROM health"
_ONE = f"{_ALL} WHERE endpoint = ?"
_SAVE = (
    "INSERT INTO health (endpoint, name, circuit, good, bad, seconds, at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (endpoint) DO UPDATE SET"
    " name = excluded.name, circuit = excluded.circuit, good = excluded.good,"
    " bad = excluded.bad, seconds = excluded.seconds, at = excluded.at"
)
_CLAIM = "UPDATE health SET circuit = ? WHERE endpoint = ?"
_FORGET = "DELETE FROM health WHERE at < ?"


def read_all(database: Database) -> dict[str, Condition]:
    """Every endpoint that is known. Raises `BandmasterError`."""
    return {str(row[0]): _condition(row) for row in database.read(_ALL, ())}


def save(
    database: Database,
    ends: Mapping[str, Sequence[End]],
    names: Mapping[str, str],
    now: float,
) -> dict[str, Condition]:
    """Add `ends` to what all processes know of their endpoints; returns what they know then."""
    written: dict[str, Condition] = {}
    with database.transaction() as change:
        for endpoint, some in ends.items():
            condition = _fetch(change, endpoint)
            for end in some:
                condition = condition.after(end)
            change.execute(_SAVE, _row(endpoint, names[endpoint], condition, now))
            written[endpoint] = condition
        change.execute(_FORGET, (_time(now - _KEPT_SECONDS),))
    return written


def claim_try(database: Database, endpoint: str, now: float) -> Circuit:
    """The circuit as it was when we came: where it is half open and admits a call, that is ours."""
    with database.transaction() as change:
        circuit = _fetch(change, endpoint).circuit
        if circuit.until and circuit.admits(now):
            change.execute(_CLAIM, (write_circuit(circuit.tried(now)), endpoint))
        return circuit


def _fetch(change: Transaction, endpoint: str) -> Condition:
    rows = change.fetch(_ONE, (endpoint,))
    return _condition(rows[0]) if rows else Condition()


def _condition(row: Row) -> Condition:
    _, circuit, good, bad, seconds, at = row
    measured = Measured(
        good=float(good or 0),
        bad=float(bad or 0),
        seconds=float(seconds or 0),
        at=datetime.fromisoformat(str(at)).timestamp(),
    )
    return Condition(circuit=read_circuit(str(circuit)), measured=measured)


def _row(endpoint: str, name: str, condition: Condition, now: float) -> tuple[Value, ...]:
    measured = condition.measured
    counts = (measured.good, measured.bad, measured.seconds)
    return (endpoint, name, write_circuit(condition.circuit), *counts, _time(measured.at or now))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
