"""What is particular to the Responses API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bandmaster.errors import Failure, ModelError, ModelRefused, ModelUnavailable
from bandmaster.models import ChatChunk, Done, Stop, TextDelta
from bandmaster.tasks import Usage
from tests.fakes.protocols import PROMPT, Responses, opened
from tests.fakes.upstream import Answer, Upstream

SPEECH = Responses()


async def heard(*events: bytes) -> list[ChatChunk]:
    answer = SPEECH.streams(*SPEECH.opens(), *events)
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        return [chunk async for chunk in endpoint.client("asked").stream(PROMPT)]


async def told(answer: Answer) -> ModelError:
    async with Upstream(answer) as upstream, opened(SPEECH, upstream) as endpoint:
        with pytest.raises(ModelError) as caught:
            await endpoint.client("asked").ask(PROMPT)
    return caught.value


def response(**fields: Any) -> Any:
    return json.loads(SPEECH.whole("Oslo", "completed")) | fields


def whole(**fields: Any) -> Answer:
    return Answer(body=(json.dumps(response(**fields)).encode(),))


FAILED = {"code": "rate_limit_exceeded", "message": "too many"}


async def test_a_failed_response_is_the_error_that_it_tells() -> None:
    error = await told(whole(status="failed", error=FAILED))
    assert (error.failure, "too many" in str(error)) == (Failure.RATE_LIMIT, True)


@pytest.mark.parametrize(
    "event",
    [
        SPEECH.event("response.failed", response=response(status="failed", error=FAILED)),
        SPEECH.event("error", **FAILED),
        SPEECH.event("error", error=FAILED),
    ],
    ids=["a failed response", "an error", "an error within an error"],
)
async def test_an_event_can_be_an_error(event: bytes) -> None:
    with pytest.raises(ModelUnavailable, match="too many") as caught:
        await heard(SPEECH.says("Os"), event)
    assert caught.value.failure is Failure.RATE_LIMIT


async def test_a_prompt_refused_for_its_content_is_tried_nowhere_else() -> None:
    with pytest.raises(ModelRefused):
        await heard(SPEECH.event("error", code="invalid_prompt", message="no"))


async def test_a_refusal_is_one_however_it_comes() -> None:
    refusal = [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]
    assert (await told(whole(output=refusal))).failure is Failure.CONTENT_POLICY
    with pytest.raises(ModelRefused):
        await heard(SPEECH.event("response.refusal.delta", delta="No."), *SPEECH.ends("completed"))


async def test_a_response_that_is_cut_says_so() -> None:
    *_, done = await heard(SPEECH.says("Os"), *SPEECH.ends("max_output_tokens"))
    assert done == Done(Stop.LENGTH, Usage(11, 7, 4), "served")


async def test_an_unknown_reason_to_be_incomplete_is_no_good_end() -> None:
    error = await told(whole(status="incomplete", incomplete_details={"reason": "tired"}))
    assert (error.failure, "tired" in str(error)) == (Failure.TRUNCATED, True)


@pytest.mark.parametrize("status", ["in_progress", "queued", "cancelled", None])
async def test_a_response_that_is_not_complete_is_no_answer(status: str | None) -> None:
    assert (await told(whole(status=status))).failure is Failure.TRUNCATED


async def test_reasoning_and_unknown_events_are_signs_of_life() -> None:
    *said, done = await heard(
        SPEECH.event("response.reasoning_summary_text.delta", delta="thinking"),
        SPEECH.event("response.something_new", deep={"a": 1}),
        SPEECH.says("Oslo"),
        *SPEECH.ends("completed"),
    )
    assert said == [TextDelta("Oslo")]
    assert isinstance(done, Done)
