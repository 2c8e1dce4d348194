"""Arguments as a model sent them: checked against the tool's input, faults told in its words."""

from __future__ import annotations

from collections.abc import Mapping

from bandmaster.errors import ToolFailed
from bandmaster.tools.tool import Input

_MOST_FAULTS = 5
_LONGEST_NAME = 60


def check_arguments(tool: str, model: type[Input], arguments: Mapping[str, object]) -> Input:
    """The arguments as a value of `model`. Raises `ToolFailed` naming each fault.

    What was sent is not repeated, so that a large or secret argument does not come back.
    """
    from pydantic import ValidationError  # Comes with the first model of a tool.

    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [_reworded(str(fault["type"]), fault["loc"], fault["msg"]) for fault in faults]
        more = f"; and {len(lines) - _MOST_FAULTS} more" if len(lines) > _MOST_FAULTS else ""
        known = ", ".join(model.model_fields)
        shown = "; ".join(lines[:_MOST_FAULTS])
        raise ToolFailed(f"{tool}: {shown}{more}. It takes: {known}") from None


def _reworded(fault: str, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(step) for step in place)[:_LONGEST_NAME] or "the arguments"
    if fault == "extra_forbidden":
        return f"{name!r} is not an argument"
    if fault == "missing":
        return f"{name!r} is missing"
    return f"{name!r}: {message[:1].lower()}{message[1:]}"
