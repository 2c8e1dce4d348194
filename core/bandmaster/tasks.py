"""Tasks and outcomes: what a person wants done, and the answer with everything about it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bandmaster.changes import ChangeSet
from bandmaster.errors import Failure
from bandmaster.findings import Finding, Skipped, Span


class Kind(StrEnum):
    """What is to be done."""

    REVIEW = "review"
    FIX = "fix"
    DOCS = "docs"
    EXPLAIN = "explain"
    ASK = "ask"
    PLAN = "plan"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Focus:
    """What a task is about: a file or folder, and perhaps a part of it.

    `path` is relative to the workspace root with forward slashes (`.` is the root itself).
    """

    path: str
    span: Span | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What a task may take. None means: as the settings say."""

    seconds: float | None = None
    output_tokens: int | None = None
    context_tokens: int | None = None
    dollars: Decimal | None = None
    """The most that the task may cost."""
    local_only: bool = False
    """Only models that run on this machine, and `builtin`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Whom the person wants: `auto`, a model `provider/model`, or `builtin`."""

    model: str = "auto"
    stream: bool = True
    """Whether text is wanted as it arrives."""
    cache: bool = True
    """Whether an answer that was given before to the very same prompt will do."""
    policy: str = ""
    """How models are weighed (`quality`, `balanced`, `speed`, `cost`, `local`); empty: as the
    settings say."""


def new_id() -> str:
    """A new task's id: short enough to type, unique enough for one person's machine."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a person wants done."""

    kind: Kind
    instruction: str = ""
    focus: tuple[Focus, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What an editor or an earlier review says of the focus; a fix mends these."""
    constraints: Constraints = Constraints()
    preferences: Preferences = Preferences()
    session: str = ""
    """The conversation that the task belongs to; empty: none."""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """Text for a person to read, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """Findings, worst first, with what was and was not examined."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...] = ()
    examined: int = 0
    """How many files were examined."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Edits for the person to take or leave; empty when nothing needs to change."""

    changes: ChangeSet
    text: str = ""
    """What was done and what was left, in Markdown."""
    skipped: tuple[Skipped, ...] = ()


Result = Answer | Review | Proposal


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several calls. `input` includes `cached`, read from the server's cache,
    and `written`, kept there for later at a price; `estimated` where a server sent no count."""

    input: int = 0
    output: int = 0
    cached: int = 0
    estimated: bool = False
    written: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cached + other.cached,
            self.estimated or other.estimated,
            self.written + other.written,
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars. `unpriced` counts calls whose model has no known price."""

    dollars: Decimal = Decimal(0)
    unpriced: int = 0
    source: str = field(default="", compare=False)
    """The price of one call: how much, since when, and who says so; empty for a sum."""

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.dollars + other.dollars, self.unpriced + other.unpriced)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one call to a model is expected to take; None: nothing is known of it."""

    dollars: Decimal | None = None
    """By its listed price; 0 for a model that costs nothing."""
    seconds: float | None = None
    """By what such calls to this model took so far."""

    @property
    def words(self) -> str:
        """`about $0.04 and 6 s`; empty where nothing is known."""
        parts = [_about(self.dollars)] if self.dollars else []
        if self.seconds is not None:
            parts.append(f"{self.seconds:.0f} s" if self.seconds >= 1 else "a second")
        return f"about {' and '.join(parts)}" if parts else ""


def _about(dollars: Decimal) -> str:
    """Two digits that count, and cents at least."""
    whole, _, rest = f"{dollars:.{max(2, 1 - dollars.adjusted())}f}".partition(".")
    return f"${whole}.{rest.rstrip('0'):0<2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One link of the chain that was tried; `failure` is None for the one that answered."""

    model: str
    failure: Failure | None = None
    message: str = ""
    usage: Usage = Usage()
    cost: Cost = Cost()
    seconds: float = 0.0
    saved: Cost = Cost()
    """What answers from the cache would have cost."""
    repaired: bool = False
    """Whether the answer could be used only after it was asked to mend its form."""
    unusable: bool = False
    """Whether it answered, and what it said was of no use."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a model for a task, and what that is worth under the policy."""

    quality: float
    """How likely a good answer is, 0 to 1."""
    dollars: float
    seconds: float
    utility: float
    """Higher is better; comparable within one route only."""
    because: str = ""
    """What the expectation rests on."""
    priced: bool = True
    """Whether a price is known; else `dollars` is a guess that only serves to weigh."""

    @property
    def words(self) -> str:
        """`quality 83%, about $0.04 and 6 s`."""
        dollars = Decimal(str(self.dollars)) if self.priced else None
        said = f"quality {self.quality:.0%}, {Forecast(dollars, self.seconds).words}"
        return said if self.priced else f"{said}, no known price"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one link of a chain."""

    after: tuple[Failure, ...] = ()
    """It is tried only after one of these failures of the link before it; empty: after any."""
    context_tokens: int | None = None
    """A smaller context than usual."""
    tools: bool = True
    """Whether the model is offered tools."""
    persona: str = ""
    """Another persona than the task's own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that was considered; `ruled_out` says why it is not in the route, or is empty."""

    model: str
    ruled_out: str = ""
    expected: Expectation | None = None
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Route:
    """Models in the order in which they are tried, with the reason as a value."""

    policy: str
    """How the order came about: `configured order`, `asked for`, `without a model`."""
    candidates: tuple[Candidate, ...]

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(one.model for one in self.candidates if not one.ruled_out)

    @property
    def reason(self) -> str:
        """The whole reason in one line for a person."""
        out = [f"{one.model}: {one.ruled_out}" for one in self.candidates if one.ruled_out]
        order = " → ".join(self.links) or "nobody"
        return f"{self.policy}: {order}" + (f" (not {'; not '.join(out)})" if out else "")


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of the workspace that a model saw: `sha256` of the text, `tokens` estimated."""

    path: str
    sha256: str
    tokens: int
    unsaved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to a task, with the envelope that explains it."""

    task: Task
    result: Result
    model: str
    """Who answered: `provider/model`, or `builtin`."""
    route: Route
    attempts: tuple[Attempt, ...]
    usage: Usage
    cost: Cost
    seconds: float
    saved: Cost = Cost()
    """What answers from the cache would have cost."""
    context: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    """What the person should know: a fallback that happened, settings that were left out."""
    profile: tuple[tuple[str, str, str], ...] = ()
    """What the analysis said of the task: each field, its value, and where that came from."""
