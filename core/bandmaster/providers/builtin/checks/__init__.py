"""Checks for languages other than Python, on the trees of tree-sitter.

A language is one file with a tuple of checks and one line in `grammars`. A check is there
because its findings are almost always defects; what is merely unusual is left out.
"""

from bandmaster.providers.builtin.checks.apart import examine_apart
from bandmaster.providers.builtin.checks.grammars import grammar_of

__all__ = ["examine_apart", "grammar_of"]
