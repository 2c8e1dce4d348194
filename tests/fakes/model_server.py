"""A model in threads of its own, for clients that block: it answers, waits, or hangs."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fakes.protocols import OpenAI

SECONDS = 30.0
_SAYS = OpenAI()


class ModelServer:
    """Speaks the protocol of OpenAI. It says its text as soon as `gate` is open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        """Set when a request is there, whether the gate is open or not."""
        self.hung_up = threading.Event()
        """Set when a client closed its connection before it had its answer."""
        self.prompts: list[Any] = []

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def watch(self, connection: Any) -> None:
        """Wait for the gate, and notice a client that goes away before."""

        def listen() -> None:
            if not self.gate.is_set() and connection.recv(1) == b"":
                self.hung_up.set()
                self.gate.set()

        threading.Thread(target=listen, daemon=True).start()
        self.gate.wait(SECONDS)


def _answering(model: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            model.prompts.append(json.loads(self.rfile.read(length)))
            model.asked.set()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if not model.gate.is_set():
                model.watch(self.connection)
            if not model.hung_up.is_set():
                words = map(_SAYS.says, model.text.splitlines(keepends=True))
                self.wfile.write(b"".join((*words, *_SAYS.ends("stop"))))

        def log_message(self, *_: object) -> None:
            """Nothing: the output belongs to the tests."""

    return Answering
