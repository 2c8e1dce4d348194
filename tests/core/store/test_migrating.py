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


FIRST_VERSION = """
    CREATE TABLE trust (root TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
    CREATE TABLE usage (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, workspace TEXT NOT NULL, task TEXT NOT NULL,
        kind TEXT NOT NULL, model TEXT NOT NULL, failure TEXT, input INTEGER NOT NULL,
        output INTEGER NOT NULL, cached INTEGER NOT NULL, estimated INTEGER NOT NULL,
        dollars TEXT, seconds REAL NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, workspace TEXT NOT NULL, client TEXT NOT NULL,
        tool TEXT NOT NULL, resources TEXT NOT NULL, decision TEXT NOT NULL, why TEXT NOT NULL,
        result TEXT NOT NULL
    ) STRICT;
    INSERT INTO trust VALUES ('/mine', 'then');
    INSERT INTO usage VALUES (7, 'then', '/p', 't', 'ask', 'a/1', NULL, 3, 2, 1, 0, '0.0028', 1.5);
    INSERT INTO usage VALUES (8, 'then', '/p', 't', 'ask', 'b/2', 'timeout', 3, 0, 0, 1, NULL, 9);
    INSERT INTO audit VALUES (3, 'then', '/p', 'cli', 'fs.read', 'a.py', 'allow', 'why', 'done');
    PRAGMA user_version=1;
"""


def test_a_database_of_the_first_version_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "bandmaster.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST_VERSION)
    with closing(Database(path)) as database:
        database.write(TRUST, ("/yours", "now"))
        roots = database.read("SELECT root FROM trust ORDER BY root", ())
        used = database.read("SELECT model, failure, input, nanos, seconds FROM usage", ())
        tools = database.read("SELECT client, tool, result FROM audit", ())
    assert roots == [("/mine",), ("/yours",)]
    assert used == [("a/1", None, 3, 2_800_000, 1.5), ("b/2", "timeout", 3, None, 9.0)]
    assert tools == [("cli", "fs.read", "done")]


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
