"""From a task and its packed context to the prompt that a model is asked."""

from __future__ import annotations

from bandmaster.agents.personas import Persona
from bandmaster.context import Packed, listing
from bandmaster.models import Message, Prompt, Role
from bandmaster.tasks import Kind, Task
from bandmaster.workspace import Snapshot

_WISHES = {
    Kind.REVIEW: "Review the code.",
    Kind.FIX: "Mend the defects of the code.",
    Kind.DOCS: "Document what has no documentation.",
    Kind.EXPLAIN: "Explain the code.",
    Kind.TEST: "Write tests for the code.",
}


def write_prompt(
    task: Task, persona: Persona, packed: Packed, snapshot: Snapshot, output_tokens: int
) -> Prompt:
    """The prompt: the persona, the files, then the wish, so that equal beginnings are cached."""
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
            Message(Role.USER, "\n\n".join(parts)),
        ),
        output_tokens=output_tokens,
    )


def _findings(task: Task) -> list[str]:
    return [
        f"- {one.path}:{one.span.start.line} {one.rule} {one.message} ({one.how})"
        for one in task.findings
    ]
