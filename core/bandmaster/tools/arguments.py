"""Arguments as a model sent them: checked against the tool's input, faults told in its words."""

from __future__ import annotations

from collections.abc import Mapping

from bandmaster.errors import ToolFailed
from bandmaster.models import WrongShape, check_shape
from bandmaster.tools.tool import Input


def check_arguments(tool: str, model: type[Input], arguments: Mapping[str, object]) -> Input:
    """The arguments as a value of `model`. Raises `ToolFailed` naming each fault."""
    try:
        return check_shape(dict(arguments), model)
    except WrongShape as error:
        raise ToolFailed(f"{tool}: {error}. It takes: {', '.join(model.model_fields)}") from None
