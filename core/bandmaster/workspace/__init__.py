"""The workspace: files as the person sees them, and how change sets reach them."""

from bandmaster.workspace.apply import apply_changes
from bandmaster.workspace.documents import Document
from bandmaster.workspace.listing import committed, git_root, recent_commits
from bandmaster.workspace.workspace import Overlay, Snapshot, Workspace

__all__ = [
    "Document",
    "Overlay",
    "Snapshot",
    "Workspace",
    "apply_changes",
    "committed",
    "git_root",
    "recent_commits",
]
