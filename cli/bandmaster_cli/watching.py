"""Showing a task at work: progress and fallbacks on stderr, text as it arrives on a screen."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from rich.text import Text

from bandmaster import (
    Asking,
    Attempt,
    Delta,
    Engine,
    Event,
    Failed,
    Finished,
    Outcome,
    Progress,
    Restarted,
    Result,
    Routed,
    Task,
)
from bandmaster_cli.printable import one_line
from bandmaster_cli.streaming import Stream
from bandmaster_cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True, slots=True)
class Performed(Generic[ResultT]):
    """A task that was done before the person's eyes."""

    outcome: Outcome
    result: ResultT
    shown: str
    """The text that is on the screen already."""


async def perform(
    engine: Engine, task: Task, wanted: type[ResultT], terminal: Terminal
) -> Performed[ResultT]:
    """Run `task`, whose kind ends in a `wanted` result, while the person watches."""
    with _Watch(terminal) as watch:
        outcome = await _watched(engine, task, watch)
        if not isinstance(outcome.result, wanted):
            raise TypeError(f"a {task.kind.value} task did not end with a {wanted.__name__}")
        return Performed(outcome, outcome.result, watch.finish())


async def perform_any(engine: Engine, task: Task, terminal: Terminal) -> Outcome:
    """Run `task` to whatever end its kind has, while the person watches."""
    with _Watch(terminal) as watch:
        return await _watched(engine, task, watch)


async def _watched(engine: Engine, task: Task, watch: _Watch) -> Outcome:
    async with aclosing(engine.run(task)) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event.outcome
            watch.show(event)
    raise TypeError("a run ended without its outcome")


class _Watch:
    """What is on the screen while a task runs."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._stream = Stream(terminal.out) if terminal.live else None
        self._bar: Bar | None = None
        self._row: TaskID | None = None
        self._failed: Attempt | None = None
        self._goes_on = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()

    def finish(self) -> str:
        """Show the rest; the text that was shown."""
        self._clear()
        return self._stream.finish() if self._stream else ""

    def show(self, event: Event) -> None:
        match event:
            case Routed(route) if self._terminal.verbose:
                self._terminal.note(f"route: {route.reason}")
            case Asking(model, forecast):
                self._tell_of_failure(model)
                self._draw(0, 0, "" if model == "builtin" else event.words)
                if self._terminal.verbose and forecast.words:
                    self._terminal.note(event.words)
            case Progress(done, total, message):
                self._draw(done, total, message)
            case Delta(text) if self._stream:
                self._clear()
                self._stream.add(text)
            case Restarted(attempt, discarded):
                self._failed = attempt
                self._goes_on = not discarded
                if self._stream and discarded:
                    self._stream.restart()
            case Failed(attempt):
                self._failed, self._goes_on = attempt, False
                if self._stream:
                    self._stream.restart()
            case _:
                pass  # Text that nobody watches is told at the end, when it is certain.

    def _tell_of_failure(self, following: str) -> None:
        """A fallback in one line, once the next one is asked; an error tells of all others."""
        failed, self._failed = self._failed, None
        if failed is None:
            return
        self._clear()
        void = self._stream is not None and self._stream.void
        then = f"starting again with {following}" if void else f"asking {following}"
        if self._goes_on:
            then = f"{following} goes on from there"
        self._terminal.note(f"{failed.model} failed ({one_line(failed.message)}), {then}")

    def _draw(self, done: int, total: int, message: str) -> None:
        if not self._terminal.animated or (not message and not total):
            return
        if self._bar is None:
            self._bar = _make_bar(self._terminal)
            self._row = self._bar.add_task("", total=None)
            self._bar.start()
        if self._row is not None:
            shown = Text(one_line(message)).markup
            self._bar.update(self._row, description=shown, completed=done, total=total or None)

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _make_bar(terminal: Terminal) -> Bar:
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    return Bar(
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=terminal.err,
        transient=True,
    )
