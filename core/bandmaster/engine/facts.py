"""What the workspace knows of a task's focus, gathered while the engine gets ready.

What bears on privacy (is there a secret in it?) is always waited for. The rest is worth a moment:
what is not known by then is left out of this task's profile and known to the next.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bandmaster.changes import split_lines
from bandmaster.engine.trouble import Trouble
from bandmaster.errors import BandmasterError, UsageError, WorkspaceError
from bandmaster.policy import is_secret_path
from bandmaster.routing import NO_FACTS, WorkspaceFacts
from bandmaster.tasks import Focus, Task
from bandmaster.workspace import (
    Document,
    Snapshot,
    git_root,
    recent_commits,
)
from bandmaster.workspace.users import Users, is_test, users_of

_log = logging.getLogger(__name__)
_PATIENCE = 0.5
"""Seconds that a task waits for what is merely good to know."""
_FRESH_SECONDS = 60.0
"""How long what was found around a file counts, while the file itself does not change."""
_MOST_KEPT = 200
_MOST_PLACES = 5
"""Around so many places of a focus is looked."""
_MOST_SCREENED = 200
"""Of folders so many files are read for secrets; a prompt holds fewer."""
_CHURN_DAYS = 90


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of the neighbourhood of one place."""

    fan_in: int | None = None
    tests: int | None = None
    churn: int | None = None


def _holds_none(_: Document) -> bool:
    return False


class Scout:
    """Gathers the facts; what it found around a file is kept in memory for a while."""

    def __init__(
        self,
        trouble: Trouble | None = None,
        *,
        holds_secret: Callable[[Document], bool] = _holds_none,
    ) -> None:
        """`trouble` None: nothing is known of earlier tasks."""
        self._trouble = trouble
        self._holds_secret = holds_secret
        self._kept: dict[tuple[str, str, int], tuple[float, _Around]] = {}
        self._screened: dict[str, tuple[tuple[int, int], bool]] = {}
        self._git: bool | None = None

    async def facts(self, task: Task, snapshot: Snapshot) -> WorkspaceFacts:
        """What is known of the focus of `task`; nothing is read where it has none."""
        if not task.focus:
            return NO_FACTS
        further = asyncio.create_task(self._further(task, snapshot))
        try:
            found = await asyncio.to_thread(self._itself, task, snapshot)
            done, _ = await asyncio.wait([further], timeout=_PATIENCE)
        except asyncio.CancelledError:
            further.cancel()
            raise
        return _complete(found, *further.result()) if done else found

    def _itself(self, task: Task, snapshot: Snapshot) -> WorkspaceFacts:
        """What the texts of the focus say."""
        files = [one for one in task.focus if not _is_folder(snapshot, one.path)]
        folders = [one.path for one in task.focus if one not in files]
        documents = [(one, _read(snapshot, one.path)) for one in files]
        known = [(one, document) for one, document in documents if document is not None]
        secrets = any(self._holds_secret(document) for _, document in known)
        secrets = secrets or any(self._screen(snapshot, folders))
        languages = Counter(one for _, document in known if (one := _language(document)))
        lines = [_lines(one, document) for one, document in known]
        return WorkspaceFacts(
            language=languages.most_common(1)[0][0] if languages else None,
            lines=sum(lines) if lines and not folders else None,
            diagnostics=_diagnostics(task),
            secrets=secrets if known or folders else None,
        )

    def _screen(self, snapshot: Snapshot, folders: Sequence[str]) -> Iterable[bool]:
        """Whether each file of `folders` holds a secret; those that are never sent are passed."""
        if not folders:
            return
        try:
            paths, _ = snapshot.list(folders)
        except WorkspaceError:
            return
        sent = [path for path in paths if not is_secret_path(path)]
        for path in sent[:_MOST_SCREENED]:
            yield self._is_screened(snapshot, path)

    def _is_screened(self, snapshot: Snapshot, path: str) -> bool:
        try:
            status = (snapshot.root / path).lstat()
        except OSError:
            status = None
        state = (status.st_mtime_ns, status.st_size) if status is not None else None
        kept = self._screened.get(path) if path not in snapshot.overlays else None
        if kept is not None and kept[0] == state:
            return kept[1]
        document = _read(snapshot, path)
        found = document is not None and self._holds_secret(document)
        if state is not None and path not in snapshot.overlays:
            self._screened[path] = (state, found)
        return found

    async def _further(self, task: Task, snapshot: Snapshot) -> tuple[list[_Around], int | None]:
        """What lies around the focus, and how many tasks on it went wrong."""
        there = [one for one in task.focus if _is_there(snapshot, one.path)][:_MOST_PLACES]
        around = (self._around(snapshot, one) for one in there)
        return await asyncio.gather(
            asyncio.gather(*around), asyncio.to_thread(self._failures, there)
        )

    def _failures(self, places: Iterable[Focus]) -> int | None:
        if self._trouble is None:
            return None
        try:
            return sum(self._trouble.count(path) for path in {one.path for one in places})
        except BandmasterError as error:
            _log.error("earlier failures are not known: %s", error)
            return None

    async def _around(self, snapshot: Snapshot, place: Focus) -> _Around:
        document = await asyncio.to_thread(_read, snapshot, place.path)
        key = (place.path, place.symbol or "", hash(document.text if document else ""))
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        found = await self._look_around(snapshot, place, document)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + _FRESH_SECONDS, found)
        return found

    async def _look_around(
        self, snapshot: Snapshot, place: Focus, document: Document | None
    ) -> _Around:
        git = await asyncio.to_thread(self._is_git, snapshot)
        churn, users = await asyncio.gather(
            asyncio.to_thread(_churn, snapshot, place.path, git=git),
            asyncio.to_thread(_users, snapshot, document, place.symbol or "", git=git),
        )
        if users is None:
            return _Around(churn=churn)
        # That there is no test must be sure, and a test needs none.
        known = bool(users.tests) or (users.complete and not is_test(place.path))
        tests = len(users.tests) if known else None
        fan_in = len(users.files) if users.files or users.complete else None
        return _Around(fan_in, tests, churn)

    def _is_git(self, snapshot: Snapshot) -> bool:
        if self._git is None:
            self._git = git_root(snapshot.root) is not None
        return self._git


def _complete(
    found: WorkspaceFacts, around: Sequence[_Around], failures: int | None
) -> WorkspaceFacts:
    return replace(
        found,
        fan_in=max((one.fan_in for one in around if one.fan_in is not None), default=None),
        tests=min((one.tests for one in around if one.tests is not None), default=None),
        churn=max((one.churn for one in around if one.churn is not None), default=None),
        failures=failures,
    )


def _churn(snapshot: Snapshot, path: str, *, git: bool) -> int | None:
    return recent_commits(snapshot.root, path, _CHURN_DAYS) if git else None


def _users(
    snapshot: Snapshot, document: Document | None, symbol: str, *, git: bool
) -> Users | None:
    if document is None:
        return None
    try:
        return users_of(snapshot, document, symbol, git=git)
    except OSError as error:
        _log.info("who uses %s is not known: %s", document.path, error.strerror)
        return None


def _is_there(snapshot: Snapshot, path: str) -> bool:
    try:
        return path in snapshot.overlays or (snapshot.root / path).exists()
    except OSError:  # A name may be too long to be asked about.
        return False


def _is_folder(snapshot: Snapshot, path: str) -> bool:
    try:
        return path not in snapshot.overlays and (snapshot.root / path).is_dir()
    except OSError:
        return False


def _read(snapshot: Snapshot, path: str) -> Document | None:
    """The text of a file, unsaved first; None where it cannot be read."""
    if not _is_there(snapshot, path):
        return None
    try:
        return snapshot.read(path)
    except WorkspaceError:
        return None


def _language(document: Document) -> str:
    from bandmaster.workspace.symbols import language_of

    language = language_of(document.path, document.text)
    return "" if language is None else language.name


def _lines(place: Focus, document: Document) -> int:
    """How many lines of `document` the focus is."""
    span = place.span
    if place.symbol is not None:
        from bandmaster.workspace.symbols import find, symbols  # Loads the parsers.

        try:
            span = find(symbols(document), place.symbol).span
        except UsageError:
            span = None
    if span is None:
        return len(split_lines(document.text))
    return span.end.line - span.start.line + (span.end.column > 1)


def _diagnostics(task: Task) -> int | None:
    """How many of the findings that came with the task lie in its focus; None: none came."""
    if not task.findings:
        return None
    return sum(
        any(one.path in (".", finding.path) for one in task.focus) for finding in task.findings
    )
