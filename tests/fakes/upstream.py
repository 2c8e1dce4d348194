"""A model server on loopback that answers as told, wrongly too: raw sockets, three protocols."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class End(Enum):
    """How a body ends."""

    CLEAN = auto()
    """As HTTP wants it, and the connection stays open."""
    EARLY = auto()
    """The connection is closed where no length was promised: to HTTP that is a good end."""
    CUT = auto()
    """The connection is closed where more was promised."""
    RESET = auto()
    """The connection is reset where more was promised."""
    NEVER = auto()
    """Nothing more comes, and the connection stays open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answers to one request; without a status it does not even begin."""

    status: int | None = 200
    body: tuple[bytes, ...] = ()
    kind: str = "application/json"
    end: End = End.CLEAN
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    connection: int
    """Requests on one connection have the same number."""

    @property
    def model(self) -> str:
        """The model that is to answer; empty for other requests, also for those about it."""
        asks = self.body and ("messages" in self.body or "input" in self.body)
        return str(self.body["model"]) if asks else ""


class Upstream:
    """Gives its answers in turn, the last one for ever; remembers what it was asked.

    A request for one of `models` gets that model's answers, in turn likewise. Requests may come to
    it as to a proxy.
    """

    def __init__(
        self, *answers: Answer, models: Mapping[str, Sequence[Answer]] | None = None
    ) -> None:
        self._answers = list(answers)
        self._models = {name: list(said) for name, said in (models or {}).items()}
        self._connections: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.connections = 0
        """How many were opened so far."""
        self.hung_up = asyncio.Event()
        """Set when a client has closed a connection on which an answer was not finished."""
        self.waiting = asyncio.Event()
        """Set when an answer has come to a point from which it never goes on."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def paths(self) -> list[str]:
        return [one.path for one in self.requests]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self.connections += 1
        number = len(self._connections)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer_one(reader, writer, number):
                pass
        writer.close()

    async def _answer_one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> bool:
        """Read a request and answer it; whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        method, path, _ = head[0].split(" ")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        body, path = json.loads(raw) if raw else None, urlsplit(path).path
        request = Request(method, path, headers, body, connection)
        self.requests.append(request)
        answers = self._models.get(request.model, self._answers)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.status is not None:
            writer.write(_head(answer))
            for part in filter(None, answer.body):  # An empty chunk is HTTP's end of a body.
                writer.write(part if answer.end is End.EARLY else _chunk(part))
                await writer.drain()
        return await self._finish(answer.end, reader, writer)

    async def _finish(
        self, end: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        match end:
            case End.CLEAN:
                writer.write(b"0\r\n\r\n")
                await writer.drain()
                return True
            case End.NEVER:
                self.waiting.set()
                with suppress(ConnectionError):
                    await reader.read(1)
                self.hung_up.set()
                return False
            case End.RESET:
                _reset_at_close(writer)
                return False
            case End.EARLY | End.CUT:
                return False


def _reset_at_close(writer: asyncio.StreamWriter) -> None:
    """What is on its way still arrives; then the other side learns that it is over."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _head(answer: Answer) -> bytes:
    framing = (
        ("Connection", "close") if answer.end is End.EARLY else ("Transfer-Encoding", "chunked")
    )
    lines = [f"HTTP/1.1 {answer.status} -", f"Content-Type: {answer.kind}"]
    lines += [f"{name}: {value}" for name, value in (framing, *answer.headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)
