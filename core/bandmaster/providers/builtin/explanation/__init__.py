"""Explanations from the index: what a file, a symbol or a folder is, and who uses it."""

from bandmaster.providers.builtin.explanation.file import explain_file
from bandmaster.providers.builtin.explanation.folder import explain_folder
from bandmaster.providers.builtin.explanation.survey import Survey, take_survey
from bandmaster.providers.builtin.explanation.symbol import explain_symbol

__all__ = ["Survey", "explain_file", "explain_folder", "explain_symbol", "take_survey"]
