"""Rules of ruff itself and of small plugins: pitfalls of the language and its library."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_SURE, _LIKELY, _UNSURE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
_BUG, _DEAD, _RESOURCE = Category.BUG, Category.DEAD_CODE, Category.RESOURCE

_SWALLOWED = "Every error disappears here, typing mistakes and failures of the machine included."
_CONSTANT = "The condition never changes: another operand was probably meant."
_TRANSLATION = "The text is filled in before it is looked up, so no translation is ever found."

PITFALLS = (
    Rule(
        "C901",
        _LOW,
        _SURE,
        Category.COMPLEXITY,
        "So many paths can hardly be tested or understood; mistakes hide here.",
        "Split the function: one step or case each.",
    ),
    Rule(
        "E722",
        _LOW,
        _LIKELY,
        _BUG,
        "A bare `except:` also catches `KeyboardInterrupt` and `SystemExit`.",
        "Name the exceptions, or write `except Exception:`.",
    ),
    Rule("S110", _LOW, _LIKELY, _BUG, _SWALLOWED, "Catch the narrowest type, or log the error."),
    Rule("S112", _LOW, _LIKELY, _BUG, _SWALLOWED, "Catch the narrowest type, or log the error."),
    Rule(
        "SIM115",
        _LOW,
        _SURE,
        _RESOURCE,
        "When an exception comes between opening and closing, the file stays open.",
        "Open it in a `with` statement.",
    ),
    Rule("SIM220", _MEDIUM, _SURE, _BUG, _CONSTANT, "Correct one of the operands."),
    Rule("SIM221", _MEDIUM, _SURE, _BUG, _CONSTANT, "Correct one of the operands."),
    Rule("SIM222", _MEDIUM, _LIKELY, _BUG, _CONSTANT, "Compare each operand, or remove the test."),
    Rule("SIM223", _MEDIUM, _LIKELY, _BUG, _CONSTANT, "Compare each operand, or remove the test."),
    Rule(
        "T100",
        _MEDIUM,
        _SURE,
        _BUG,
        "The program stops here and waits for a debugger.",
        "Remove the call.",
    ),
    Rule(
        "PIE794",
        _MEDIUM,
        _SURE,
        _BUG,
        "The second definition replaces the first one.",
        "Remove one, or correct its name.",
    ),
    Rule(
        "PIE796",
        _LOW,
        _LIKELY,
        _BUG,
        "The second name is an alias of the first: both compare equal.",
        "Give each member its own value.",
    ),
    Rule("INT001", _MEDIUM, _SURE, _BUG, _TRANSLATION, "Format the translated text."),
    Rule("INT002", _MEDIUM, _SURE, _BUG, _TRANSLATION, "Format the translated text."),
    Rule("INT003", _MEDIUM, _SURE, _BUG, _TRANSLATION, "Format the translated text."),
    Rule(
        "G101",
        _HIGH,
        _SURE,
        _BUG,
        "`logging` refuses an `extra` key that a record already has, with a `KeyError`.",
        "Rename the key.",
    ),
    Rule(
        "PTH210",
        _HIGH,
        _SURE,
        _BUG,
        "`with_suffix` raises a `ValueError` for a suffix without its dot.",
        "Write the suffix with a leading dot.",
    ),
    Rule(
        "RUF006",
        _MEDIUM,
        _SURE,
        _BUG,
        "The event loop keeps a weak reference only: the task may vanish before it is done, and"
        " its exception with it.",
        "Keep the task in a variable or a set until it is done, or use a `TaskGroup`.",
    ),
    Rule(
        "RUF008",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "The default is shared by all instances, or the class cannot be created.",
        "Use `field(default_factory=…)`.",
    ),
    Rule("RUF016", _HIGH, _SURE, _BUG, "The access raises a `TypeError`.", "Use a valid index."),
    Rule(
        "RUF017",
        _LOW,
        _LIKELY,
        _RESOURCE,
        "Each step copies the whole list: the time grows with the square of its length.",
        "Use `itertools.chain.from_iterable`.",
    ),
    Rule(
        "RUF018",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "With `python -O` the assertion is removed and the assignment with it.",
        "Assign first, then assert.",
    ),
    Rule(
        "RUF024",
        _MEDIUM,
        _SURE,
        _BUG,
        "All keys share one value, so a change of one is a change of all.",
        "Use a dict comprehension.",
    ),
    Rule(
        "RUF026",
        _HIGH,
        _SURE,
        _BUG,
        "The argument becomes an ordinary key, and missing keys raise a `KeyError`.",
        "Pass the factory as the first argument.",
    ),
    Rule(
        "RUF030",
        _MEDIUM,
        _SURE,
        _BUG,
        "`print` returns None, so the assertion carries no message.",
        "Give the text itself as the message.",
    ),
    Rule(
        "RUF032",
        _LOW,
        _LIKELY,
        _BUG,
        "The float is rounded before `Decimal` sees it.",
        "Pass the number as a string.",
    ),
    Rule("RUF034", _LOW, _SURE, _BUG, "Both branches are the same.", "Correct one of them."),
    Rule(
        "RUF040",
        _LOW,
        _LIKELY,
        _BUG,
        "The second operand is the message: a comparison was probably meant.",
        "Write the comparison.",
    ),
    Rule(
        "RUF049",
        _MEDIUM,
        _SURE,
        _BUG,
        "The dataclass replaces the comparison of an enum, so distinct members become equal.",
        "Remove the decorator.",
    ),
    Rule(
        "RUF068",
        _LOW,
        _SURE,
        _DEAD,
        "The name is listed twice: another one may have been meant.",
        "Remove the repeated name.",
    ),
    Rule(
        "RUF071",
        _LOW,
        _LIKELY,
        _BUG,
        "The prefix may end in the middle of a folder's name.",
        "Use `os.path.commonpath`.",
    ),
)
