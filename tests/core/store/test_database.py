"""The person's database: shared by processes, opened when needed, never half made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.errors import BandmasterError
from bandmaster.store import Busy, Database

TRUST = "INSERT INTO trust (root, at) VALUES (?, ?)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    place = Database(tmp_path / "deep" / "bandmaster.sqlite")
    yield place
    place.close()


def roots(database: Database) -> list[object]:
    return [row[0] for row in database.read("SELECT root FROM trust ORDER BY root", ())]


def test_nothing_is_made_before_it_is_used(database: Database) -> None:
    assert not database.path.exists()
    database.write(TRUST, ("/a", "now"))
    assert roots(database) == ["/a"]


def test_a_write_at_once_leaves_opening_and_closed_databases_to_others(database: Database) -> None:
    assert not database.try_write(TRUST, ("/a", "now"))
    database.write(TRUST, ("/b", "now"))
    assert database.try_write(TRUST, ("/c", "now"))
    database.close()
    assert not database.try_write(TRUST, ("/d", "now"))
    assert roots(database) == ["/b", "/c"]


def test_a_write_at_once_does_not_wait_for_another_process(database: Database) -> None:
    database.write(TRUST, ("/a", "now"))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not database.try_write(TRUST, ("/b", "now"))
        other.execute("ROLLBACK")
    assert database.try_write(TRUST, ("/b", "now"))


def test_doors_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    doors = [Database(tmp_path / "shared.sqlite") for _ in range(8)]
    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(lambda one: one[1].write(TRUST, (str(one[0]), "now")), enumerate(doors)))
    assert roots(doors[0]) == [str(number) for number in range(8)]
    for door in doors:
        door.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bandmaster.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(BandmasterError, match=r"bandmaster\.sqlite"):
        Database(path).write(TRUST, ("/a", "now"))


def test_a_transaction_that_raises_leaves_no_trace(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as change:
        change.execute(TRUST, (str(change.execute(TRUST, ("/a", "now")) / 0), "now"))
    with database.transaction() as change:
        assert change.execute(TRUST, ("/b", "now")) == 1
        assert change.fetch("SELECT root FROM trust", ()) == [("/b",)]
    assert roots(database) == ["/b"]


def test_what_is_read_in_a_transaction_still_holds_when_it_writes(tmp_path: Path) -> None:
    doors = [Database(tmp_path / "shared.sqlite") for _ in range(4)]
    doors[0].write(TRUST, ("/count", "0"))

    def count_up(door: Database) -> None:
        for _ in range(25):
            with door.transaction() as change:
                ((at,),) = change.fetch("SELECT at FROM trust", ())
                change.execute("UPDATE trust SET at = ?", (str(int(str(at)) + 1),))

    with ThreadPoolExecutor(len(doors)) as pool:
        list(pool.map(count_up, doors))
    assert doors[0].read("SELECT at FROM trust", ()) == [("100",)]
    for door in doors:
        door.close()


def test_a_transaction_that_may_not_wait_says_that_the_database_is_busy(database: Database) -> None:
    with pytest.raises(Busy), database.transaction(wait=False):
        pass  # Nobody has opened it yet.
    database.write(TRUST, ("/a", "now"))
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), database.transaction(wait=False):
            pass
        other.execute("ROLLBACK")
    with database.transaction(wait=False) as change:
        change.execute(TRUST, ("/b", "now"))
    assert roots(database) == ["/a", "/b"]


def test_a_wrong_statement_in_a_transaction_frees_the_database(database: Database) -> None:
    with pytest.raises(BandmasterError, match="no such table"), database.transaction() as change:
        change.execute("DELETE FROM nowhere")
    database.write(TRUST, ("/a", "now"))
    assert roots(database) == ["/a"]
