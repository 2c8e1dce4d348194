"""What is particular to Messages and the `anthropic` SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator

import anthropic
import pytest

from bandmaster.errors import Failure, ModelError
from bandmaster.models import Message, Prompt, Role
from bandmaster.providers.anthropic import FAILURES
from bandmaster.providers.opening import open_provider
from bandmaster.settings import Limits, Provider, ProviderKind
from tests.fakes.protocols import PROMPT, Anthropic, opened
from tests.fakes.upstream import Answer, Upstream

SPEECH = Anthropic()
GOOD = SPEECH.answer("Oslo", "end_turn", stream=False)
TRANSPORTS = {"TimeoutException", "TransportError", "HTTPError", "InvalidURL"}
FOREIGN_TO_US = {
    "APIWebhookValidationError",
    "CredentialsError",
    "IdentityTokenFileError",
    "MissingDependencyError",
    "MutuallyExclusiveAuthError",
    "RetryableError",
    "StreamAlreadyConsumed",
    "ToolsetClosedError",
    "ToolsetConfigError",
    "ToolsetContractError",
    "ToolsetUsageError",
    "ToolsetsFixedError",
    "WorkloadIdentityError",
}
"""Errors of parts of the SDK that we do not use: webhooks, profiles on disk, tools, middleware."""

AS_THEIR_STATUS = {
    "BetaRegistrationPendingError",
    "CMEKContextUnavailableError",
    "CMEKKeyUnreachableError",
    "CompactionUnavailableError",
}
"""More exact errors for which the meaning of their status is exact enough."""

EXACT = (anthropic.RateLimitError, anthropic.PaymentRequiredError, anthropic.InternalServerError)
"""Families in which a more exact error may call for another answer of ours."""


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_the_table_knows_every_error_of_the_installed_sdk() -> None:
    """An error with a code of its own (`FileExpiredError`) means what its status means, but for
    the families where that is too coarse."""
    statuses = {one for one in FAILURES if issubclass(one, anthropic.APIStatusError)}
    plain = {
        one
        for one in subclasses(anthropic.AnthropicError)
        if not issubclass(one, tuple(statuses - {anthropic.APIStatusError}))
        or issubclass(one, EXACT)
    }
    theirs = {one.__name__ for one in plain}
    ours = {one.__name__ for one in FAILURES} - TRANSPORTS
    assert theirs - FOREIGN_TO_US - AS_THEIR_STATUS - ours == set()


async def ask(*answers: Answer) -> tuple[ModelError | None, Upstream]:
    async with Upstream(*answers) as upstream, opened(SPEECH, upstream) as endpoint:
        try:
            await endpoint.client("asked").ask(PROMPT)
        except ModelError as error:
            return error, upstream
    return None, upstream


@pytest.mark.parametrize(
    ("status", "mark", "code", "failure"),
    [
        (429, "rate_limit_error", "enforced_spend_limit_reached", Failure.QUOTA),
        (429, "rate_limit_error", "contract_spend_limit_reached", Failure.QUOTA),
        (429, "rate_limit_error", None, Failure.RATE_LIMIT),
        (400, "invalid_request_error", None, Failure.BAD_REQUEST),
        (400, "billing_error", None, Failure.QUOTA),
    ],
)
async def test_the_code_says_more_than_the_status(
    status: int, mark: str, code: str | None, failure: Failure
) -> None:
    details = {"details": {"error_code": code}} if code else {}
    body = {"type": "error", "error": {"type": mark, "message": "x", **details}}
    told, _ = await ask(Answer(status, (json.dumps(body).encode(),)))
    assert told is not None
    assert told.failure is failure


async def test_a_spend_limit_of_ones_own_is_no_mistake_of_the_request() -> None:
    words = "You have reached your specified API usage limits. You will regain access later."
    told, _ = await ask(Answer(400, (SPEECH.error("invalid_request_error", words),)))
    assert told is not None
    assert told.failure is Failure.QUOTA


async def test_the_system_messages_go_where_this_protocol_has_them() -> None:
    prompt = Prompt(
        messages=(
            Message(Role.SYSTEM, "one"),
            Message(Role.SYSTEM, "two"),
            Message(Role.USER, "three"),
            Message(Role.ASSISTANT, "four"),
            Message(Role.USER, "five"),
        ),
        output_tokens=50,
    )
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    body = upstream.requests[0].body
    assert (body["system"], body["max_tokens"]) == ("one\n\ntwo", 50)
    assert [(one["role"], one["content"]) for one in body["messages"]] == [
        ("user", "three"),
        ("assistant", "four"),
        ("user", "five"),
    ]


async def test_a_prompt_without_a_system_message_sends_none() -> None:
    prompt = Prompt(messages=(Message(Role.USER, "three"),), output_tokens=50)
    async with Upstream(GOOD) as upstream, opened(SPEECH, upstream) as endpoint:
        await endpoint.client("asked").ask(prompt)
    assert "system" not in upstream.requests[0].body


async def test_an_answer_that_filled_the_window_is_too_long_for_this_model() -> None:
    told, _ = await ask(SPEECH.answer("Os", "model_context_window_exceeded", stream=False))
    assert told is not None
    assert told.failure is Failure.CONTEXT_TOO_LONG


async def test_a_paused_turn_is_no_whole_answer() -> None:
    told, _ = await ask(SPEECH.answer("Os", "pause_turn", stream=False))
    assert told is not None
    assert told.failure is Failure.TRUNCATED


async def test_thoughts_are_not_part_of_the_answer() -> None:
    body = GOOD.body[0].replace(
        b'"content": [', b'"content": [{"type": "thinking", "thinking": "hm", "signature": ""}, '
    )
    async with (
        Upstream(Answer(body=(body,))) as upstream,
        opened(SPEECH, upstream) as endpoint,
    ):
        assert (await endpoint.client("asked").ask(PROMPT)).text == "Oslo"


async def test_credentials_of_the_environment_do_not_go_to_other_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(variable, f"private-{variable}")
    async with Upstream(GOOD) as upstream:
        provider = Provider(kind=ProviderKind.ANTHROPIC, base_url=upstream.url)
        endpoint = await open_provider("mine", provider, None, Limits())
        await endpoint.client("asked").ask(PROMPT)
        await endpoint.close()
    assert "private-" not in str(upstream.requests[0].headers)
