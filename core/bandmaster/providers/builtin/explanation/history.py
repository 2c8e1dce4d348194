"""When lines were last changed, as git remembers it."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime

from bandmaster.changes import digest
from bandmaster.errors import WorkspaceError
from bandmaster.findings import Span
from bandmaster.providers.builtin.explanation.markdown import code, plural
from bandmaster.workspace import Document, Snapshot
from bandmaster.workspace.documents import encode
from bandmaster.workspace.symbols import last_line

_SECONDS = 2.0
_UNCOMMITTED = "0" * 40


def last_change(snapshot: Snapshot, document: Document, span: Span) -> list[str]:
    """The youngest commit of the lines in `span`; nothing without git, or for unsaved text."""
    if not _saved(document):
        return []
    lines = f"{span.start.line},{last_line(span)}"
    command = ["git", "blame", "--porcelain", "-L", lines, "--", document.path]
    try:
        done = subprocess.run(
            command,
            cwd=snapshot.root,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return _summary(done.stdout.decode("utf-8", "replace"))


def _saved(document: Document) -> bool:
    try:
        return digest(encode(document.text, document.encoding, document.path)) == document.sha256
    except WorkspaceError:
        return False


def _summary(porcelain: str) -> list[str]:
    """The youngest of the commits that git names, and how many there are."""
    commits: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in porcelain.split("\n"):
        word, _, rest = line.partition(" ")
        if len(word) == 40 and all(letter in "0123456789abcdef" for letter in word):
            current = commits.setdefault(word, {})
        elif not line.startswith("\t"):
            current[word] = rest
    fresh = _UNCOMMITTED in commits
    known = {name: told for name, told in commits.items() if name != _UNCOMMITTED}
    lines = ["Some lines are not committed yet."] if fresh else []
    if known:
        name, told = max(known.items(), key=lambda pair: _when(pair[1]))
        day = datetime.fromtimestamp(_when(told), UTC).date().isoformat()
        author, said = told.get("author", ""), told.get("summary", "")
        lines.append(f"{day} by {author}: {said} ({code(name[:10])})")
        lines.append(f"Its lines come from {plural(len(known), 'commit')}.")
    return [f"- {one}" for one in lines]


def _when(told: dict[str, str]) -> int:
    stamp = told.get("committer-time", "0")
    return int(stamp) if stamp.isdigit() else 0
