"""The commented `bandmaster.toml` that `bandmaster init` writes: every setting with its default."""

from __future__ import annotations

import json
from enum import StrEnum

from bandmaster import FailOn, Mode, ProviderKind, Scope, Settings

_KEYS = "OPENAI_API_KEY, ANTHROPIC_API_KEY, XAI_API_KEY, MISTRAL_API_KEY, OLLAMA_HOST"


def template() -> str:
    """TOML in which everything is commented out; what stands there is the default."""
    now = Settings()
    return f"""\
# Settings of Bandmaster. Everything here is commented out; the values shown are the defaults.
# The workspace's file counts over your own, variables BANDMASTER_* (BANDMASTER_LIMITS__FILE_BYTES)
# over both. `bandmaster doctor` says which files are read. Keys never stand here.

[models]
# Who is asked: "auto", a model "provider/model", or "builtin" (no model at all).
# default = {_toml(now.models.default)}
# The models that "auto" tries, first to last; empty: as the providers below list them.
# order = {_toml(now.models.order)}

# Providers appear by themselves when their variable is set:
# {_KEYS}.
# Others are named here; kind is {_choices(ProviderKind)}.
# [providers.lmstudio]
# kind = "openai"
# base_url = "http://127.0.0.1:1234/v1"
# models = ["qwen3-coder"]
#
# [providers.company]
# kind = "openai"
# base_url = "https://models.example.com/v1"
# api_key_env = "COMPANY_API_KEY"
# models = ["large", "small"]

[limits]
# One call to a model, and the longest silence of one, in seconds.
# request_seconds = {_toml(now.limits.request_seconds)}
# stall_seconds = {_toml(now.limits.stall_seconds)}
# The longest answer, and the most that is sent of the workspace, in tokens.
# output_tokens = {_toml(now.limits.output_tokens)}
# context_tokens = {_toml(now.limits.context_tokens)}
# Larger files are named and skipped.
# file_bytes = {_toml(now.limits.file_bytes)}
# One run of the project's tests, in seconds.
# test_seconds = {_toml(now.limits.test_seconds)}

[review]
# Files that are not examined (as in .gitignore), and rules that are not reported.
# exclude = {_toml(now.review.exclude)}
# ignore = {_toml(now.review.ignore)}
# How many findings are shown in full.
# show = {_toml(now.review.show)}
# End with 1 where a finding is at least this bad: {_choices(FailOn)}.
# fail_on = {_toml(now.review.fail_on)}

[testing]
# How the project's tests are run; empty: found from the project's files.
# command = {_toml(now.testing.command)}

[policy]
# How much models and hosts may do without asking: {_choices(Mode)}.
# mode = {_toml(now.policy.mode)}
# The strictest rule that matches counts: "deny" over "ask" over "allow".
# [[policy.rules]]
# effect = "deny"
# path = "migrations/**"
# why = "written by hand"

[budget]
# What may be spent, in US dollars; there is no limit unless you set one:
#     call = 0.20
#     task = 0.50
#     session = 2.00
#     day = 5.00
#     month = 50.00
#     project = 100.00
# A model's own limit in a month: {{ "openai/gpt-5" = 10.00 }}.
# models = {{}}
# Whose spending counts for day, month and models: {_choices(Scope)}.
# scope = {_toml(now.budget.scope)}
# The shares of a limit at which you are told, and at which cheaper models are preferred.
# warn = {_toml(now.budget.warn)}
# downgrade = {_toml(now.budget.downgrade)}
# Whether models without a known price may be asked although there is a limit.
# unpriced = {_toml(now.budget.unpriced)}

[chains]
# Who is tried for which tasks, link by link; `bandmaster chains` shows what comes of it:
#     [chains.changes]
#     kinds = ["fix", "test"]
#     [[chains.changes.links]]
#     model = "anthropic/claude-sonnet-5-5"
#     [[chains.changes.links]]
#     model = "pool/sol"
#     on = ["rate_limit", "overload"]

[pools]
# Several endpoints of one model, which take turns as "pool/NAME":
#     [pools.sol]
#     members = ["openai/gpt-6.1-sol", "azure/gpt-6.1-sol"]

[catalog]
# What you know better of a model: `bandmaster models --facts NAME` shows what is known.
#     [catalog."company/large"]
#     window = 128000
#     prices = {{ input = 0.50, output = 2.00 }}   # dollars for a million tokens
#     strengths = {{ review = 0.8 }}

[routing]
# How "auto" weighs models: {_choices(type(now.routing.policy))}.
# policy = {_toml(now.routing.policy)}
# Your own weights instead, in points of quality: the best model's usual cost, and its usual time.
#     cost = 0.3
#     latency = 0.1

[learning]
# Whether what became of earlier answers counts, and after how many days a result counts half.
# enabled = {_toml(now.learning.enabled)}
# half_life_days = {_toml(now.learning.half_life_days)}
# How much is risked to try models of which little is known, and the most that one task may lose.
# exploration = {_toml(now.learning.exploration)}
# reach = {_toml(now.learning.reach)}
# Decides between models that look the same.
# seed = {_toml(now.learning.seed)}

[personas]
# Who does which tasks; `bandmaster personas` lists, shows and writes them:
#     [personas.security]
#     kinds = ["review"]

[sessions]
# Of what was said before in a session, in tokens; 0: nothing. And how many days it is kept.
# context_tokens = {_toml(now.sessions.context_tokens)}
# days = {_toml(now.sessions.days)}

[cache]
# An answer is given again to who asks the very same; `--no-cache` asks anew.
# enabled = {_toml(now.cache.enabled)}
# How long, and how much, a process has at hand.
# memory_seconds = {_toml(now.cache.memory_seconds)}
# memory_bytes = {_toml(now.cache.memory_bytes)}
# How long, and how much, is kept in your own database.
# seconds = {_toml(now.cache.seconds)}
# bytes = {_toml(now.cache.bytes)}
# Whether answers are kept too where the question or the answer seems to hold a secret.
# sensitive = {_toml(now.cache.sensitive)}

[database]
# In your own file only: a PostgreSQL database to share, "postgresql://…"; empty: a file.
# url = {_toml(now.database.url)}
"""


def _toml(value: str | float | tuple[str, ...]) -> str:
    """A string, number or list of strings as TOML writes it (JSON does the same)."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _choices(kinds: type[StrEnum]) -> str:
    return ", ".join(f'"{one.value}"' for one in kinds)
