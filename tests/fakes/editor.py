"""An editor at the other end of the wire: speaks LSP, holds buffers, and applies edits to them.

It shares no code with pygls or lsprotocol, so it sees what they would hide. It speaks to a server
in this process or to a process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bandmaster_lsp.hardened import Protocol, Server
from bandmaster_lsp.hardened.frames import Frames, frame
from bandmaster_lsp.hardened.stdio import pump

SECONDS = 30.0
Json = dict[str, Any]

VSCODE: Json = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
        "workspaceFolders": True,
    },
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}},
            "disabledSupport": True,
            "isPreferredSupport": True,
        },
        "publishDiagnostics": {
            "tagSupport": {"valueSet": [1, 2]},
            "codeDescriptionSupport": True,
            "dataSupport": True,
        },
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
}
"""A rich editor; tests take away what they are about."""


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data = error.get("data")


@dataclass
class Buffer:
    """A text that the editor holds open."""

    text: str
    version: int


@dataclass
class Editor:
    """Sends with `send`; whoever connects it calls `receive` for each body."""

    send: Callable[[bytes], None]
    buffers: dict[str, Buffer] = field(default_factory=dict)
    seen: list[Json] = field(default_factory=list)
    """Every message from the server that is not a reply."""
    answers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    """What requests of the server are answered with; `silent` ones get no answer."""
    silent: set[str] = field(default_factory=set)
    applies: bool = True
    """Whether edits are really made; some editors only say so."""
    capabilities: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._pending: dict[Any, asyncio.Future[Any]] = {}
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.parse_errors: list[Json] = []

    # To the server

    def notify(self, method: str, params: Any = None) -> None:
        self._say({"method": method, "params": params})

    def start(self, method: str, params: Any = None) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; its id and what will be its answer."""
        number = next(self._ids)
        self._pending[number] = asyncio.get_running_loop().create_future()
        self._say({"id": number, "method": method, "params": params})
        return number, self._pending[number]

    async def request(self, method: str, params: Any = None) -> Any:
        """The server's answer. Raises `Refused`."""
        async with asyncio.timeout(SECONDS):
            return await self.start(method, params)[1]

    async def initialize(self, root: Path | None, capabilities: Json, **more: Any) -> Json:
        self.capabilities = capabilities
        params = {
            "processId": None,
            "rootUri": None if root is None else root.as_uri(),
            "capabilities": capabilities,
            **more,
        }
        answer = await self.request("initialize", params)
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, language: str = "python") -> None:
        self.buffers[uri] = Buffer(text, 1)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def edit(self, uri: str, text: str) -> None:
        """The person makes `text` of a buffer."""
        buffer = self.buffers[uri]
        buffer.text, buffer.version = text, buffer.version + 1
        self._tell_change(uri, [{"text": text}])

    def close(self, uri: str) -> None:
        del self.buffers[uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    async def actions(self, uri: str, line: int = 0, **context: Any) -> list[Json]:
        """The code actions on `line`."""
        spot = {"line": line, "character": 0}
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": spot, "end": spot},
            "context": {"diagnostics": [], **context},
        }
        return await self.request("textDocument/codeAction", params)

    def run(self, command: str, uri: str, line: int = 0) -> tuple[int, asyncio.Future[Any]]:
        """Start a task on `line` of a buffer as it is."""
        spot = {"line": line, "character": 0}
        buffer = self.buffers.get(uri)
        version = None if buffer is None else buffer.version
        argument = {"uri": uri, "version": version, "range": {"start": spot, "end": spot}}
        params = {"command": f"bandmaster.task.{command}", "arguments": [argument]}
        return self.start("workspace/executeCommand", params)

    # From the server

    def receive(self, body: bytes) -> None:
        message: Json = json.loads(body)
        if "method" not in message:
            self._take_reply(message)
            return
        self.seen.append(message)
        if "id" in message:
            self._answer(message)
        self._spawn(self._wake())

    async def until(self, method: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """The params of the first message of `method` that is `wanted`, seen or still to come."""
        async with asyncio.timeout(SECONDS), self._news:
            while True:
                for message in self.seen:
                    if message["method"] == method and wanted(message.get("params")):
                        return message["params"]
                await self._news.wait()

    async def diagnostics(self, uri: str, version: int | None = None) -> list[Json]:
        """What was published for `uri` at `version` (None: whatever came first)."""

        def fits(params: Json) -> bool:
            return params["uri"] == uri and version in (None, params.get("version"))

        return (await self.until("textDocument/publishDiagnostics", fits))["diagnostics"]

    async def message(self, part: str) -> str:
        """The message to the person that holds `part`."""
        params = await self.until("window/showMessage", lambda one: part in one["message"])
        return params["message"]

    def messages(self) -> list[str]:
        return [one["params"]["message"] for one in self.of("window/showMessage")]

    def of(self, method: str) -> list[Json]:
        return [one for one in self.seen if one["method"] == method]

    def lose_connection(self) -> None:
        for future in self._pending.values():
            if not future.done():
                future.set_exception(ConnectionError("the server is gone"))
                future.exception()  # Not every answer is waited for.

    def _say(self, message: Json) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def _take_reply(self, message: Json) -> None:
        future = self._pending.pop(message.get("id"), None)
        if future is None:
            self.parse_errors.append(message)
            self._spawn(self._wake())
        elif future.done():
            pass
        elif "error" in message:
            future.set_exception(Refused(message["error"]))
        else:
            future.set_result(message["result"])

    def _answer(self, message: Json) -> None:
        method = message["method"]
        if method in self.silent:
            return
        if method in self.answers:
            reply = self.answers[method](message["params"])
        elif method == "workspace/applyEdit":
            reply = {"result": {"applied": self._apply(message["params"]["edit"])}}
        elif method == "window/showDocument":
            reply = {"result": {"success": True}}
        elif method in ("window/workDoneProgress/create", "client/registerCapability"):
            reply = {"result": None}
        else:
            reply = {"error": {"code": -32601, "message": method}}
        self._say({"id": message["id"], **reply})

    def _apply(self, edit: Json) -> bool:
        """Make the edits as a strict editor does: all versions fit, or nothing happens."""
        changes = edit.get("documentChanges") or [
            {"textDocument": {"uri": uri, "version": None}, "edits": edits}
            for uri, edits in edit["changes"].items()
        ]
        if not self.applies:
            return True
        for change in changes:
            buffer = self.buffers.get(change.get("textDocument", {}).get("uri", ""))
            version = change.get("textDocument", {}).get("version")
            if buffer is not None and version not in (None, buffer.version):
                return False
        for change in changes:
            if change.get("kind") == "create":
                path_of(change["uri"]).touch(exist_ok=False)
            else:
                self._apply_to(change["textDocument"]["uri"], change["edits"])
        return True

    def _apply_to(self, uri: str, edits: list[Json]) -> None:
        buffer = self.buffers.get(uri)
        text = path_of(uri).read_text() if buffer is None else buffer.text
        text = with_edits(text, edits)
        if buffer is None:
            path_of(uri).write_text(text)
            return
        buffer.text, buffer.version = text, buffer.version + 1
        self._tell_change(uri, [{"text": text}])

    def _tell_change(self, uri: str, changes: list[Json]) -> None:
        identifier = {"uri": uri, "version": self.buffers[uri].version}
        params = {"textDocument": identifier, "contentChanges": changes}
        self.notify("textDocument/didChange", params)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()


def path_of(uri: str) -> Path:
    """The file of a plain URI."""
    from urllib.parse import unquote

    return Path(unquote(uri.removeprefix("file://")))


def with_edits(text: str, edits: list[Json]) -> str:
    """`text` after edits in UTF-16 columns, the last one first."""
    for edit in sorted(edits, key=lambda one: _key(one["range"]["start"]), reverse=True):
        start = _offset(text, edit["range"]["start"])
        end = _offset(text, edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


def _key(position: Json) -> tuple[int, int]:
    return position["line"], position["character"]


def _offset(text: str, position: Json) -> int:
    lines = text.replace("\r\n", "\n\n").split("\n") if "\r" in text else text.split("\n")
    if position["line"] >= len(lines):
        return len(text)
    start = sum(len(line) + 1 for line in lines[: position["line"]])
    units = lines[position["line"]].encode("utf-16-le")[: 2 * position["character"]]
    return start + len(units.decode("utf-16-le"))


@asynccontextmanager
async def in_memory(server: Server) -> AsyncGenerator[Editor]:
    """An editor whose server is in this process; what goes over the wire is the same."""
    protocol: Protocol = server.protocol
    bodies: asyncio.Queue[bytes] = asyncio.Queue()
    loop, back = asyncio.get_running_loop(), Frames()
    editor = Editor(lambda body: bodies.put_nowait(body))

    class Wire:
        def write(self, data: bytes) -> None:
            for body in back.feed(data):
                loop.call_soon(editor.receive, body)

        def close(self) -> None:
            pass

    protocol.set_writer(Wire())
    pumping = asyncio.create_task(pump(bodies, protocol))
    try:
        yield editor
        if not protocol.ended.is_set():
            with suppress(Refused):  # A test may have said it already.
                await editor.request("shutdown")
    finally:
        pumping.cancel()


@asynccontextmanager
async def in_process(
    *command: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> AsyncGenerator[tuple[Editor, asyncio.subprocess.Process]]:
    """An editor whose server is a real process; ended by force where it does not end itself."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=cwd
    )
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout
    editor = Editor(lambda body: stdin.write(frame(body)))

    async def read() -> None:
        frames = Frames()
        while data := await stdout.read(1 << 16):
            for body in frames.feed(data):
                editor.receive(body)
        editor.lose_connection()

    reading = asyncio.create_task(read())
    try:
        yield editor, process
    finally:
        if process.returncode is None:
            stdin.close()
            try:
                await asyncio.wait_for(process.wait(), SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        reading.cancel()
        await asyncio.wait([reading])
        process._transport.close()  # type: ignore[attr-defined] # or a warning tells of it
