"""What was measured of an endpoint: how often it answered, and how long that took; it fades.

Pure values, and the JSON in which they lie in the database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bandmaster.errors import Failure
from bandmaster.routing.circuits.breaker import Circuit, End, Sign

HALF_LIFE = 2 * 86_400.0
"""Seconds after which what was measured counts half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Answers and failures so far, and the seconds of all the answers together."""

    good: float = 0.0
    bad: float = 0.0
    seconds: float = 0.0
    at: float = 0.0
    """When they were last brought up to date."""

    @property
    def calls(self) -> float:
        return self.good + self.bad

    def __add__(self, other: Measured) -> Measured:
        return Measured(
            good=self.good + other.good,
            bad=self.bad + other.bad,
            seconds=self.seconds + other.seconds,
            at=max(self.at, other.at),
        )

    def after(self, end: End) -> Measured:
        """With one more call; failures that do not speak of the endpoint count nothing."""
        if end.failure is None:
            now = self._faded(end.at)
            return replace(now, good=now.good + 1, seconds=now.seconds + end.seconds)
        if end.sign in (Sign.FAILS, Sign.BARRED):
            now = self._faded(end.at)
            return replace(now, bad=now.bad + 1)
        return self

    def _faded(self, now: float) -> Measured:
        left = 0.5 ** (max(0.0, now - self.at) / HALF_LIFE)
        return Measured(
            good=self.good * left,
            bad=self.bad * left,
            seconds=self.seconds * left,
            at=max(now, self.at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """All that is remembered of one endpoint."""

    circuit: Circuit = field(default_factory=Circuit)
    measured: Measured = field(default_factory=Measured)

    def after(self, end: End) -> Condition:
        return Condition(circuit=self.circuit.after(end), measured=self.measured.after(end))


def write_circuit(circuit: Circuit) -> str:
    """`circuit` as JSON."""
    return json.dumps(
        {
            "recent": [[at, int(well)] for at, well in circuit.recent],
            "since": circuit.since,
            "until": circuit.until,
            "opened": circuit.opened,
            "failure": circuit.failure.value if circuit.failure else None,
            "trying": circuit.trying,
        }
    )


def read_circuit(text: str) -> Circuit:
    """The circuit in `text`; a closed one where another version wrote something else."""
    try:
        said = cast("dict[str, Any]", json.loads(text))
        return Circuit(
            recent=tuple((float(at), bool(well)) for at, well in said["recent"]),
            since=float(said["since"]),
            until=float(said["until"]),
            opened=int(said["opened"]),
            failure=Failure(said["failure"]) if said["failure"] else None,
            trying=float(said["trying"]),
        )
    except (ValueError, TypeError, KeyError):
        return Circuit()
