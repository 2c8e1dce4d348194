"""Docstring skeletons: what signatures, types and raised exceptions say, in the file's style."""

from bandmaster.providers.builtin.docstrings.comments import COMMENTED, document_comments
from bandmaster.providers.builtin.docstrings.python import document_python
from bandmaster.providers.builtin.docstrings.written import Choice, Written

__all__ = ["COMMENTED", "Choice", "Written", "document_comments", "document_python"]
