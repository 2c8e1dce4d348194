"""What the server answers, as a table: method -> feature. Features are imported when first needed.

An editor waits for the answer to `initialize`; the core and the features load behind it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from bandmaster_lsp.abilities import Abilities, read_abilities
from bandmaster_lsp.hardened import Protocol, Server
from bandmaster_lsp.menu import ACTION_KINDS, BUDGET, BY_COMMAND, FEEDBACK, STATS

if TYPE_CHECKING:
    from bandmaster_lsp.engines import OpenEngine
    from bandmaster_lsp.session import Session

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Feature:
    """Who answers a method."""

    where: str
    """`module:function` in `bandmaster_lsp.features`; it takes the session and the params."""
    waits: bool = False
    """Whether the function is a coroutine; the others are done at once."""
    options: object = None
    """What is announced about it."""


FEATURES = {
    types.INITIALIZED: Feature("lifecycle:initialized"),
    types.SHUTDOWN: Feature("lifecycle:shut_down", waits=True),
    types.TEXT_DOCUMENT_DID_OPEN: Feature("synchronisation:opened"),
    types.TEXT_DOCUMENT_DID_CHANGE: Feature("synchronisation:changed"),
    types.TEXT_DOCUMENT_DID_SAVE: Feature(
        "synchronisation:saved", options=types.SaveOptions(include_text=False)
    ),
    types.TEXT_DOCUMENT_DID_CLOSE: Feature("synchronisation:closed"),
    types.TEXT_DOCUMENT_CODE_ACTION: Feature(
        "code_actions:offer",
        options=types.CodeActionOptions(code_action_kinds=ACTION_KINDS, resolve_provider=False),
    ),
    types.WORKSPACE_EXECUTE_COMMAND: Feature(
        "commands:execute",
        waits=True,
        options=types.ExecuteCommandOptions(
            commands=[*BY_COMMAND, FEEDBACK, STATS, BUDGET], work_done_progress=True
        ),
    ),
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: Feature("cancellation:cancel"),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: Feature("folders:changed"),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: Feature("configuration:changed"),
    "bandmaster/modelSaid": Feature("lending:said"),
    "bandmaster/modelsChanged": Feature("lending:changed"),
}
PULLED = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: Feature(
        "diagnostics:pull",
        waits=True,
        options=types.DiagnosticOptions(
            inter_file_dependencies=False, workspace_diagnostics=False, identifier="bandmaster"
        ),
    ),
}
"""Announced only to an editor that asks for diagnostics itself."""


def build(open_engine: OpenEngine | None = None) -> Server:
    """A server that is not started. `open_engine` stands in for `bandmaster.open`."""
    server = Server("bandmaster", VERSION)

    def begin(params: types.InitializeParams) -> None:
        abilities = read_abilities(params.capabilities)
        opened = cache(_opener(server.protocol, abilities, params, open_engine))
        table = {**FEATURES, **(PULLED if abilities.pull_diagnostics else {})}
        for method, feature in table.items():
            server.feature(method, feature.options)(_answer(feature, opened))

    server.feature(types.INITIALIZE)(begin)
    return server


def _opener(
    protocol: Protocol,
    abilities: Abilities,
    params: types.InitializeParams,
    open_engine: OpenEngine | None,
) -> Callable[[], Session]:
    def open_session() -> Session:
        module = importlib.import_module("bandmaster_lsp.session")
        session: Session = module.open_session(protocol, abilities, params, open_engine)
        return session

    return open_session


def _answer(feature: Feature, session: Callable[[], Session]) -> Callable[[Any], Any]:
    """A handler as pygls takes it, which loads its function at the first call."""

    @cache
    def function() -> Callable[[Session, Any], Any]:
        module, _, name = feature.where.partition(":")
        return getattr(importlib.import_module(f"bandmaster_lsp.features.{module}"), name)

    async def wait(params: Any) -> Any:
        return await function()(session(), params)

    def at_once(params: Any) -> Any:
        return function()(session(), params)

    return wait if feature.waits else at_once
