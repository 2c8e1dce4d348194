"""The board of health: what one process learns of an endpoint, the others know."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bandmaster.errors import Failure
from bandmaster.routing import CircuitState, HealthBoard, Ruling
from bandmaster.routing.circuits.breaker import FIRST_REST
from bandmaster.store import Database
from tests.fakes.clocks import Clock

DOWN = Failure.OVERLOAD


class Doors:
    """Several boards on one database, as several processes have them, with one clock."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.path = path
        self.databases: list[Database] = []

    def open(self) -> HealthBoard:
        self.databases.append(Database(self.path))
        return HealthBoard(self.databases[-1], clock=self.clock)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    made = Doors(tmp_path / "bandmaster.sqlite")
    yield made
    for database in made.databases:
        database.close()


async def fail(board: HealthBoard, name: str, times: int = 3) -> None:
    for _ in range(times):
        board.record(name, DOWN, 0.1)
    await board.close()


async def test_what_one_door_learns_the_others_know(doors: Doors) -> None:
    mine, yours = doors.open(), doors.open()
    await yours.refresh()
    await fail(mine, "a/1")
    assert yours.admits("a/1").ok  # It looks once a second.
    doors.clock.now += 1
    await yours.refresh()
    ruling = yours.admits("a/1")
    assert ruling.failure is DOWN
    assert ruling.why.startswith("circuit open until ")
    assert ruling.why.endswith(", after overload")
    assert yours.admits("b/2").ok


async def test_failures_of_several_doors_add_up(doors: Doors) -> None:
    boards = [doors.open() for _ in range(3)]
    for board in boards:
        await fail(board, "a/1", times=1)
    assert not boards[2].admits("a/1").ok


async def test_answers_are_counted_before_a_failure_that_is_written(doors: Doors) -> None:
    mine, yours = doors.open(), doors.open()
    for _ in range(4):
        mine.record("a/1", None, 0.1)
    await fail(yours, "a/1", times=2)
    await fail(mine, "a/1", times=1)
    doors.clock.now += 1
    await yours.refresh()
    assert yours.admits("a/1").ok  # Three of seven failed.


async def test_after_its_rest_one_call_of_all_doors_tries_it(doors: Doors) -> None:
    boards = [doors.open() for _ in range(4)]
    await fail(boards[0], "a/1")
    doors.clock.now += FIRST_REST
    for board in boards:
        await board.refresh()
    rulings = await asyncio.gather(*(board.claim("a/1") for board in boards for _ in range(3)))
    assert [one.ok for one in rulings].count(True) == 1
    refused = next(one for one in rulings if not one.ok)
    assert refused == Ruling("circuit half open: another call tries it, after overload", DOWN)


async def test_the_answer_of_the_one_that_tried_opens_the_way_for_all(doors: Doors) -> None:
    mine, yours = doors.open(), doors.open()
    await fail(mine, "a/1")
    doors.clock.now += FIRST_REST
    assert (await mine.claim("a/1")).ok
    doors.clock.now += 2
    mine.record("a/1", None, 2.0)
    await mine.close()
    await yours.refresh()
    assert (await yours.claim("a/1")).ok
    assert yours.snapshot(["a/1"])[0].state is CircuitState.CLOSED


async def test_claiming_a_closed_circuit_asks_no_database(tmp_path: Path) -> None:
    board = HealthBoard(Database(tmp_path / "never" / "made.sqlite"))
    assert (await board.claim("a/1")).ok
    assert not (tmp_path / "never").exists()


async def test_an_answer_writes_nothing_until_there_are_many_or_the_door_closes(
    doors: Doors,
) -> None:
    mine, reader = doors.open(), Database(doors.path)
    await mine.refresh()
    for _ in range(49):
        mine.record("a/1", None, 0.2)
    doors.clock.now += 1
    await mine.refresh()
    assert reader.read("SELECT * FROM health", ()) == []
    await mine.close()
    assert reader.read("SELECT good, bad FROM health", ()) == [(49.0, 0.0)]
    reader.close()


async def test_a_failure_is_written_at_once(doors: Doors) -> None:
    mine, reader = doors.open(), Database(doors.path)
    mine.record("a/1", DOWN, 0.2)
    async with asyncio.timeout(30):
        while not reader.read("SELECT bad FROM health", ()):
            await asyncio.sleep(0)
    reader.close()
    await mine.close()


async def test_what_is_measured_adds_up_over_doors_and_fades(doors: Doors) -> None:
    mine, yours = doors.open(), doors.open()
    for board, seconds in ((mine, 1.0), (yours, 3.0)):
        board.record("a/1", None, seconds)
        await board.close()
    await fail(yours, "a/1", times=2)
    (health,) = yours.snapshot(["a/1"])
    assert (round(health.calls, 3), round(health.answered, 3)) == (4, 0.5)
    assert health.seconds == pytest.approx(2.0)
    doors.clock.now += 2 * 86_400
    yours.record("a/1", None, 1.0)
    assert yours.snapshot(["a/1"])[0].calls == pytest.approx(3.0)


async def test_endpoints_of_one_name_are_told_apart_and_builtin_has_none(tmp_path: Path) -> None:
    database = Database(tmp_path / "db.sqlite")
    here = HealthBoard(database, lambda name: "" if name == "builtin" else f"{name} at x")
    there = HealthBoard(database, lambda name: f"{name} at y")
    await fail(here, "a/1")
    await fail(here, "builtin")
    await there.refresh()
    assert there.admits("a/1").ok
    assert here.admits("builtin").ok
    assert [one.name for one in here.snapshot(["a/1", "builtin"])] == ["a/1"]
    database.close()


async def test_a_broken_database_is_told_of_once_and_the_circuit_works_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "db.sqlite"
    path.write_text("this is no database, and long enough to be looked at" * 9)
    clock = Clock()
    board = HealthBoard(Database(path), clock=clock)
    await board.refresh()
    await fail(board, "a/1")
    clock.now += 2
    await board.refresh()
    assert not board.admits("a/1").ok
    clock.now += FIRST_REST
    rulings = await asyncio.gather(board.claim("a/1"), board.claim("a/1"))
    assert [one.ok for one in rulings] == [True, False]
    assert len(caplog.records) == 1
    assert "not shared" in caplog.text


PROGRAM = """
import asyncio, sys
from pathlib import Path
from bandmaster.errors import Failure
from bandmaster.routing import HealthBoard
from bandmaster.store import Database

async def main():
    database = Database(Path(sys.argv[1]))
    late = float(sys.argv[2])
    import time
    board = HealthBoard(database, clock=lambda: time.time() + late)
    await board.refresh()
    print("ready", flush=True)
    sys.stdin.readline()
    if late:
        claims = await asyncio.gather(*(board.claim("a/1") for _ in range(8)))
        print(sum(one.ok for one in claims), flush=True)
    else:
        board.record("a/1", Failure.CONNECTION, 0.1)
        await board.close()
        print(0, flush=True)
    database.close()

asyncio.run(main())
"""


def together(path: Path, late: float, count: int) -> list[int]:
    """What `count` processes say that all begin at once."""
    command = [sys.executable, "-c", PROGRAM, str(path), str(late)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [int(one.communicate(timeout=60)[0]) for one in started]


def test_of_many_processes_one_opens_it_together_and_one_call_tries_it(tmp_path: Path) -> None:
    path = tmp_path / "bandmaster.sqlite"
    together(path, 0.0, 4)
    database = Database(path)
    assert database.read("SELECT bad FROM health", ())[0][0] == pytest.approx(4.0, abs=0.01)
    database.close()
    assert sorted(together(path, FIRST_REST + 5, 4)) == [0, 0, 0, 1]
