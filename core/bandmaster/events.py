"""What happens while a task runs: `engine.run` yields these and ends with `Finished`."""

from __future__ import annotations

from dataclasses import dataclass, field

from bandmaster.tasks import Attempt, Forecast, Outcome, Route


@dataclass(frozen=True, slots=True)
class Routed:
    """The route is chosen; nobody was asked yet."""

    route: Route


@dataclass(frozen=True, slots=True)
class Asking:
    """A model of the chain is being asked; said again once it is known what to expect of that."""

    model: str
    forecast: Forecast = field(default_factory=Forecast)

    @property
    def words(self) -> str:
        """`asking openai/gpt-5, about $0.04 and 6 s`."""
        return ", ".join(filter(None, (f"asking {self.model}", self.forecast.words)))


@dataclass(frozen=True, slots=True)
class Progress:
    """Work was done: `done` of `total` steps (0: not known), and what is at hand."""

    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class Delta:
    """More text of the answer, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The model failed after it had begun; another one starts, or goes on from there.

    `discarded` is how many characters at the end of the text shown so far are void: all of them
    when the answer begins anew, none when the next model continues it.
    """

    attempt: Attempt
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A link of the chain gave no answer; the next one is tried."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of every run that did not raise."""

    outcome: Outcome


Event = Routed | Asking | Progress | Delta | Restarted | Failed | Finished
