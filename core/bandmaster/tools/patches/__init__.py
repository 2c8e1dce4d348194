"""Patches as models write them: parsed, placed in the files' texts, or refused with a reason."""

from bandmaster.tools.patches.changing import changes_of
from bandmaster.tools.patches.parsing import parse
from bandmaster.tools.patches.patch import FilePatch, Patch, Step

__all__ = ["FilePatch", "Patch", "Step", "changes_of", "parse"]
