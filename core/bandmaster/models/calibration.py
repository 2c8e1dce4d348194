"""How many tokens a model makes of what we estimate as one: learned from what its calls return.

Every tokenizer counts otherwise. The ratio begins at what is known of the model's family, moves
with each true count, and forgets old ones slowly; a single wild count moves it little.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bandmaster.errors import BandmasterError
from bandmaster.models.families import find_family
from bandmaster.models.messages import Prompt
from bandmaster.models.tokens import estimate_usage
from bandmaster.store import Busy, Database, Transaction
from bandmaster.tasks import Usage

_log = logging.getLogger(__name__)
_SMALLEST = 200
"""Estimated tokens below which the frame of a chat counts for more than its text."""
_PRIOR_WEIGHT = 2.0
"""How many calls the family's ratio is worth."""
_FADE = 0.98
"""What an older call counts for, at each newer one."""
_STEP = 0.4
"""How far from what is expected a call counts, as a logarithm: half as much again."""
_SURE, _SAMPLE = 16.0, 8
"""From that weight on only every eighth call is looked at: estimating a prompt takes time."""
_BATCH = 16

_SAVE = (
    "INSERT INTO calibration (model, weight, mean, at) VALUES (?, ?, ?, ?) ON CONFLICT (model)"
    " DO UPDATE SET weight = excluded.weight, mean = excluded.mean, at = excluded.at"
)


@dataclass(frozen=True, slots=True)
class _Ratio:
    """The logarithm of the ratio, as calls say it; `weight` is how many calls, faded."""

    weight: float = 0.0
    mean: float = 0.0

    def expected(self, prior: float) -> float:
        return (_PRIOR_WEIGHT * prior + self.weight * self.mean) / (_PRIOR_WEIGHT + self.weight)

    def after(self, seen: float, prior: float) -> _Ratio:
        middle = self.expected(prior)
        kept = min(max(seen, middle - _STEP), middle + _STEP)
        old = self.weight * _FADE
        return _Ratio(old + 1, (old * self.mean + kept) / (old + 1))


def family_ratio(model: str) -> float:
    """What is known of a model's tokenizer before it was ever asked."""
    family = find_family(model)
    return family.tokens if family else 1.0


class Calibration:
    """The ratios of all models; with a database they are shared by processes and outlast them.

    Everything but `ready` and `close` answers at once.
    """

    def __init__(
        self, database: Database | None = None, prior: Callable[[str], float] = family_ratio
    ) -> None:
        self._database = database
        self._prior = prior
        self._ratios: dict[str, _Ratio] = {}
        self._unsaved: list[tuple[str, float]] = []
        self._calls: dict[str, int] = {}
        self._is_read = database is None

    def tokens(self, model: str, estimate: int) -> int:
        """About how many tokens `model` makes of text that is estimated as `estimate`."""
        return math.ceil(estimate * self.ratio(model))

    def estimate(self, model: str, tokens: int) -> int:
        """How much, in our estimate, fits into `tokens` of `model`."""
        return int(tokens / self.ratio(model))

    def ratio(self, model: str) -> float:
        """Tokens of `model` for one that we estimate."""
        return math.exp(self._ratios.get(model, _Ratio()).expected(self._log_prior(model)))

    def weight(self, model: str) -> float:
        """How many calls the ratio rests on; old ones count less."""
        return self._ratios.get(model, _Ratio()).weight

    def learn(self, model: str, prompt: Prompt, usage: Usage) -> None:
        """`prompt` was counted as `usage` by the server; an estimated usage teaches nothing."""
        if usage.estimated or usage.input <= 0:
            return
        calls = self._calls[model] = self._calls.get(model, 0) + 1
        if self.weight(model) >= _SURE and calls % _SAMPLE:
            return
        estimate = estimate_usage(prompt, "").input
        if estimate < _SMALLEST:
            return
        self._saw(model, math.log(usage.input / estimate))

    async def ready(self) -> None:
        """Read what calls have taught so far, once."""
        if not self._is_read:
            await asyncio.to_thread(self._read)

    async def close(self) -> None:
        """Write what is not written yet; idempotent."""
        if self._unsaved and self._database is not None:
            await asyncio.to_thread(self._save, wait=True)

    def _log_prior(self, model: str) -> float:
        return math.log(self._prior(model))

    def _saw(self, model: str, seen: float) -> None:
        ratio = self._ratios.get(model, _Ratio())
        self._ratios[model] = ratio.after(seen, self._log_prior(model))
        self._unsaved.append((model, seen))
        if len(self._unsaved) >= _BATCH:
            self._save(wait=False)

    def _read(self) -> None:
        if self._database is None or self._is_read:
            return
        try:
            rows = self._database.read("SELECT model, weight, mean FROM calibration", ())
        except BandmasterError as error:
            _log.warning("how models count tokens could not be read: %s", error)
            rows = []
        self._is_read = True
        for model, weight, mean in rows:
            self._ratios[str(model)] = _Ratio(float(weight or 0), float(mean or 0))
        for model, seen in self._unsaved:
            self._ratios[model] = self._ratios.get(model, _Ratio()).after(
                seen, self._log_prior(model)
            )

    def _save(self, *, wait: bool) -> None:
        """Add what was seen to what other processes have seen; their counts come back with it."""
        seen, self._unsaved = self._unsaved, []
        if self._database is None:
            return
        try:
            with self._database.transaction(wait=wait) as change:
                models = dict.fromkeys(model for model, _ in seen)
                merged = {model: self._merged(change, model, seen) for model in models}
        except Busy:
            self._unsaved = seen + self._unsaved
        except BandmasterError as error:
            _log.warning("how models count tokens could not be written: %s", error)
        else:
            self._ratios |= merged

    def _merged(self, change: Transaction, model: str, seen: list[tuple[str, float]]) -> _Ratio:
        rows = change.fetch("SELECT weight, mean FROM calibration WHERE model = ?", (model,))
        ratio = _Ratio(float(rows[0][0] or 0), float(rows[0][1] or 0)) if rows else _Ratio()
        for name, value in seen:
            if name == model:
                ratio = ratio.after(value, self._log_prior(model))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        change.execute(_SAVE, (model, ratio.weight, ratio.mean, now))
        return ratio
