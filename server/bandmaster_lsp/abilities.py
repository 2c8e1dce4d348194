"""What the editor can do, decided once from what it announced; silence means it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What we may send to the editor and ask of it."""

    apply_edit: bool = False
    document_changes: bool = False
    create_files: bool = False
    progress: bool = False
    show_document: bool = False
    pull_diagnostics: bool = False
    diagnostic_tags: bool = False
    code_description: bool = False
    literal_actions: bool = False
    """Code actions may carry an edit; without it only commands may be offered."""
    disabled_actions: bool = False
    preferred_actions: bool = False
    watched_files: bool = False


def read_abilities(announced: types.ClientCapabilities) -> Abilities:
    workspace = announced.workspace or types.WorkspaceClientCapabilities()
    document = announced.text_document or types.TextDocumentClientCapabilities()
    window = announced.window or types.WindowClientCapabilities()
    edit = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
    action = document.code_action or types.CodeActionClientCapabilities()
    published = document.publish_diagnostics or types.PublishDiagnosticsClientCapabilities()
    watching = workspace.did_change_watched_files
    operations = edit.resource_operations or ()
    return Abilities(
        apply_edit=bool(workspace.apply_edit),
        # Resource operations exist in document changes only, so who has them has those.
        document_changes=bool(edit.document_changes or operations),
        create_files=types.ResourceOperationKind.Create in operations,
        progress=bool(window.work_done_progress),
        show_document=bool(window.show_document and window.show_document.support),
        pull_diagnostics=document.diagnostic is not None,
        diagnostic_tags=published.tag_support is not None,
        code_description=bool(published.code_description_support),
        literal_actions=action.code_action_literal_support is not None,
        disabled_actions=bool(action.disabled_support),
        preferred_actions=bool(action.is_preferred_support),
        watched_files=bool(watching and watching.dynamic_registration),
    )
