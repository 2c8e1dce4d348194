"""The client's own model does tasks, in either era of the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from mcp import Client
from mcp.types import (
    CallToolResult,
    CreateMessageRequestParams,
    CreateMessageResult,
    ErrorData,
    TextContent,
)

from bandmaster_mcp.sampling import model_name
from tests.mcp_tools.conftest import Host

SECONDS = 30.0
ASK = {"kind": "ask", "instruction": "What is sold here?"}


class Model:
    """Answers in turn, the last answer for ever, and remembers what it was asked."""

    def __init__(self, *answers: str, stop: str | None = "endTurn") -> None:
        self.asked: list[CreateMessageRequestParams] = []
        self._answers = list(answers)
        self._stop = stop

    async def __call__(self, _: object, params: CreateMessageRequestParams) -> CreateMessageResult:
        self.asked.append(params)
        text = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        content = TextContent(type="text", text=text)
        return CreateMessageResult(
            role="assistant", content=content, model="their-model", stop_reason=self._stop
        )


async def refuses(_: object, __: object) -> ErrorData:
    return ErrorData(code=-1, message="User rejected sampling request")


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


async def delegate(client: Client, arguments: dict[str, Any] = ASK) -> CallToolResult:
    async with asyncio.timeout(SECONDS):
        return await client.call_tool("delegate", arguments)


async def test_a_task_is_done_by_the_model_of_the_client(host: Host) -> None:
    model = Model("Baskets.")
    async with host.client(sample=model) as client:
        text = text_of(await delegate(client))
    assert text.startswith("Baskets.")
    assert "[host/mcp; " in text
    assert "cost $0.0000" in text
    (asked,) = model.asked
    assert asked.system_prompt
    last = asked.messages[-1].content
    assert isinstance(last, TextContent)
    assert "What is sold here?" in last.text


async def test_a_client_without_a_model_lends_none(host: Host) -> None:
    async with host.client() as client:
        result = await delegate(client)
    assert result.is_error
    assert "none is configured" in text_of(result)


async def test_an_answer_that_cannot_be_used_is_asked_for_again(host: Host) -> None:
    good = '{"findings": []}'
    model = Model("I see nothing.", good)
    arguments = {"kind": "review", "paths": ["shop.py"], "model": "host/mcp"}
    async with host.client(sample=model) as client:
        text = text_of(await delegate(client, arguments))
    assert text.startswith("0 findings in 1 files")
    assert len(model.asked) == 2
    assert "[host/mcp; " in text


async def test_a_person_who_says_no_is_told_of(host: Host) -> None:
    async with host.client(sample=refuses) as client:
        outcome = await said(client)
    assert "rejected" in outcome or "did not let the client's model answer" in outcome


async def said(client: Client) -> str:
    """What comes back, as a result or as the client's own error in the newer era."""
    try:
        return text_of(await delegate(client))
    except Exception as error:  # noqa: BLE001 - which error is the client's affair
        return str(error)


async def test_two_calls_at_once_are_answered_each_by_its_own_request(host: Host) -> None:
    async def echoes(_: object, params: CreateMessageRequestParams) -> CreateMessageResult:
        last = params.messages[-1].content
        assert isinstance(last, TextContent)
        number = last.text.partition("number ")[2][:1]
        content = TextContent(type="text", text=f"It is {number}.")
        return CreateMessageResult(role="assistant", content=content, model="their-model")

    asks = [{"kind": "ask", "instruction": f"Which is number {one}?"} for one in range(4)]
    async with host.client(sample=echoes) as client:
        results = await asyncio.gather(*(delegate(client, ask) for ask in asks))
    assert [text_of(one)[:8] for one in results] == [f"It is {one}." for one in range(4)]


async def test_an_answer_cut_at_its_length_says_so(host: Host) -> None:
    async with host.client(sample=Model("Bask", stop="maxTokens")) as client:
        assert "was cut at" in text_of(await delegate(client))


async def test_the_route_shows_the_lent_model(host: Host) -> None:
    async with host.client(sample=Model("x")) as client:
        result = await client.call_tool("route_explain", {"kind": "ask", "instruction": "Why?"})
    assert "host/mcp" in text_of(result)


async def test_a_client_that_goes_away_while_its_model_is_asked_leaves_nothing_behind(
    host: Host,
) -> None:
    asked = asyncio.Event()

    async def thinks(_: object, __: object) -> CreateMessageResult:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with asyncio.timeout(SECONDS), host.client(sample=thinks) as client:
        call = asyncio.create_task(client.call_tool("delegate", ASK))
        await asked.wait()
        call.cancel()
        await asyncio.wait([call])
    assert call.cancelled()


def test_a_lent_model_is_called_after_its_client() -> None:
    names: Sequence[str] = ("Claude Code", "mcp", "Zed / Editor (beta)", "日本", "")
    assert [model_name(one) for one in names] == [
        "host/claude-code",
        "host/mcp",
        "host/zed-editor-beta",
        "host/client",
        "host/client",
    ]
