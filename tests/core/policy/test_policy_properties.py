"""What holds for every set of rules and every action."""

from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bandmaster.policy import Action, ActionKind, Caller, Decision, Policy, from_settings
from bandmaster.settings import Effect, Mode, PolicyRule, PolicySettings

TOOLS = ("read_file", "apply_patch", "run_tests")
NAMES = st.sampled_from(["src", "a.py", ".env", "docs", "b.MD", ".git", "x"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
GLOBS = st.one_of(
    st.none(),
    st.sampled_from(["*.py", "src/**", "/docs/", "**/a.py", "x/*", "[a-c]*", "s?c", "//w/src"]),
)
RULES = st.builds(
    PolicyRule,
    effect=st.sampled_from(Effect),
    tool=st.sampled_from(["*", *TOOLS]),
    path=GLOBS,
)
ACTIONS = st.builds(
    Action,
    tool=st.sampled_from(TOOLS),
    kind=st.sampled_from(ActionKind),
    caller=st.just(Caller(client="a test")),
    resources=st.lists(PATHS, max_size=3).map(tuple),
)
MODES = st.sampled_from(Mode)


def policy(rules: list[PolicyRule], mode: Mode) -> Policy:
    settings = PolicySettings(mode=mode, rules=tuple(rules))
    return from_settings(settings, known_tools=TOOLS, root=Path("/w"), home=Path("/h"))


@given(st.lists(RULES, max_size=6), RULES, ACTIONS, MODES)
def test_a_rule_more_that_denies_or_asks_never_loosens(
    rules: list[PolicyRule], more: PolicyRule, action: Action, mode: Mode
) -> None:
    before = policy(rules, mode).judge(action).decision
    after = policy([*rules, more], mode).judge(action).decision
    if more.effect is Effect.DENY:
        assert after >= before
    if more.effect is Effect.ASK:
        assert after >= min(before, Decision.ASK)


@given(st.lists(RULES, max_size=6), ACTIONS, MODES, st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(
    rules: list[PolicyRule], action: Action, mode: Mode, random: Random
) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)
    first, second = policy(rules, mode).judge(action), policy(shuffled, mode).judge(action)
    assert (first.decision, set(first.rules)) == (second.decision, set(second.rules))


@given(st.lists(RULES, max_size=6), ACTIONS)
def test_a_stricter_mode_never_loosens(rules: list[PolicyRule], action: Action) -> None:
    by_mode = [policy(rules, mode).judge(action).decision for mode in (Mode.TRUST, Mode.MANUAL)]
    assert by_mode[0] <= by_mode[1]


@given(st.lists(RULES, max_size=6), MODES, PATHS)
def test_nothing_ever_allows_a_write_into_the_repositorys_own_files(
    rules: list[PolicyRule], mode: Mode, path: str
) -> None:
    caller = Caller(client="a test")
    inside = Action(
        tool="apply_patch", kind=ActionKind.WRITE, caller=caller, resources=(f"{path}/.git/x",)
    )
    assert policy(rules, mode).judge(inside).decision is Decision.DENY
