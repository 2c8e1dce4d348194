"""Judging: the strictest rule wins, defaults ask, protected paths stay protected."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandmaster.errors import SettingsError
from bandmaster.policy import Action, ActionKind, Caller, Decision, Policy, from_settings
from bandmaster.settings import Effect, Mode, PolicyRule, PolicySettings

ROOT, HOME = Path("/home/me/shop"), Path("/home/me")
TOOLS = ("read_file", "apply_patch", "run_tests")
ALLOW, ASK, DENY = Effect.ALLOW, Effect.ASK, Effect.DENY


def rule(effect: Effect, path: str | None = None, tool: str = "*", why: str = "") -> PolicyRule:
    return PolicyRule(effect=effect, tool=tool, path=path, why=why)


def policy(*rules: PolicyRule, mode: Mode = Mode.TRUST) -> Policy:
    settings = PolicySettings(mode=mode, rules=rules)
    return from_settings(settings, known_tools=TOOLS, root=ROOT, home=HOME)


def action(kind: str, *paths: str, tool: str = "apply_patch") -> Action:
    caller = Caller(client="a test")
    return Action(tool=tool, kind=ActionKind(kind), caller=caller, resources=paths)


def decision(judge: Policy, kind: str, *paths: str, tool: str = "apply_patch") -> Decision:
    return judge.judge(action(kind, *paths, tool=tool)).decision


@pytest.mark.parametrize("kind", [kind for kind in ActionKind if kind is not ActionKind.READ])
def test_everything_but_reading_asks_where_no_rule_speaks(kind: ActionKind) -> None:
    assert decision(policy(), kind, "src/a.py") is Decision.ASK


def test_reading_is_allowed_where_no_rule_speaks() -> None:
    assert decision(policy(), "read", "src/a.py") is Decision.ALLOW


@pytest.mark.parametrize(
    "path",
    ".env .env.local a/.ENV prod.env server.pem id_rsa keys/id_ed25519 secrets/db.txt"
    " .git/config .aws/x credentials.json infra/x.tfvars secrets/.env.example".split(),
)
def test_a_file_that_looks_like_a_secret_is_asked_about(path: str) -> None:
    assert decision(policy(), "read", path) is Decision.ASK


@pytest.mark.parametrize("path", [".env.example", "id_rsa.pub", "src/secrets.py", "monkey.py"])
def test_an_example_or_code_with_such_a_name_is_no_secret(path: str) -> None:
    assert decision(policy(), "read", path) is Decision.ALLOW


def test_an_allow_rule_may_open_a_secret() -> None:
    assert decision(policy(rule(ALLOW, "/.env")), "read", ".env") is Decision.ALLOW


def test_the_strictest_of_all_matching_rules_wins() -> None:
    judge = policy(rule(ALLOW, "src/"), rule(DENY, "*.lock", why="made by a program"))
    verdict = judge.judge(action("write", "src/uv.lock"))
    assert (verdict.decision, verdict.why) == (Decision.DENY, "made by a program")
    assert [one.line for one in verdict.rules] == ["settings deny * *.lock"]


def test_one_strict_path_makes_the_whole_action_strict() -> None:
    judge = policy(rule(ALLOW, "src/"), rule(DENY, "src/gen/"))
    assert decision(judge, "write", "src/a.py", "src/gen/b.py") is Decision.DENY
    assert decision(judge, "write", "src/a.py", "other.py") is Decision.ASK


@pytest.mark.parametrize(
    "path",
    ".git/hooks/pre-commit sub/.git/config .GIT/x .git./x git~1/config"
    " .git::$INDEX_ALLOCATION/x bandmaster.toml".split(),
)
@pytest.mark.parametrize("kind", ["write", "delete", "move"])
def test_the_repositorys_and_the_policys_own_files_are_never_written(kind: str, path: str) -> None:
    assert decision(policy(rule(ALLOW)), kind, path) is Decision.DENY


@pytest.mark.parametrize(
    "path", ".vscode/tasks.json .husky/pre-push .mcp.json a/.bashrc shop.code-workspace".split()
)
def test_no_allow_rule_covers_what_other_programs_run(path: str) -> None:
    judge = policy(rule(ALLOW), rule(ALLOW, "**"))
    assert decision(judge, "write", path) is Decision.ASK
    assert decision(judge, "write", "src/a.py") is Decision.ALLOW


def test_mode_manual_asks_for_writes_and_programs_that_a_rule_allows() -> None:
    judge = policy(rule(ALLOW), mode=Mode.MANUAL)
    assert decision(judge, "write", "a.py") is Decision.ASK
    assert decision(judge, "exec", "a.py", tool="run_tests") is Decision.ASK
    assert decision(judge, "read", ".env") is Decision.ALLOW


@pytest.mark.parametrize("kind", [kind for kind in ActionKind if kind is not ActionKind.READ])
def test_mode_plan_denies_all_but_reading(kind: ActionKind) -> None:
    judge = policy(rule(ALLOW), mode=Mode.PLAN)
    assert decision(judge, kind, "a.py") is Decision.DENY
    assert decision(judge, "read", "a.py") is Decision.ALLOW


def test_a_tool_is_denied_outright_only_by_a_rule_for_all_its_paths() -> None:
    judge = policy(rule(DENY, tool="run_tests"), rule(DENY, "a.py", tool="apply_patch"))
    assert judge.denies_outright("run_tests", reads=False)
    assert not judge.denies_outright("apply_patch", reads=False)
    plan = policy(mode=Mode.PLAN)
    assert plan.denies_outright("apply_patch", reads=False)
    assert not plan.denies_outright("read_file", reads=True)


@pytest.mark.parametrize(
    ("path", "covered", "left"),
    [
        ("*.py", "a.py deep/down/b.py B.PY", "a.pyc"),
        ("/src", "src src/a/b.py", "lib/src/a.py"),
        ("docs/*.md", "docs/a.md x/docs/b.md", "docs/a/b.txt"),
        ("a/**/b.py", "a/b.py a/x/y/b.py z/a/b.py", "a/xb.py"),
        ("//home/me/shop/src/", "src/a.py", "other/src/a.py"),
        ("~/shop/x", "x x/y", "a/x"),
        ("[ab]?.txt", "a1.txt d/b2.txt", "c1.txt a/.txt"),
        ("[!a]*.txt", "b.txt", "a.txt"),
    ],
)
def test_a_rule_that_denies_covers_any_depth_and_all_below(
    path: str, covered: str, left: str
) -> None:
    judge = policy(rule(DENY, path))
    assert {decision(judge, "read", one) for one in covered.split()} == {Decision.DENY}
    assert {decision(judge, "read", one) for one in left.split()} == {Decision.ALLOW}


@pytest.mark.parametrize(
    ("path", "covered", "left"),
    [
        ("*.py", "a.py", "deep/b.py A.PY"),
        ("src/", "src/a/b.py", "lib/src/a.py srcx"),
        ("src/*", "src/a.py", "src/a/b.py"),
        ("src/**", "src/a/b.py", "other"),
        ("**/*.md", "a.md x/y/b.md", "a.py"),
        ("**", "a b/c", ""),
    ],
)
def test_a_rule_that_allows_counts_from_the_root_and_covers_folders_only_if_it_says_so(
    path: str, covered: str, left: str
) -> None:
    judge = policy(rule(ALLOW, path))
    assert {decision(judge, "write", one) for one in covered.split()} == {Decision.ALLOW}
    assert {decision(judge, "write", one) for one in left.split()} <= {Decision.ASK}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (rule(DENY, tool="read_fil"), "rule 1: tool 'read_fil' is not known; did you mean 'read_"),
        (rule(DENY, ""), "is empty"),
        (rule(DENY, "!a"), "starts with '!'"),
        (rule(DENY, "*.{pem,key}"), "braces"),
        (rule(DENY, "../x"), "can never match"),
        (rule(DENY, "[z-a]"), "is not a gitignore pattern"),
        (rule(ALLOW, ".git/"), "protected path"),
        (rule(ALLOW, "**/bandmaster.toml"), "protected path"),
    ],
)
def test_a_rule_that_can_never_do_its_work_is_refused_as_it_is_loaded(
    written: PolicyRule, told: str
) -> None:
    with pytest.raises(SettingsError, match=r"policy\.rules, rule 1") as caught:
        policy(written)
    assert told in str(caught.value)


def test_a_pattern_full_of_stars_does_not_make_judging_slow() -> None:
    judge = policy(rule(DENY, "*a*a*a*a*a*a*a*a*a*a*b"))
    assert decision(judge, "read", "a" * 4000) is Decision.ALLOW
