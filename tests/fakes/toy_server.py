"""A server over our protocol with toy features, for the defects of pygls; run it for a process."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from functools import partial
from typing import Any

from lsprotocol import types

from bandmaster_lsp.hardened import NoReply, Server, run_on_stdio

RUN = "toy.run"


class Toy:
    """What the features of one server have seen."""

    def __init__(self) -> None:
        self.server = Server("toy", "1")
        self.began = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.release = threading.Event()
        self.seen: list[str] = []
        """Methods in the order in which their work began."""
        feature = self.server.feature
        options = types.ExecuteCommandOptions(commands=[RUN])
        feature(types.WORKSPACE_EXECUTE_COMMAND, options)(partial(self._run))
        feature(types.TEXT_DOCUMENT_DID_OPEN)(partial(self._open))
        feature(types.TEXT_DOCUMENT_DID_SAVE)(partial(self._fail))
        feature(types.TEXT_DOCUMENT_HOVER)(partial(self._fail))
        feature(types.TEXT_DOCUMENT_DEFINITION)(lambda params: None)
        feature(types.TEXT_DOCUMENT_REFERENCES)(self.server.thread()(partial(self._block)))
        feature(types.TEXT_DOCUMENT_TYPE_DEFINITION)(partial(self._make_noise))
        feature(types.TEXT_DOCUMENT_DECLARATION)(partial(self._ask))

    async def _make_noise(self, params: Any) -> None:
        """Prints, and starts a program that prints and reads."""
        print("printed")
        code = "import sys; sys.stdin.read(); print('echoed')"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        await process.wait()

    def _open(self, params: Any) -> None:
        self.seen.append("didOpen")

    async def _run(self, params: types.ExecuteCommandParams) -> str:
        self.seen.append("executeCommand")
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return "never"

    def _fail(self, params: Any) -> None:
        raise ValueError(" ".join(("the", "text", "of", "a", "file")))

    def _block(self, params: Any) -> None:
        """Keeps a thread of the server's pool busy until somebody sets `release`."""
        self.release.wait()

    async def _ask(self, params: Any) -> list[types.Location]:
        """Asks the editor to show a document; its answer is the name of a place."""
        show = types.ShowDocumentParams(uri="file:///x")
        try:
            answer = await self.server.protocol.ask(types.WINDOW_SHOW_DOCUMENT, show, 0.05)
            said = f"success={answer.success}"
        except NoReply as error:
            said = str(error)
        return [types.Location(said, types.Range(types.Position(0, 0), types.Position(0, 0)))]


if __name__ == "__main__":
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    sys.exit(run_on_stdio(Toy().server))
