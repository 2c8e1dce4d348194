"""Diagnostics for an editor that asks for them; others have them published by `checks`."""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from bandmaster_lsp.convert import to_diagnostic
from bandmaster_lsp.session import Session


async def pull(
    session: Session, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport:
    """The findings of the document as it is now.

    Where it changes while they are sought the editor is told to ask again, as the protocol says.
    """
    document = session.documents.get(params.text_document.uri)
    if document is None or document.path is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    findings = session.board.checked(document.uri, document.version)
    if findings is None:
        findings = await session.checks.check(document)
    if findings is None:
        raise JsonRpcException(
            "the document changed meanwhile",
            code=types.LSPErrorCodes.ServerCancelled,
            data=types.DiagnosticServerCancellationData(retrigger_request=True),
        )
    abilities = session.client.abilities
    items = [to_diagnostic(document.text, finding, abilities) for finding in findings]
    return types.RelatedFullDocumentDiagnosticReport(items=items)
