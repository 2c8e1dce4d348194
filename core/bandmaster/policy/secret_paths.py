"""Which files hold secrets by their name: they are never sent to a model on another machine."""

from __future__ import annotations

from bandmaster.policy.builtin import is_secret
from bandmaster.policy.globs import comparable


def is_secret_path(path: str) -> bool:
    """Whether `path`, relative to the workspace root, looks like a file with keys or passwords."""
    return is_secret(comparable(path))
