"""What the workspace knows of a task's focus, as the profile tells it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import bandmaster
from bandmaster import Finished, Focus, Kind, Preferences, Profile, Route, Span, Task

KEY = "AKIA" + "QW3RTYUIOPASDFGH"
WORDS = "say what the numbers in it are for, and what is done with them in the end"
LEAK = f'client = connect(key="{KEY}")\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person with one model elsewhere, which no test asks."""
    monkeypatch.setenv("BANDMASTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package with a module that twelve others use, in git."""
    root = tmp_path / "project"
    write(root / "shop" / "__init__.py", "")
    write(root / "shop" / "prices.py", "def total(items):\n    return sum(items)\n" * 30)
    write(root / "shop" / "lonely.py", "def solo():\n    return 1\n")
    for number in range(11):
        write(root / "shop" / f"user{number}.py", "from shop.prices import total\n")
    write(root / "tests" / "test_sums.py", "from shop import (\n    prices,\n)\n")
    git(root, "init", "-q")
    commit(root)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(root: Path, *arguments: str) -> None:
    person = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *person, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "state")


def about(path: str, *, kind: Kind = Kind.EXPLAIN, model: str = "auto") -> Task:
    wish = Preferences(model=model)
    return Task(kind=kind, instruction=WORDS, focus=(Focus(path),), preferences=wish)


async def profile(root: Path, task: Task) -> Profile:
    async with bandmaster.open(root) as engine:
        return await engine.profile(task)


async def route(root: Path, task: Task) -> Route:
    async with bandmaster.open(root) as engine:
        return await engine.route(task)


def away(route: Route) -> set[str]:
    """Why models elsewhere are not asked; empty texts: they are."""
    return {one.ruled_out for one in route.candidates if one.model.startswith("openai/")}


async def test_a_fix_of_what_many_files_use_is_hard_and_must_be_good(root: Path) -> None:
    told = await profile(root, about("shop/prices.py", kind=Kind.FIX))
    assert (told.complexity.value, told.complexity.because) == (
        "hard",
        "a fix, 12 files that use it",
    )
    assert (told.quality.value, told.quality.because) == ("high", "12 files use what is changed")
    assert told.context.value == "neighbours"
    assert (told.domain.value, told.domain.because) == ("python", "the language of the focus")


async def test_that_no_test_covers_a_file_is_told(root: Path) -> None:
    told = await profile(root, about("shop/lonely.py", kind=Kind.FIX))
    assert "no test covers it" in told.complexity.because
    covered = await profile(root, about("shop/prices.py", kind=Kind.FIX))
    assert "no test covers it" not in covered.complexity.because


async def test_a_file_that_changes_often_is_harder(root: Path) -> None:
    for number in range(20):
        write(root / "shop" / "lonely.py", f"def solo():\n    return {number}\n")
        commit(root)
    told = await profile(root, about("shop/lonely.py", kind=Kind.FIX))
    assert "20 recent changes" in told.complexity.because or "21" in told.complexity.because


async def test_the_unsaved_text_is_what_counts(root: Path) -> None:
    async with bandmaster.open(root) as engine:
        before = await engine.profile(replace(about("shop/lonely.py"), instruction="say why"))
        engine.workspace.open_text("shop/lonely.py", "x = 1\n" * 900, 1)
        after = await engine.profile(about("shop/lonely.py", kind=Kind.FIX))
        engine.workspace.open_text("shop/lonely.py", LEAK, 2)
        leaking = await engine.profile(about("shop/lonely.py"))
    assert "2 lines" in before.complexity.because
    assert "900 lines" in after.complexity.because
    assert leaking.sensitivity.value == "secret"


async def test_the_lines_of_a_focus_are_those_of_its_part(root: Path) -> None:
    write(root / "long.py", "def solo():\n    return 1\n" + "x = 1\n" * 100)
    part = Task(
        kind=Kind.EXPLAIN, instruction="why?", focus=(Focus("long.py", Span.of(3, 1, 8, 1)),)
    )
    assert "5 lines" in (await profile(root, part)).complexity.because
    named = Task(kind=Kind.EXPLAIN, instruction="why?", focus=(Focus("long.py", symbol="solo"),))
    assert "2 lines" in (await profile(root, named)).complexity.because


async def test_outside_git_users_are_found_all_the_same(tmp_path: Path) -> None:
    for number in range(10):
        write(tmp_path / "plain" / f"user{number}.py", "import prices\n")
    write(tmp_path / "plain" / "prices.py", "def total(): ...\n")
    told = await profile(tmp_path / "plain", about("prices.py", kind=Kind.FIX))
    assert "10 files that use it" in told.complexity.because


async def test_what_is_not_there_is_no_error(root: Path) -> None:
    told = await profile(root, about("gone.py"))
    assert told.domain.because == "the name 'gone.py'"


async def test_without_a_focus_the_words_alone_are_judged(root: Path) -> None:
    task = Task(kind=Kind.ASK, instruction="how are tokens and passwords parsed?")
    assert (await profile(root, task)).sensitivity.because == "the words 'passwords'"
    assert away(await route(root, task)) == {""}


async def test_a_secret_in_the_focus_stays_on_this_machine(root: Path) -> None:
    write(root / "shop" / "leak.py", LEAK)
    told = await profile(root, about("shop/leak.py"))
    assert told.sensitivity.because == "a secret was found in the focus"
    chosen = await route(root, about("shop/leak.py"))
    assert chosen.links == ("builtin",)
    assert away(chosen) == {"not on this machine, and the task holds secrets"}


async def test_a_secret_anywhere_in_a_folder_counts(root: Path) -> None:
    assert away(await route(root, about("shop"))) == {""}
    write(root / "shop" / "leak.py", LEAK)
    assert "builtin" in (chosen := await route(root, about("shop"))).links
    assert away(chosen) == {"not on this machine, and the task holds secrets"}


async def test_a_file_of_secrets_in_a_folder_is_not_sent_and_so_does_not_count(root: Path) -> None:
    write(root / "shop" / ".env", f"KEY={KEY}\n")
    assert away(await route(root, about("shop"))) == {""}


async def test_whoever_names_a_model_may_send_it_a_secret(root: Path) -> None:
    write(root / "shop" / "leak.py", LEAK)
    auto = await route(root, about("shop/leak.py"))
    name = next(one.model for one in auto.candidates if one.model.startswith("openai/"))
    assert (await route(root, about("shop/leak.py", model=name))).links[0] == name


async def test_the_outcome_tells_what_the_task_was_taken_for(root: Path) -> None:
    async with bandmaster.open(root) as engine:
        task = about("shop/prices.py", model="builtin")
        events = [event async for event in engine.run(task)]
    assert isinstance(events[-1], Finished)
    assert ("context", "neighbours", "12 files that use it") in events[-1].outcome.profile


@pytest.mark.parametrize(
    "path", ["a\0b.py", "\ud800.py", "../beyond.py", ":(exclude)x.py", "x" * 500]
)
async def test_a_place_that_cannot_be_is_no_error_of_the_analysis(root: Path, path: str) -> None:
    assert (await profile(root, about(path))).complexity.value == "usual"


async def test_a_pool_that_is_not_all_here_gets_no_secret(
    root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        home / "config" / "bandmaster.toml",
        '[pools.both]\nmembers = ["openai/gpt-5", "openai/gpt-5-mini"]\n'
        '[providers.openai]\nkind = "openai"\nmodels = ["gpt-5", "gpt-5-mini"]\n',
    )
    assert "pool/both" in (await route(root, about("shop/prices.py"))).links
    write(root / "shop" / "leak.py", LEAK)
    assert (await route(root, about("shop/leak.py"))).links == ("builtin",)
