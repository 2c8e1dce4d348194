"""Tables: each file of SQL is run once, and no older database loses anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bandmaster.store import Database
from bandmaster.store.migrating import FOLDER, migrate
from bandmaster.store.sqlite import Sqlite

TRUST = "INSERT INTO trust (root, at) VALUES (?, ?)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "migrations"
    place.mkdir()
    (place / "0001_start.sql").write_text("CREATE TABLE one (id {serial}, at TEXT NOT NULL);")
    return place


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Sqlite]:
    opened = Sqlite(tmp_path / "bandmaster.sqlite")
    opened.open()
    yield opened
    opened.close()


def test_a_file_that_a_room_adds_is_run_wherever_its_number_falls(
    driver: Sqlite, folder: Path
) -> None:
    (folder / "0005_cache.sql").write_text(
        "-- A comment; with a semicolon.\nCREATE TABLE five (a TEXT);"
    )
    migrate(driver, folder)
    (folder / "0003_health.sql").write_text("ALTER TABLE one ADD COLUMN b BIGINT;\n")
    migrate(driver, folder)
    migrate(driver, folder)
    driver.run("INSERT INTO one (at, b) VALUES (?, ?)", ("now", 1))
    driver.run("INSERT INTO five (a) VALUES (?)", ("x",))
    assert driver.migrated() == {"0001_start.sql", "0003_health.sql", "0005_cache.sql"}


def test_a_file_that_fails_leaves_no_trace(driver: Sqlite, folder: Path) -> None:
    (folder / "0002_bad.sql").write_text("CREATE TABLE two (a TEXT); CREATE TABLE one (a TEXT);")
    with pytest.raises(sqlite3.OperationalError, match="one"):
        migrate(driver, folder)
    assert driver.migrated() == set()
    (folder / "0002_bad.sql").write_text("CREATE TABLE two (a TEXT);")
    migrate(driver, folder)
    assert driver.migrated() == {"0001_start.sql", "0002_bad.sql"}


def test_a_database_from_before_the_table_of_migrations_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "bandmaster.sqlite"
    start = (FOLDER / "0001_start.sql").read_text().replace("{serial}", "INTEGER PRIMARY KEY")
    with closing(sqlite3.connect(path)) as old:
        old.executescript(start + "PRAGMA user_version=1;")
        old.execute(TRUST, ("/mine", "then"))
        old.commit()
    database = Database(path)
    database.write(TRUST, ("/yours", "now"))
    roots = database.read("SELECT root FROM trust ORDER BY root", ())
    database.close()
    assert roots == [("/mine",), ("/yours",)]


def test_an_older_database_gets_what_came_since(driver: Sqlite, folder: Path) -> None:
    driver.run("CREATE TABLE one (at TEXT)", ())
    driver.run("PRAGMA user_version=1", ())
    (folder / "0002_more.sql").write_text("ALTER TABLE one ADD COLUMN b BIGINT;")
    migrate(driver, folder)
    assert driver.migrated() == {"0001_start.sql", "0002_more.sql"}


def test_every_file_is_numbered_and_no_two_rooms_took_one_number() -> None:
    numbers = [path.name.partition("_")[0] for path in FOLDER.iterdir()]
    assert all(len(number) == 4 and number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers)
