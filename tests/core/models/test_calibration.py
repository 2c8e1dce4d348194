"""Calibration: what calls teach of a model's tokenizer, what they do not, and who shares it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bandmaster.models import Calibration, Message, Prompt, Role, estimate_usage
from bandmaster.store import Database
from bandmaster.tasks import Usage

MODEL = "x/zork"
PROMPT = Prompt(
    messages=(Message(Role.USER, "def add(a, b):\n    return a + b\n" * 60),), output_tokens=100
)
ESTIMATE = estimate_usage(PROMPT, "").input


def counted(ratio: float) -> Usage:
    return Usage(input=round(ESTIMATE * ratio), output=10)


def taught(calibration: Calibration, ratio: float, times: int) -> Calibration:
    for _ in range(times):
        calibration.learn(MODEL, PROMPT, counted(ratio))
    return calibration


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.35, 2.0])
def test_it_comes_to_what_the_model_counts(ratio: float) -> None:
    calibration = taught(Calibration(), ratio, 400)
    assert calibration.ratio(MODEL) == pytest.approx(ratio, rel=0.05)
    assert calibration.tokens(MODEL, 1000) == pytest.approx(1000 * ratio, rel=0.05)
    assert calibration.estimate(MODEL, 1000) == pytest.approx(1000 / ratio, rel=0.05)


def test_noise_averages_out() -> None:
    rng = random.Random(7)
    calibration = Calibration()
    for _ in range(400):
        calibration.learn(MODEL, PROMPT, counted(1.3 * rng.lognormvariate(0, 0.15)))
    assert calibration.ratio(MODEL) == pytest.approx(1.3, rel=0.08)


def test_little_evidence_stays_near_what_is_known_of_the_family() -> None:
    once = taught(Calibration(), 1.3, 1)
    assert 1.05 < once.ratio(MODEL) < 1.15
    assert Calibration().ratio(MODEL) == 1.0
    assert Calibration().ratio("anthropic/claude-sonnet-5-5") == pytest.approx(1.3)


def test_one_wild_count_moves_it_little() -> None:
    calibration = taught(Calibration(), 1.2, 20)
    before = calibration.ratio(MODEL)
    calibration.learn(MODEL, PROMPT, counted(40))
    assert calibration.ratio(MODEL) == pytest.approx(before, rel=0.03)
    assert taught(Calibration(), 40, 1).ratio(MODEL) < 1.2


def test_old_counts_fade_when_a_model_changes_its_tokenizer() -> None:
    calibration = taught(taught(Calibration(), 1.0, 400), 1.35, 800)
    assert calibration.ratio(MODEL) == pytest.approx(1.35, rel=0.08)


@pytest.mark.parametrize(
    ("prompt", "usage"),
    [
        (PROMPT, Usage(input=5000, estimated=True)),
        (PROMPT, Usage()),
        (Prompt(messages=(Message(Role.USER, "hi"),), output_tokens=5), Usage(input=90)),
    ],
    ids=["an estimate", "no count", "a prompt that is mostly frame"],
)
def test_nothing_is_learned_from(prompt: Prompt, usage: Usage) -> None:
    calibration = Calibration()
    calibration.learn(MODEL, prompt, usage)
    assert (calibration.ratio(MODEL), calibration.weight(MODEL)) == (1.0, 0.0)


async def test_it_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    first = Calibration(Database(path))
    await first.ready()
    await taught(first, 1.5, 10).close()
    second = Calibration(Database(path))
    assert second.ratio(MODEL) == 1.0
    await second.ready()
    assert second.ratio(MODEL) == pytest.approx(first.ratio(MODEL))
    assert second.weight(MODEL) == pytest.approx(first.weight(MODEL))


async def test_processes_share_what_they_learn(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite"
    one, two = Calibration(Database(path)), Calibration(Database(path))
    await one.ready()
    await two.ready()
    await taught(one, 1.5, 10).close()
    await taught(two, 1.5, 10).close()
    third = Calibration(Database(path))
    await third.ready()
    assert third.weight(MODEL) == two.weight(MODEL) > one.weight(MODEL)
    assert third.ratio(MODEL) == two.ratio(MODEL) > one.ratio(MODEL)


async def test_it_is_written_in_batches_and_at_the_end(tmp_path: Path) -> None:
    database = Database(tmp_path / "db.sqlite")
    calibration = Calibration(database)
    await calibration.ready()
    taught(calibration, 1.5, 15)
    assert database.read("SELECT model FROM calibration", ()) == []
    taught(calibration, 1.5, 1)
    assert database.read("SELECT model FROM calibration", ()) == [(MODEL,)]
    await calibration.close()
    await calibration.close()


async def test_what_is_written_counts_each_call_once(tmp_path: Path) -> None:
    shared = Calibration(Database(tmp_path / "b.db"))
    await shared.ready()
    alone = taught(Calibration(), 1.4, 16)
    taught(shared, 1.4, 16)
    assert shared.weight(MODEL) == pytest.approx(alone.weight(MODEL))
    assert shared.ratio(MODEL) == pytest.approx(alone.ratio(MODEL))
    await shared.close()


async def test_a_database_that_cannot_be_used_takes_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite").mkdir()
    calibration = Calibration(Database(tmp_path / "db.sqlite"))
    await calibration.ready()
    taught(calibration, 1.5, 40)
    await calibration.close()
    assert calibration.ratio(MODEL) > 1.3
