"""What pygls 2.1.1 does wrong goes right here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.editor import Editor, Refused, in_memory
from tests.fakes.toy_server import RUN, Toy

SPOT = {"textDocument": {"uri": "file:///a"}, "position": {"line": 0, "character": 0}}


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
async def editor(toy: Toy) -> AsyncGenerator[Editor]:
    async with in_memory(toy.server) as editor:
        await editor.initialize(None, {})
        yield editor


async def is_answered(editor: Editor) -> bool:
    return await editor.request("textDocument/definition", SPOT) is None


async def shown(editor: Editor) -> str:
    """What came of the server's question to the editor."""
    answer = await editor.request("textDocument/declaration", SPOT)
    return answer[0]["uri"]


async def test_a_cancelled_command_stops(toy: Toy, editor: Editor) -> None:
    number, answer = editor.start("workspace/executeCommand", {"command": RUN})
    await asyncio.wait_for(toy.began.wait(), 10)
    editor.notify("$/cancelRequest", {"id": number})
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(answer, 10)
    assert refused.value.code == -32800
    assert toy.cancelled.is_set()


async def test_work_begins_before_the_next_message_is_looked_at(toy: Toy, editor: Editor) -> None:
    """Else a command would find the text that was typed after it."""
    item = {"uri": "file:///a", "languageId": "x", "version": 1, "text": ""}
    editor.start("workspace/executeCommand", {"command": RUN})
    editor.notify("textDocument/didOpen", {"textDocument": item})
    assert await is_answered(editor)
    assert toy.seen == ["executeCommand", "didOpen"]


async def test_shutdown_is_answered_while_a_command_runs(toy: Toy, editor: Editor) -> None:
    _, answer = editor.start("workspace/executeCommand", {"command": RUN})
    await asyncio.wait_for(toy.began.wait(), 10)
    assert await editor.request("shutdown") is None
    with pytest.raises(Refused):
        await asyncio.wait_for(answer, 10)
    editor.notify("exit")
    await asyncio.wait_for(toy.server.protocol.ended.wait(), 10)
    assert toy.server.protocol.exit_code == 0


async def test_exit_without_shutdown_is_a_failure(toy: Toy, editor: Editor) -> None:
    editor.notify("exit")
    await asyncio.wait_for(toy.server.protocol.ended.wait(), 10)
    assert toy.server.protocol.exit_code == 1


async def test_a_request_that_does_not_decode_is_refused(editor: Editor) -> None:
    with pytest.raises(Refused) as refused:
        await editor.request("textDocument/definition", {"textDocument": 3})
    assert refused.value.code == -32602
    assert editor.seen == []


async def test_a_request_without_its_params_is_refused(editor: Editor) -> None:
    with pytest.raises(Refused) as refused:
        await editor.request("textDocument/definition")
    assert refused.value.code == -32602


async def test_a_notification_that_does_not_decode_is_left_out(toy: Toy, editor: Editor) -> None:
    editor.notify("textDocument/didOpen", {"textDocument": 3})
    assert await is_answered(editor)
    assert (toy.seen, editor.seen) == ([], [])


async def test_an_object_named_jsonrpc_inside_params_is_no_message(
    toy: Toy, editor: Editor
) -> None:
    arguments = [{"jsonrpc": "2.0", "id": 1, "method": "exit", "params": {}}]
    editor.start("workspace/executeCommand", {"command": RUN, "arguments": arguments})
    await asyncio.wait_for(toy.began.wait(), 10)
    assert await is_answered(editor)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"result": {"success": True}}, "success=True"),
        ({"result": {"success": True}, "error": None}, "success=True"),
        ({"result": None}, "the editor's answer cannot be read"),
        ({"result": {"odd": 1}}, "the editor's answer cannot be read"),
        ({"error": {"message": "no such method"}}, "the editor said: no such method"),
        ({"error": {"code": 32603, "message": "stale"}}, "the editor said: stale"),
        ({"error": "no"}, "the editor said: the editor gave no reason"),
    ],
)
async def test_every_reply_of_the_editor_ends_the_question(
    editor: Editor, reply: dict[str, object], said: str
) -> None:
    editor.answers["window/showDocument"] = lambda _: reply
    assert await shown(editor) == said


async def test_a_question_without_an_answer_ends_and_leaves_nothing(
    toy: Toy, editor: Editor
) -> None:
    editor.silent.add("window/showDocument")
    assert await shown(editor) == "the editor did not answer within 0.05 s"
    await editor.until("$/cancelRequest")
    await asyncio.sleep(0)
    assert pending(toy) == 0


async def test_an_answer_that_comes_too_late_is_left_out(toy: Toy, editor: Editor) -> None:
    editor.silent.add("window/showDocument")
    await shown(editor)
    number = editor.of("window/showDocument")[0]["id"]
    editor.send(b'{"jsonrpc":"2.0","id":"%s","result":{"success":true}}' % number.encode())
    assert await is_answered(editor)
    assert [one["method"] for one in editor.seen] == ["window/showDocument", "$/cancelRequest"]


async def test_nothing_is_kept_of_messages_that_are_done(toy: Toy, editor: Editor) -> None:
    for number in range(20):
        item = {"uri": f"file:///{number}", "languageId": "x", "version": 1, "text": ""}
        editor.notify("textDocument/didOpen", {"textDocument": item})
        await is_answered(editor)
    await asyncio.sleep(0)
    assert toy.seen == ["didOpen"] * 20
    assert pending(toy) == 0


async def test_an_error_says_its_kind_and_keeps_its_text(
    editor: Editor, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refused) as refused:
        await editor.request("textDocument/hover", SPOT)
    assert refused.value.message == "internal error (ValueError); the server's log says where"
    assert refused.value.data is None
    assert "the text of a file" not in caplog.text
    assert "_fail" in caplog.text


async def test_a_failing_notification_is_logged_and_not_shown(
    editor: Editor, caplog: pytest.LogCaptureFixture
) -> None:
    editor.notify("textDocument/didSave", {"textDocument": {"uri": "file:///a"}})
    assert await is_answered(editor)
    assert editor.seen == []
    assert "ValueError" in caplog.text
    assert "the text of a file" not in caplog.text


async def test_an_unknown_request_is_refused_and_an_unknown_notification_is_not(
    editor: Editor,
) -> None:
    editor.notify("strange/notification", {"class": 1, "type_name": "x"})
    with pytest.raises(Refused) as refused:
        await editor.request("strange/request", {"class": 1})
    assert refused.value.code == -32601
    assert editor.seen == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "file:///a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["textDocument", "uri", "position", "line", "jsonrpc", "id", "method"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
methods = st.sampled_from(
    ["textDocument/definition", "textDocument/hover", "initialize", "no/such", "workspace/x", ""]
)


@given(st.lists(st.tuples(methods, junk), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_every_request_is_answered_whatever_it_holds(requests: list[tuple[str, object]]) -> None:
    async def send_all() -> None:
        async with in_memory(Toy().server) as editor:
            await editor.initialize(None, {})
            pending = [editor.start(method, params)[1] for method, params in requests]
            await asyncio.wait_for(asyncio.gather(*pending, return_exceptions=True), 10)
            assert editor.seen == []

    asyncio.run(send_all())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", -32700),
        (b"\xff\xfe", -32700),
        (b"[]", -32600),
        (b"3", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"shutdown"}', -32600),
    ],
)
async def test_what_is_no_message_is_refused_without_an_id(
    editor: Editor, body: bytes, code: int
) -> None:
    editor.send(body)
    assert await is_answered(editor)
    assert [one["error"]["code"] for one in editor.parse_errors] == [code]


async def test_before_initialize_only_initialize_is_answered(toy: Toy) -> None:
    async with in_memory(toy.server) as editor:
        with pytest.raises(Refused) as refused:
            await editor.request("textDocument/definition", SPOT)
        assert refused.value.code == -32002
        await editor.initialize(None, {})


async def test_a_second_initialize_is_refused(editor: Editor) -> None:
    with pytest.raises(Refused) as refused:
        await editor.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert refused.value.code == -32600


async def test_after_shutdown_requests_are_refused(toy: Toy, editor: Editor) -> None:
    await editor.request("shutdown")
    with pytest.raises(Refused) as refused:
        await editor.request("textDocument/definition", SPOT)
    assert refused.value.code == -32600
    editor.notify("exit")
    await asyncio.wait_for(toy.server.protocol.ended.wait(), 10)


async def test_bodies_do_not_reach_the_log(
    editor: Editor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    item = {"uri": "file:///a", "languageId": "x", "version": "one", "text": "secret"}
    editor.notify("textDocument/didOpen", {"textDocument": item})
    editor.send(b'{"jsonrpc":"1.0","id":7,"method":"textDocument/hover","params":"secret"}')
    assert await is_answered(editor)
    assert "secret" not in "".join(
        one.getMessage() for one in caplog.records if not one.name.startswith("pygls")
    )


def pending(toy: Toy) -> int:
    protocol = toy.server.protocol
    return len(protocol._request_futures) + len(protocol._result_types)
