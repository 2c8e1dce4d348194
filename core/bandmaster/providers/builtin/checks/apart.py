"""Running the checks in processes of their own.

Parsers are C code that reads whatever is in a file: one that crashes or never returns takes only
its own process along, the event loop never waits for one, and cancelling ends them at once.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bandmaster.errors import ToolFailed
from bandmaster.findings import Finding
from bandmaster.providers.builtin.checks.examine import examine_tree
from bandmaster.providers.builtin.checks.grammars import grammar_of
from bandmaster.workspace import Document

SECONDS_A_FILE = 15.0
_MOST_RESTARTS = 20
"""So many files may end their process before the rest is left out."""
_WORTH_A_PROCESS = 1_000_000
"""Characters that are worth starting one more process for."""
_HEAD = 4
"""Bytes that tell the length of an answer."""
PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from bandmaster.providers.builtin.checks.apart import answer_all; answer_all()"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Findings, and the documents that a parser crashed on or did not come back from."""

    findings: tuple[Finding, ...] = ()
    refused: tuple[Document, ...] = ()


async def examine_apart(documents: Sequence[Document], program: str = PROGRAM) -> Answer:
    """What the checks find in `documents`, all of which have a grammar.

    `program` is what each process runs, as Python source.
    Raises `ToolFailed` where no process can be started. Cancelling ends all of them.
    """
    size = sum(len(one.text) for one in documents)
    count = max(1, min(os.cpu_count() or 1, size // _WORTH_A_PROCESS))
    failed: BaseException | None = None
    answers: list[Answer] = []
    try:
        async with asyncio.TaskGroup() as group:
            parts = [
                group.create_task(_examine(documents[at::count], program)) for at in range(count)
            ]
        answers = [one.result() for one in parts]
    except* ToolFailed as failures:
        failed = failures.exceptions[0]
    if failed is not None:
        raise failed
    return Answer(
        tuple(finding for one in answers for finding in one.findings),
        tuple(document for one in answers for document in one.refused),
    )


async def _examine(documents: Sequence[Document], program: str) -> Answer:
    """Ask one process after the other; each goes on behind the file that ended the last one."""
    findings: list[Finding] = []
    refused: list[Document] = []
    rest = documents
    while rest and len(refused) < _MOST_RESTARTS:
        found = await _ask(rest, program)
        findings += [finding for one in found for finding in one]
        refused += rest[len(found) : len(found) + 1]
        rest = rest[len(found) + 1 :]
    return Answer(tuple(findings), (*refused, *rest))


async def _ask(documents: Sequence[Document], program: str) -> list[list[Finding]]:
    """The findings of each document up to the first that the process does not survive."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", program, *sys.path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise ToolFailed(f"no process could be started: {error.strerror}") from None
    found: list[list[Finding]] = []
    sending = asyncio.create_task(_send(process.stdin, documents))
    try:
        for _ in documents:
            found.append(await _receive(process.stdout))
    except (asyncio.IncompleteReadError, TimeoutError):
        pass  # The next document is the one that is at fault.
    finally:
        sending.cancel()
        if process.returncode is None:
            process.kill()
        await process.wait()
    return found


async def _send(pipe: asyncio.StreamWriter | None, documents: Sequence[Document]) -> None:
    if pipe is None:
        return
    pipe.write(pickle.dumps(list(documents)))
    try:
        await pipe.drain()
    except ConnectionError:
        return  # It has ended; the missing answer tells.
    pipe.close()


async def _receive(pipe: asyncio.StreamReader | None) -> list[Finding]:
    if pipe is None:
        return []
    async with asyncio.timeout(SECONDS_A_FILE):
        head = await pipe.readexactly(_HEAD)
        data = await pipe.readexactly(int.from_bytes(head, "big"))
    return pickle.loads(data)  # noqa: S301 - Our own child wrote it.


def answer_all() -> None:
    """The other side: read documents from stdin, write the findings of each to stdout."""
    documents: list[Document] = pickle.load(sys.stdin.buffer)  # noqa: S301 - From our parent.
    for document in documents:
        grammar = grammar_of(document)
        found = [] if grammar is None else examine_tree(document, grammar)
        data = pickle.dumps(found)
        sys.stdout.buffer.write(len(data).to_bytes(_HEAD, "big") + data)
        sys.stdout.buffer.flush()
