"""Settings: everything that can be set, decided, with each default written once.

`bandmaster.configuration` turns files and variables into these values and reports what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from bandmaster.errors import Failure, SettingsError
from bandmaster.tasks import Kind


class _Strict:
    """Settings take no key that they do not know, also where pydantic reads them."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


class ProviderKind(StrEnum):
    """Which protocol an endpoint speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    OLLAMA = "ollama"


class Api(StrEnum):
    """Which of OpenAI's two ways to converse a server is asked in."""

    CHAT = "chat"
    """Chat Completions, which every compatible server has."""
    RESPONSES = "responses"


class Effect(StrEnum):
    """What a policy rule does."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Mode(StrEnum):
    """How much may happen without asking (POLICY: modes)."""

    MANUAL = "manual"
    TRUST = "trust"
    PLAN = "plan"


class Scope(StrEnum):
    """Whose spending counts against a limit."""

    PERSON = "person"
    """The person's, in all projects."""
    PROJECT = "project"
    """Everybody's, in this project."""


class Reorder(StrEnum):
    """Whether a chain's links change places."""

    NEVER = "never"
    RELIABILITY = "reliability"
    """Who answered more reliably so far, and sooner, comes first."""


class Tier(StrEnum):
    """How capable a model is in general, where nothing better is known of it."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    FRONTIER = "frontier"


class Speed(StrEnum):
    """How fast a model answers, where nothing has been measured yet."""

    FAST = "fast"
    USUAL = "usual"
    SLOW = "slow"


class Weighing(StrEnum):
    """How models are weighed against each other."""

    ORDER = "order"
    """Not at all: the configured order stands."""
    QUALITY = "quality"
    BALANCED = "balanced"
    SPEED = "speed"
    COST = "cost"
    LOCAL = "local"
    """As balanced, among the models on this machine."""


class FailOn(StrEnum):
    """The lowest severity that makes `bandmaster review` end with 1."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(_Strict):
    """An endpoint that serves models."""

    kind: str
    """A `ProviderKind`, or a kind that an installed package brings."""
    base_url: str | None = None
    """None: the kind's own default address."""
    api_key_env: str | None = None
    """The variable that holds the key; None: the kind's usual one."""
    models: tuple[str, ...] = ()
    """Models in the order in which they are tried, as the server names them."""
    api: Api | None = None
    """Of kind `openai`; None: `responses` at OpenAI itself, `chat` elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models(_Strict):
    """Whom to ask."""

    default: str = "auto"
    """`auto`, a model `provider/model`, or `builtin`."""
    order: tuple[str, ...] = ()
    """The models that `auto` tries, first to last; empty: as the providers list them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(_Strict):
    """How much a task may take."""

    request_seconds: float = 120.0
    """One call to a model, from start to end."""
    stall_seconds: float = 45.0
    """The longest silence of a model in the middle of a stream."""
    output_tokens: int = 8192
    """The longest answer that a model is asked for."""
    context_tokens: int = 24_000
    """The most that is sent to a model from the workspace."""
    file_bytes: int = 1_000_000
    """Larger files are named and skipped."""
    test_seconds: float = 300.0
    """One run of the project's tests."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise SettingsError(f"{name} must be above 0, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing(_Strict):
    """What a review looks at and shows."""

    exclude: tuple[str, ...] = ()
    """Paths that are not examined, as gitignore patterns."""
    ignore: tuple[str, ...] = ()
    """Rules that are not reported, by code or name."""
    show: int = 50
    """How many findings are shown in full."""
    fail_on: FailOn = FailOn.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule(_Strict):
    """One rule of the permission policy, as it is written in TOML."""

    effect: Effect
    tool: str = "*"
    path: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings(_Strict):
    """What models and hosts may do."""

    mode: Mode = Mode.MANUAL
    rules: tuple[PolicyRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Testing(_Strict):
    """How the project's tests are run."""

    command: tuple[str, ...] = ()
    """The program and its arguments; empty: found from the project's files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(_Strict):
    """What may be spent, in US dollars; None: no limit. Days and months are those of UTC."""

    call: Decimal | None = None
    task: Decimal | None = None
    session: Decimal | None = None
    """One conversation; a task without one counts with the others of its process."""
    day: Decimal | None = None
    month: Decimal | None = None
    project: Decimal | None = None
    """This project, ever."""
    models: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    """A model `provider/model`, in a month."""
    scope: Scope = Scope.PERSON
    """Whose spending counts for day, month and models."""
    warn: float = 0.8
    """The share of a limit from which on the person is told."""
    downgrade: float = 0.9
    """The share of a limit from which on cheaper models are preferred; 1: never."""
    unpriced: bool = False
    """Whether models without a known price may be asked although there is a limit."""

    def __post_init__(self) -> None:
        limits: dict[str, Decimal | None] = {
            f"models.{name}": most for name, most in self.models.items()
        }
        for name in ("call", "task", "session", "day", "month", "project"):
            limits[name] = getattr(self, name)
        for name, most in limits.items():
            if most is not None and not (most.is_finite() and most >= 0):
                raise SettingsError(f"{name} must be 0 or more dollars, got {most}")
        for name in ("warn", "downgrade"):
            if not 0 < getattr(self, name) <= 1:
                raise SettingsError(
                    f"{name} must be above 0 and at most 1, got {getattr(self, name)}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings(_Strict):
    """Where the rows are kept that doors share."""

    url: str = ""
    """A PostgreSQL database `postgresql://…`; empty: a file of the person's own."""

    def __post_init__(self) -> None:
        if self.url and not self.url.startswith(("postgresql://", "postgres://")):
            raise SettingsError("url must begin with postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(_Strict):
    """One link of a chain: whom to try, when, and with what."""

    model: str
    """`provider/model`, `pool/NAME` or `builtin`."""
    on: tuple[Failure, ...] = ()
    """It is tried only after one of these failures of the link before it; empty: after any."""
    local: bool = False
    """It is tried only where its model runs on this machine."""
    max_dollars: Decimal | None = None
    """It is tried only where the task is expected to cost no more; None: always."""
    context_tokens: int | None = None
    """The most of the workspace that it is sent; None: as usual."""
    shrink: float | None = None
    """The share of the usual context that it is sent."""
    tools: bool = True
    """Whether it is offered tools."""
    persona: str = ""
    """Another persona than the task's own."""

    def __post_init__(self) -> None:
        if self.max_dollars is not None and not (
            self.max_dollars.is_finite() and self.max_dollars >= 0
        ):
            raise SettingsError(f"max_dollars must be 0 or more, got {self.max_dollars}")
        if self.context_tokens is not None and self.context_tokens <= 0:
            raise SettingsError(f"context_tokens must be above 0, got {self.context_tokens}")
        if self.shrink is not None and not 0 < self.shrink < 1:
            raise SettingsError(f"shrink must be above 0 and below 1, got {self.shrink}")
        if self.shrink is not None and self.context_tokens is not None:
            raise SettingsError("give context_tokens or shrink, not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(_Strict):
    """Who is tried for some kinds of task, one after the other."""

    kinds: tuple[Kind, ...] = ()
    """Empty: all kinds that no other chain names."""
    reorder: Reorder = Reorder.NEVER
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        if self.links and self.links[0].on:
            raise SettingsError("the first link takes no `on`: no link before it could fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(_Strict):
    """Several endpoints of one model: each call goes to the one with the least to do."""

    members: tuple[str, ...] = ()
    """Models `provider/model`."""

    def __post_init__(self) -> None:
        if len(set(self.members)) < 2 or len(set(self.members)) < len(self.members):
            raise SettingsError("members wants two or more models, each once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices(_Strict):
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    """Of input that the server has seen before; None: as `input`."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            dollars = getattr(self, name)
            if dollars is not None and not (dollars.is_finite() and dollars >= 0):
                raise SettingsError(f"{name} must be 0 or more dollars, got {dollars}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry(_Strict):
    """What the person says of a model; None: as the catalog knows it."""

    window: int | None = None
    """Tokens that it holds, prompt and answer together."""
    output: int | None = None
    """Tokens of its longest answer."""
    tools: bool | None = None
    vision: bool | None = None
    structured: bool | None = None
    fim: bool | None = None
    embeds: bool | None = None
    continues: bool | None = None
    tier: Tier | None = None
    speed: Speed | None = None
    size: float | None = None
    """Billions of parameters."""
    prices: Prices | None = None
    strengths: dict[str, float] = field(default_factory=dict[str, float])
    """How good it is at a kind of task, 0 to 1."""

    def __post_init__(self) -> None:
        for name in ("window", "output", "size"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise SettingsError(f"{name} must be above 0, got {value}")
        for kind, value in self.strengths.items():
            if kind not in set(Kind):
                kinds = ", ".join(Kind)
                raise SettingsError(f"strengths.{kind} is no kind of task; allowed: {kinds}")
            if not 0 <= value <= 1:
                raise SettingsError(f"strengths.{kind} must be 0 to 1, got {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing(_Strict):
    """How `auto` weighs models against each other."""

    policy: Weighing = Weighing.BALANCED
    """Where `models.order` is set, that order stands all the same."""
    cost: float | None = None
    """How many points of quality (1 is a task solved) the best model's usual cost is worth; None:
    as the policy says."""
    latency: float | None = None
    """The same for its usual time."""

    def __post_init__(self) -> None:
        for name in ("cost", "latency"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise SettingsError(f"{name} must be 0 or more, got {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning(_Strict):
    """How the choice of models learns from what becomes of their answers."""

    enabled: bool = True
    """Whether what happened counts at all; it is remembered either way."""
    half_life_days: float = 90.0
    """After so long a result counts half."""
    exploration: float = 1.0
    """How much is risked to try models of which little is known; 0: nothing."""
    reach: float = 0.1
    """The most that one task may be expected to lose by it, as a chance of success."""
    seed: int = 0
    """Decides between models that look the same."""

    def __post_init__(self) -> None:
        if self.half_life_days <= 0:
            raise SettingsError(f"half_life_days must be above 0, got {self.half_life_days}")
        if self.exploration < 0:
            raise SettingsError(f"exploration must be 0 or more, got {self.exploration}")
        if not 0 <= self.reach <= 1:
            raise SettingsError(f"reach must be from 0 to 1, got {self.reach}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaEntry(_Strict):
    """A persona as it is written in TOML."""

    system: str = ""
    """Who the model is and how it works; a project's is added to the persona, never instead."""
    extends: str = ""
    """The persona that it is a variant of; empty: the one of the same name."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of task that it is used for from now on."""
    models: tuple[str, ...] = ()
    """Shell patterns of the models `provider/model` that it is for; empty: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings(_Strict):
    """How much of a conversation is said again."""

    context_tokens: int = 4000
    """Of what was said before, with each question; 0: nothing, and nothing is kept."""
    days: int = 30
    """How long it is kept."""

    def __post_init__(self) -> None:
        if self.context_tokens < 0 or self.days < 1:
            raise SettingsError("context_tokens must be 0 or more, and days 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings(_Strict):
    """Whether answers of models are given again to who asks the very same."""

    enabled: bool = True
    memory_seconds: float = 600.0
    """How long a process has an answer at hand."""
    memory_bytes: int = 32_000_000
    seconds: float = 604_800.0
    """How long an answer is kept in the person's own database."""
    bytes: int = 100_000_000
    """The most that is kept there; 0: nothing."""
    sensitive: bool = False
    """Whether answers are kept where the question or the answer seems to hold a secret."""

    def __post_init__(self) -> None:
        for name in ("memory_seconds", "memory_bytes", "seconds", "bytes"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} must be 0 or more, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(_Strict):
    """Everything that can be set."""

    models: Models = Models()
    providers: dict[str, Provider] = field(default_factory=dict[str, Provider])
    limits: Limits = Limits()
    review: Reviewing = Reviewing()
    policy: PolicySettings = PolicySettings()
    testing: Testing = Testing()
    budget: Budget = Budget()
    database: DatabaseSettings = DatabaseSettings()
    chains: dict[str, Chain] = field(default_factory=dict[str, Chain])
    pools: dict[str, Pool] = field(default_factory=dict[str, Pool])
    catalog: dict[str, CatalogEntry] = field(default_factory=dict[str, CatalogEntry])
    """What the person says of models, by `provider/model`."""
    routing: Routing = Routing()
    learning: Learning = Learning()
    personas: dict[str, PersonaEntry] = field(default_factory=dict[str, PersonaEntry])
    sessions: SessionSettings = SessionSettings()
    cache: CacheSettings = CacheSettings()
