"""The progress of a run as the editor shows it, from the events of the engine."""

from __future__ import annotations

import time
import uuid

from lsprotocol import types

from bandmaster import Asking, Delta, Event, Failed, Progress, Restarted
from bandmaster_lsp.client import Client

_PAUSE_SECONDS = 0.1
"""Models send dozens of pieces a second; nobody reads that fast."""
_WIDTH = 100


class ProgressBar:
    """Progress in the editor. Where there is no place for it, it is silent."""

    def __init__(self, client: Client, token: types.ProgressToken | None) -> None:
        self.token = token
        self._client = client
        self._text = ""
        self._quiet_until = 0.0

    def begin(self, title: str) -> None:
        if self.token is not None:
            value = types.WorkDoneProgressBegin(title=title, cancellable=True)
            self._client.progress(self.token, value)

    def follow(self, event: Event) -> None:
        """Show what `event` says of the run."""
        match event:
            case Asking():
                self._report(event.words)
            case Progress(done, total, message):
                self._report(message, min(100 * done // total, 100) if total > 0 else None)
            case Delta(text):
                self._stream(text)
            case Restarted(attempt, 0):
                self._report(f"{attempt.model} failed ({attempt.message}), another one goes on")
            case Restarted(attempt) | Failed(attempt):
                self._text = ""
                self._report(f"{attempt.model} failed: {attempt.message}")
            case _:
                pass

    def end(self, message: str) -> None:
        if self.token is not None:
            self._client.progress(self.token, types.WorkDoneProgressEnd(message=message))

    def _stream(self, text: str) -> None:
        """Show the last line of the answer so far, not more often than people can read."""
        self._text = (self._text + text)[-4 * _WIDTH :]
        if time.monotonic() < self._quiet_until:
            return
        self._quiet_until = time.monotonic() + _PAUSE_SECONDS
        last = self._text.rstrip().rpartition("\n")[2].strip()
        if last:
            self._report(last[-_WIDTH:])

    def _report(self, message: str, percentage: int | None = None) -> None:
        if self.token is not None:
            value = types.WorkDoneProgressReport(message=message, percentage=percentage)
            self._client.progress(self.token, value)


async def open_progress(client: Client, given: types.ProgressToken | None) -> ProgressBar:
    """With the token that came with the request, else with one that the editor makes for us."""
    if given is not None:
        return ProgressBar(client, given)
    token = str(uuid.uuid4())
    return ProgressBar(client, token if await client.create_progress(token) else None)
