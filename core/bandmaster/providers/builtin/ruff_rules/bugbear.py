"""flake8-bugbear: code that works otherwise than it looks."""

from __future__ import annotations

from bandmaster.findings import Category, Confidence, Severity
from bandmaster.providers.builtin.rules import Rule

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_SURE, _LIKELY, _UNSURE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
_BUG, _RESOURCE = Category.BUG, Category.RESOURCE

BUGBEAR = (
    Rule(
        "B002",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "Python has no `++`: two plus signs are applied and nothing changes.",
        "Write `x += 1`.",
    ),
    Rule(
        "B003",
        _MEDIUM,
        _SURE,
        _BUG,
        "The new mapping is not the environment: child processes still see the old one.",
        "Use `os.environ.clear()` and `os.environ.update(…)`.",
    ),
    Rule(
        "B004",
        _LOW,
        _LIKELY,
        _BUG,
        "An instance attribute `__call__` makes no object callable, so the answer can be wrong.",
        "Use `callable(x)`.",
    ),
    Rule(
        "B005",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "`strip` removes any of these characters from the end, not the text as a whole.",
        "Use `removeprefix` or `removesuffix`.",
    ),
    Rule(
        "B006",
        _MEDIUM,
        _SURE,
        _BUG,
        "The default is made once and shared by all calls, so a change made by one call is seen"
        " by the next.",
        "Use `None` as the default and make the value inside the function.",
    ),
    Rule(
        "B012",
        _MEDIUM,
        _SURE,
        _BUG,
        "Leaving from `finally` silently drops an exception that is on its way.",
        "Move the statement behind the `try`.",
    ),
    Rule(
        "B014",
        _LOW,
        _SURE,
        _BUG,
        "One of the exceptions already includes the other: a different one may be meant.",
        "Remove the redundant exception, or name the one that was meant.",
    ),
    Rule(
        "B015",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "The comparison has no effect: an assignment or an `assert` was probably meant.",
        "Assign, assert, or remove it.",
    ),
    Rule(
        "B016",
        _HIGH,
        _SURE,
        _BUG,
        "Only exceptions can be raised: this is a `TypeError` at run time.",
        "Raise an exception with this value as its message.",
    ),
    Rule(
        "B017",
        _LOW,
        _LIKELY,
        _BUG,
        "The test passes for any error, also for a typing mistake in the test itself.",
        "Name the exception that is expected.",
    ),
    Rule(
        "B018",
        _LOW,
        _LIKELY,
        _BUG,
        "The expression is evaluated and its value thrown away: a call or an assignment was"
        " probably forgotten.",
        "Use the value, or remove the line.",
    ),
    Rule(
        "B019",
        _LOW,
        _LIKELY,
        _RESOURCE,
        "The cache keeps every `self` it has seen alive, so instances are never freed.",
        "Cache on the instance (`cached_property`), or in a module-level function.",
    ),
    Rule(
        "B020",
        _LOW,
        _UNSURE,
        _BUG,
        "The loop replaces the collection it walks over: after the first step the name means an"
        " element.",
        "Give the loop variable a name of its own.",
    ),
    Rule(
        "B021",
        _LOW,
        _SURE,
        _BUG,
        "An f-string is no docstring: `__doc__` stays empty.",
        "Remove the `f`, or assign `__doc__` yourself.",
    ),
    Rule(
        "B022",
        _MEDIUM,
        _SURE,
        _BUG,
        "`suppress()` without an exception suppresses nothing.",
        "Name the exceptions.",
    ),
    Rule(
        "B023",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "The function sees the variable as it is when it is called: after the loop, the last"
        " value.",
        "Bind the value as a default argument, or with `functools.partial`.",
    ),
    Rule(
        "B025",
        _MEDIUM,
        _SURE,
        _BUG,
        "The second handler can never run.",
        "Merge the handlers, or name another exception.",
    ),
    Rule(
        "B029",
        _MEDIUM,
        _SURE,
        _BUG,
        "`except ():` catches nothing at all.",
        "Name the exceptions.",
    ),
    Rule(
        "B030",
        _HIGH,
        _LIKELY,
        _BUG,
        "When an exception arrives here, the handler itself raises a `TypeError`.",
        "Name exception classes only.",
    ),
    Rule(
        "B031",
        _MEDIUM,
        _SURE,
        _BUG,
        "The group is a generator: its second use finds it empty.",
        "Make a list of the group first.",
    ),
    Rule(
        "B032",
        _MEDIUM,
        _SURE,
        _BUG,
        "This annotates and assigns nothing.",
        "Write `=` in place of `:`.",
    ),
    Rule(
        "B033",
        _LOW,
        _SURE,
        _BUG,
        "A set holds each value once: another value may have been meant.",
        "Remove the repeated value, or correct it.",
    ),
    Rule(
        "B035",
        _MEDIUM,
        _SURE,
        _BUG,
        "Every round writes the same key, so only the last value is kept.",
        "Use a key that depends on the loop variable.",
    ),
    Rule(
        "B039",
        _MEDIUM,
        _LIKELY,
        _BUG,
        "The default is one object for all contexts, so changes leak between them.",
        "Use `None` as the default and set a value in each context.",
    ),
)
