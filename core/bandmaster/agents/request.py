"""From a task and its packed context to the prompt that a model is asked."""

from __future__ import annotations

from bandmaster.agents.personas import Persona
from bandmaster.context import Packed, listing
from bandmaster.models import Message, Prompt, Role, estimate_tokens
from bandmaster.tasks import Kind, Task
from bandmaster.workspace import Snapshot

_LISTING = 4000
"""About the longest list of the project's files."""
_PER_MESSAGE = 10
_WISHES = {
    Kind.REVIEW: "Review the code.",
    Kind.FIX: "Mend the defects of the code.",
    Kind.DOCS: "Document what has no documentation.",
    Kind.EXPLAIN: "Explain the code.",
    Kind.TEST: "Write tests for the code.",
}


def write_prompt(
    task: Task,
    persona: Persona,
    packed: Packed,
    snapshot: Snapshot,
    output_tokens: int,
    *,
    history: tuple[Message, ...] = (),
) -> Prompt:
    """The prompt: the persona, what was said before, the files, then the wish.

    So equal beginnings of prompts are kept by the servers that keep them.
    """
    parts: list[str] = []
    if not task.focus:
        parts.append("Files of the project:\n" + listing(snapshot))
    if packed.text:
        parts.append(packed.text)
    if task.findings:
        parts.append("Known findings:\n" + "\n".join(_findings(task)))
    parts.append("Task: " + (task.instruction.strip() or _WISHES.get(task.kind, "")))
    return Prompt(
        messages=(
            Message(Role.SYSTEM, persona.system),
            *history,
            Message(Role.USER, "\n\n".join(parts)),
        ),
        output_tokens=output_tokens,
    )


def estimate_frame(task: Task, persona: Persona, history: tuple[Message, ...]) -> int:
    """About how many tokens the prompt has besides the files (estimated)."""
    said = (persona.system, task.instruction, *_findings(task), *(one.text for one in history))
    listed = 0 if task.focus else _LISTING
    return sum(estimate_tokens(text) + _PER_MESSAGE for text in said) + listed


def _findings(task: Task) -> list[str]:
    return [
        f"- {one.path}:{one.span.start.line} {one.rule} {one.message} ({one.how})"
        for one in task.findings
    ]
