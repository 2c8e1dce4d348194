"""An engine without a core: it plays what a test has set for each kind of task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path

from bandmaster import (
    Answer,
    Category,
    ChangeSet,
    Confidence,
    Cost,
    Event,
    FileChange,
    Finding,
    Finished,
    Fix,
    Kind,
    Ledger,
    ModelClient,
    Outcome,
    Proposal,
    ProviderState,
    Result,
    Review,
    Route,
    Settings,
    Severity,
    Snapshot,
    Span,
    Task,
    TextEdit,
    Usage,
    Workspace,
)
from bandmaster.settings import Budget
from bandmaster.store import Database
from bandmaster.workspace import apply_changes

Play = Callable[[Task, Snapshot], Result]
MODEL = ProviderState(
    name="fake",
    kind="openai",
    base_url="http://127.0.0.1:1",
    local=True,
    key_variable="",
    key_found=False,
    models=("m",),
)


def finding(path: str, line: int, column: int, word: str, new: str, rule: str = "W001") -> Finding:
    """A finding on `word`, whose fix puts `new` in its place."""
    span = Span.of(line, column, line, column + len(word))
    return Finding(
        path=path,
        span=span,
        rule=rule,
        name="planted",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        category=Category.DEAD_CODE,
        message=f"{word} on line {line}",
        why="it was planted",
        how="say something else",
        source="planted",
        url="https://example.org/W001",
        fix=Fix(f"Replace {word}", (TextEdit(span, new),), safe=True),
    )


def finds(word: str, new: str = "good") -> Play:
    """A review that finds every `word`."""

    def play(task: Task, snapshot: Snapshot) -> Review:
        path = task.focus[0].path
        lines = snapshot.read(path).text.split("\n")
        found = [
            finding(path, number, line.index(word) + 1, word, new)
            for number, line in enumerate(lines, 1)
            if word in line
        ]
        return Review(tuple(found), examined=1)

    return play


def replaces(old: str, new: str) -> Play:
    """A proposal that replaces `old` in the file of the focus."""

    def play(task: Task, snapshot: Snapshot) -> Proposal:
        document = snapshot.read(task.focus[0].path)
        change = FileChange(
            path=document.path,
            before=document.text,
            after=document.text.replace(old, new),
            sha256=document.sha256,
            version=document.version,
        )
        return Proposal(ChangeSet("Replace", (change,)), "it was replaced")

    return play


def creates(path: str, text: str) -> Play:
    """A proposal of a file that is not there."""

    def play(task: Task, snapshot: Snapshot) -> Proposal:
        return Proposal(ChangeSet("Create", (FileChange(path=path, before=None, after=text),)))

    return play


def says(text: str) -> Play:
    """An answer."""
    return lambda task, snapshot: Answer(text)


def raises(error: Exception) -> Play:
    """A task that fails."""

    def play(task: Task, snapshot: Snapshot) -> Result:
        raise error

    return play


class PlaysBack:
    """Runs tasks as `plays` says; kinds in `held` wait until their event is set."""

    def __init__(
        self,
        root: Path,
        plays: Mapping[Kind, Play],
        *,
        providers: tuple[ProviderState, ...] = (MODEL,),
        notes: tuple[str, ...] = (),
        budget: Budget = Budget(),
    ) -> None:
        self.workspace = Workspace(root, 1_000_000)
        self.notes = notes
        self.settings = Settings(budget=budget)
        self.ledger = Ledger(Database(root / ".state" / "db.sqlite"), root, budget=budget)
        self.lent: dict[str, ModelClient] = {}
        self.tasks: list[Task] = []
        self.cancelled: list[Task] = []
        self.applied_sets: list[ChangeSet] = []
        self.ratings: list[tuple[str, float]] = []
        self.closed = False
        self.held: dict[Kind, asyncio.Event] = {}
        self.waiting = asyncio.Event()
        """Set when a held task has begun."""
        self.says: tuple[Event, ...] = ()
        """What every task tells before its end."""
        self._plays = {Kind.REVIEW: finds("bad"), **plays}
        self._providers = providers

    @property
    def root(self) -> Path:
        return self.workspace.root

    def providers(self) -> tuple[ProviderState, ...]:
        return self._providers

    async def run(self, task: Task) -> AsyncGenerator[Event]:
        snapshot = self.workspace.snapshot()
        self.tasks.append(task)
        try:
            for event in self.says:
                yield event
            if task.kind in self.held:
                self.waiting.set()
                await self.held[task.kind].wait()
            yield Finished(_outcome(task, self._plays[task.kind](task, snapshot)))
        except asyncio.CancelledError:
            self.cancelled.append(task)
            raise

    async def apply(self, changes: ChangeSet) -> tuple[str, ...]:
        return apply_changes(self.workspace.snapshot(), changes)

    async def applied(self, changes: ChangeSet) -> None:
        self.applied_sets.append(changes)

    async def feedback(self, task: str, score: float) -> str:
        self.ratings.append((task, score))
        return "fake/m"

    def lend(self, client: ModelClient) -> None:
        self.lent[client.name] = client

    def take_back(self, name: str) -> None:
        self.lent.pop(name, None)

    async def close(self) -> None:
        self.ledger.close()
        self.closed = True

    def of(self, kind: Kind) -> list[Task]:
        return [task for task in self.tasks if task.kind is kind]


def _outcome(task: Task, result: Result) -> Outcome:
    return Outcome(
        task=task,
        result=result,
        model="fake/m",
        route=Route("asked for", ()),
        attempts=(),
        usage=Usage(),
        cost=Cost(),
        seconds=0.0,
    )
