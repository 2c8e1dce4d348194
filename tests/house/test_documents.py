"""The documents say what the code does."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

from bandmaster.providers.defaults import PRESETS
from bandmaster.settings import Settings

ROOT = Path(__file__).parents[2]


def keys(shape: type, prefix: str = "") -> list[str]:
    """All settings as dotted keys; a table with free names has `NAME` for them."""
    found: list[str] = []
    hints = typing.get_type_hints(shape)
    for field in dataclasses.fields(shape):
        hint, name = hints[field.name], prefix + field.name
        if typing.get_origin(hint) is dict:
            inside = typing.get_args(hint)[1]
            named = f"{name}.NAME"
            found += keys(inside, f"{named}.") if dataclasses.is_dataclass(inside) else [named]
        elif isinstance(hint, type) and dataclasses.is_dataclass(hint):
            found += keys(hint, f"{name}.")
        else:
            found.append(name)
    return found


def default(key: str) -> object:
    value: object = Settings()
    for part in key.split("."):
        value = getattr(value, part)
    return value


def test_the_reference_names_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if "|" in line]
    assert [row for row in rows if "." in row] == keys(Settings)


def test_the_reference_gives_the_true_numbers() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    for key in keys(Settings):
        if key.startswith("limits."):
            assert f"| `{key}` | `{default(key):.0f}` |" in text


def test_the_contributing_guide_and_the_drawing_name_places_that_are_there() -> None:
    for document in ("CONTRIBUTING.md", "docs/architecture.md"):
        text = (ROOT / document).read_text()
        for word in text.replace("`", " ").replace(",", " ").split():
            if word.startswith(("core/", "server/", "mcp_tools/", "cli/", "clients/", "tests/")):
                place = word.rstrip(".,;:)")
                if "NAME" not in place:
                    assert (ROOT / place).exists(), f"{document} names {place}"


def test_the_reference_tells_of_every_provider_that_is_known_by_name() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    for name, preset in PRESETS.items():
        row = f"| `{name}` | `{preset.kind.value}` | `{preset.base_url}` |"
        assert f"{row} `{preset.appears_with}` | `{preset.key_variable}`" in text
