"""The shared database behaves as the embedded one does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from bandmaster.errors import BandmasterError, BudgetExceeded, SettingsError
from bandmaster.ledger import Ledger
from bandmaster.settings import Budget
from bandmaster.store import Busy, Database
from bandmaster.store.migrating import FOLDER
from bandmaster.tasks import Usage
from tests.core.ledger.account import Clock, planned, reserved, rows

pytestmark = pytest.mark.e2e
TRUST = "INSERT INTO trust (root, at) VALUES (?, ?)"


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "none", url)) as opened:
        yield opened


def test_doors_that_start_at_once_make_the_tables_once(url: str, tmp_path: Path) -> None:
    doors = [Database(tmp_path / "none", url) for _ in range(6)]

    def enter(number: int) -> None:
        doors[number].write(TRUST, (f"/{number}", "%s?"))

    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(enter, range(6)))
    found = doors[0].read("SELECT root FROM trust WHERE at LIKE '%s%' ORDER BY root", ())
    names = {name for (name,) in doors[0].read("SELECT name FROM migration", ())}
    for door in doors:
        door.close()
    assert [root for (root,) in found] == ["/0", "/1", "/2", "/3", "/4", "/5"]
    assert names == {path.name for path in FOLDER.iterdir()}
    assert not (tmp_path / "none").exists()


def test_what_is_read_in_a_transaction_still_holds_when_it_writes(url: str, tmp_path: Path) -> None:
    doors = [Database(tmp_path / "none", url) for _ in range(4)]
    doors[0].write(TRUST, ("/count", "0"))

    def count_up(door: Database) -> None:
        for _ in range(25):
            with door.transaction() as change:
                ((at,),) = change.fetch("SELECT at FROM trust", ())
                change.execute("UPDATE trust SET at = ?", (str(int(str(at)) + 1),))

    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(count_up, doors))
    total = doors[0].read("SELECT at FROM trust", ())
    for door in doors:
        door.close()
    assert total == [("100",)]


def test_a_transaction_that_raises_leaves_no_trace(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as change:
        change.execute(TRUST, (str(change.execute(TRUST, ("/a", "now")) / 0), "now"))
    with pytest.raises(BandmasterError, match="nowhere"), database.transaction() as change:
        change.execute("DELETE FROM nowhere")
    assert database.read("SELECT root FROM trust", ()) == []


def test_nobody_waits_for_a_server_on_an_event_loop(database: Database) -> None:
    database.write(TRUST, ("/a", "now"))
    assert not database.try_write(TRUST, ("/b", "now"))
    with pytest.raises(Busy), database.transaction(wait=False):
        pass


def test_a_server_that_went_away_is_found_again(url: str, database: Database) -> None:
    database.write(TRUST, ("/a", "now"))
    with closing(Database(Path("none"), url)) as other:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        other.read(f"{end} AND datname = current_database()", ())
    with pytest.raises(BandmasterError):
        database.read("SELECT 1", ())
    assert database.read("SELECT root FROM trust", ()) == [("/a",)]


def test_who_waited_too_long_for_a_transaction_can_go_on_later(
    url: str, database: Database
) -> None:
    database.write("SET lock_timeout = '50ms'", ())
    with closing(Database(Path("none"), url)) as other, other.transaction():
        with pytest.raises(BandmasterError, match="lock timeout"), database.transaction():
            pass
        database.write(TRUST, ("/a", "now"))
    with database.transaction() as change:
        assert change.fetch("SELECT root FROM trust") == [("/a",)]


def test_a_password_is_not_shown_where_nobody_answers(tmp_path: Path) -> None:
    nobody = Database(tmp_path / "none", "postgresql://ann:geheim@127.0.0.1:1/band")
    with pytest.raises(BandmasterError, match=r"127\.0\.0\.1/band") as refused:
        nobody.read("SELECT 1", ())
    assert "geheim" not in str(refused.value)
    assert not isinstance(refused.value, SettingsError)


async def test_a_budget_holds_across_people_and_leases_end(database: Database) -> None:
    clock = Clock()

    def opened() -> Ledger:
        budget = Budget(day=Decimal(1), project=Decimal(1), models={"a/1": Decimal(1)})
        return Ledger(database, Path("/p"), budget=budget, person="ann", clock=clock)

    async with opened().call(planned(most=60)) as call:
        call.used(Usage(output=50))
        with pytest.raises(BudgetExceeded):
            await opened().reserve(planned(most=41))
        await opened().reserve(planned(most=40))
    with pytest.raises(BudgetExceeded):
        await opened().reserve(planned(most=50))
    clock.pass_(minutes=2)
    states = await opened().budget()
    assert [(one.spent, one.reserved) for one in states] == [(Decimal("0.5"), 0)] * 3
    assert rows(database, "failure, nanos") == [(None, 500_000_000), ("lost", 0)]
    assert reserved(database) == []
