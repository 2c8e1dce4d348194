"""What starting the server costs, and facts that are written in two places."""

from __future__ import annotations

import subprocess
import sys

import bandmaster
from bandmaster_lsp.menu import MENU
from bandmaster_lsp.server import FEATURES, PULLED, VERSION

HEAVY = ("openai", "anthropic", "ollama", "mcp", "pydantic", "httpx", "httpx2", "tree_sitter")


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {show}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_server_starts_without_the_core() -> None:
    loaded = loaded_by("import bandmaster_lsp.main; bandmaster_lsp.server.build()")
    assert loaded.isdisjoint({"bandmaster", *HEAVY})


def test_a_session_needs_no_model_sdk() -> None:
    features = {one.where.partition(":")[0] for one in (FEATURES | PULLED).values()}
    names = ", ".join(f"bandmaster_lsp.features.{name}" for name in sorted(features))
    assert loaded_by(f"import bandmaster_lsp.session, {names}").isdisjoint(HEAVY)


def test_the_version_is_that_of_the_core() -> None:
    assert bandmaster.__version__ == VERSION


def test_the_tasks_on_the_menu_are_kinds_of_the_core() -> None:
    assert [bandmaster.Kind(entry.kind).value for entry in MENU] == [one.kind for one in MENU]
