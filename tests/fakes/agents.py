"""What an agent is given besides its model: shipped personas, facts of a model nobody knows."""

from __future__ import annotations

from pathlib import Path

from bandmaster.agents import Personas
from bandmaster.models import Catalog, Facts

NOWHERE = Path("/nowhere/at/all")


def shipped() -> Personas:
    """The personas of a person who wrote none."""
    return Personas(NOWHERE, {}, {})


async def nobody_knows() -> Facts:
    """The facts of a model that is in no table."""
    return Catalog({}, lambda _: None).facts("fake/reciter")
