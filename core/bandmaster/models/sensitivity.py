"""Whether what is said to a model, or what it answers, looks as if it held a secret.

A quick look for the forms that keys and passwords have; it would rather say yes once too often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bandmaster.models.messages import Prompt

_FORMS = tuple(
    (mark, re.compile(form))
    for mark, form in (
        ("AKIA", r"AKIA[A-Z2-7]{16}"),
        ("ASIA", r"ASIA[A-Z2-7]{16}"),
        ("ghp_", r"ghp_\w{36}"),
        ("gho_", r"gho_\w{36}"),
        ("ghu_", r"ghu_\w{36}"),
        ("ghs_", r"ghs_\w{36}"),
        ("ghr_", r"ghr_\w{36}"),
        ("github_pat_", r"github_pat_\w{60}"),
        ("glpat-", r"glpat-[\w-]{20}"),
        ("xox", r"xox[abposr]-[\w-]{20}"),
        ("hooks.slack.com/services/", r"hooks\.slack\.com/services/\w"),
        ("sk-", r"sk-[\w-]{32}"),
        ("AIza", r"AIza[\w-]{35}"),
        ("k_live_", r"k_live_\w{20}"),
        ("hf_", r"hf_[A-Za-z0-9]{34}"),
        ("pypi-", r"pypi-AgEI[\w-]{40}"),
        ("npm_", r"npm_[A-Za-z0-9]{36}"),
        ("SG.", r"SG\.[\w-]{22}\.[\w-]{43}"),
        ("PRIVATE KEY", r"PRIVATE KEY(?: BLOCK)?-----"),
        ("eyJ", r"eyJ[\w-]{10,2000}\.eyJ[\w-]{16}"),
        ("://", r"://[^\s:/@\"'`<>{}$%]{1,64}:[^\s:/@\"'`<>{}$]{6,128}@"),
    )
)
"""What is in every text of a form, and the form from there on."""
_NAMES = (
    "passw",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "credential",
)
_SET = re.compile(r"\w{0,40}[\"']?\]?\s{0,4}(?::=|=>|=|:)\s{0,4}[\"']?([^\s\"'`,;(){}<>$]{10,200})")


def looks_secret(prompt: Prompt, answer: str) -> bool:
    """Whether `prompt` or its `answer` seems to hold a key or a password."""
    return _holds_secret("\n".join(_texts(prompt, answer)))


def _texts(prompt: Prompt, answer: str) -> Iterable[str]:
    yield answer
    for message in prompt.messages:
        yield message.text
        yield from (call.arguments for call in message.calls)
        yield from (result.text for result in message.results)


def _holds_secret(text: str) -> bool:
    for mark, form in _FORMS:
        if any(form.match(text, at) for at in _places(text, mark)):
            return True
    lowered = text.lower()
    return any(
        _is_value(found[1])
        for name in _NAMES
        for at in _places(lowered, name)
        if (found := _SET.match(lowered, at)) is not None
    )


def _is_value(said: str) -> bool:
    """Whether this is drawn by lot rather than a word, a name, a path or a call."""
    return (
        any(one.isdigit() for one in said)
        and any(one.isalpha() for one in said)
        and not any(sign in said for sign in (".", "/", "[", "_"))
    )


def _places(text: str, mark: str) -> Iterable[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + len(mark))
