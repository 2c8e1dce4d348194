"""The editor's models: what they say, and which there are."""

from __future__ import annotations

from typing import Any

from bandmaster_lsp.lending import read_models
from bandmaster_lsp.session import Session


def said(session: Session, params: Any) -> None:
    """A piece of an answer: `{answer, text}`."""
    answer, text = getattr(params, "answer", None), getattr(params, "text", None)
    if isinstance(answer, str) and isinstance(text, str):
        session.lending.said(answer, text)


def changed(session: Session, params: Any) -> None:
    """Other models than before are lent: `{models}`."""
    models = read_models({"models": getattr(params, "models", None)})
    session.lending.change(models, session.engines.opened())
