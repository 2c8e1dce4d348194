"""The rules of ruff that point at true defects, and what a person should know about each.

Style, typing taste and formatting are left out on purpose; so are security rules that fire on
every use of a module, whatever is done with it.
"""

from bandmaster.providers.builtin.ruff_rules.asynchronous import ASYNCHRONOUS
from bandmaster.providers.builtin.ruff_rules.bugbear import BUGBEAR
from bandmaster.providers.builtin.ruff_rules.pitfalls import PITFALLS
from bandmaster.providers.builtin.ruff_rules.pyflakes import PYFLAKES
from bandmaster.providers.builtin.ruff_rules.pylint import PYLINT
from bandmaster.providers.builtin.ruff_rules.security import SECURITY
from bandmaster.providers.builtin.ruff_rules.syntax import SYNTAX
from bandmaster.providers.builtin.rules import table

RUFF_RULES = table(SYNTAX, PYFLAKES, BUGBEAR, PYLINT, PITFALLS, ASYNCHRONOUS, SECURITY)

__all__ = ["RUFF_RULES"]
