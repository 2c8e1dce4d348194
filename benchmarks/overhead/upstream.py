"""The upstream of the overhead benchmark: answers at once, the same for everybody.

A bare protocol on one event loop. The model's name says what happens: `served` answers, `fails`
says 503 and to come back in a minute, `later` streams the first word and the rest 5 ms later,
`endless` streams until the client hangs up. `/last` gives the last request that was answered, so
that everybody can be made to send the same prompt.
"""

from __future__ import annotations

import asyncio
import json

CHUNKS = 200
_USAGE = {"prompt_tokens": 300, "completion_tokens": 120, "total_tokens": 420}
_KEEP = b"Connection: keep-alive\r\n"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _whole(status: bytes, body: bytes, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%s%sContent-Length: %d\r\n\r\n"
    return head % (status, _KEEP, more, len(body)) + body


def _chunk(data: bytes) -> bytes:
    event = b"data: " + data + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(event), event)


def _part(delta: dict[str, str], stop: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": stop}
    return _json({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                  "model": "served", "choices": [choice]})  # fmt: skip


_MESSAGE = {"role": "assistant", "content": "Oslo, says `norway.py`. " * 20}
_CHOICE = {"index": 0, "message": _MESSAGE, "logprobs": None, "finish_reason": "stop"}
ANSWER = _whole(
    b"200 OK",
    _json({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "served",
           "choices": [_CHOICE], "usage": _USAGE}),
)  # fmt: skip
FAILS = _whole(
    b"503 Service Unavailable",
    _json({"error": {"message": "down", "type": "server_error", "param": None, "code": None}}),
    b"Retry-After: 60\r\n",
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    + _KEEP
    + b"\r\n"
)
PARTS = [_chunk(_part({"content": f"word {number} "})) for number in range(CHUNKS)]
_COUNT = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "served",
          "choices": [], "usage": _USAGE}  # fmt: skip
STREAM = (
    STREAM_HEAD
    + _chunk(_part({"role": "assistant", "content": ""}))
    + b"".join(PARTS)
    + _chunk(_part({}, "stop"))
    + _chunk(_json(_COUNT))
    + _chunk(b"[DONE]")
    + b"0\r\n\r\n"
)
_FIRST = STREAM.index(PARTS[1])
"""Where the first text has been said."""


class Connection(asyncio.Protocol):
    """One client; requests come one after the other."""

    last = b"{}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""
        self._endless: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        if self._endless is not None:
            self._endless.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            _, _, rest = head.partition(b"content-length:")
            size = end + 4 + (int(rest.split(b"\r\n", 1)[0]) if rest else 0)
            if len(self._buffer) < size:
                return
            body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"get "):
            self._write(_whole(b"200 OK", Connection.last))
        elif b'"fails"' in body:
            self._write(FAILS)
        elif b'"later"' in body:
            self._late()
        elif b'"endless"' in body:
            self._write(STREAM_HEAD)
            self._go_on()
        else:
            Connection.last = body
            streamed = b'"stream":true' in body or b'"stream": true' in body
            self._write(STREAM if streamed else ANSWER)

    def _late(self) -> None:
        self._write(STREAM[:_FIRST])
        asyncio.get_running_loop().call_later(0.005, self._write, STREAM[_FIRST:])

    def _go_on(self) -> None:
        self._write(b"".join(PARTS[:5]))
        self._endless = asyncio.get_running_loop().call_later(0.002, self._go_on)

    def _write(self, data: bytes) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(data)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
