"""The tables: numbered files of SQL in `migrations/`, each run once, in the order of their names.

A room adds its tables with a file of its own, `NNNN_room.sql`; what was run is remembered by the
file's name, so rooms that grow side by side do not meet. A file that has been released is never
edited: the next change is the next file. The SQL must be valid on SQLite and on PostgreSQL:

- types: TEXT, BIGINT, DOUBLE PRECISION, `{bytes}`; times are TEXT in ISO 8601 (UTC); flags are
  BIGINT 0 or 1; money is BIGINT in billionths of a dollar;
- `id {serial}` is a key that counts by itself; any other key is `TEXT PRIMARY KEY` or
  `PRIMARY KEY (a, b)`;
- statements end with `;`, which stands nowhere else, nor do braces; comments are lines that
  begin with `--`;
- CREATE TABLE, CREATE INDEX, ALTER TABLE … ADD COLUMN (nullable or with a constant default),
  INSERT, UPDATE, DELETE, DROP; nothing of one database alone (STRICT, WITHOUT ROWID, PRAGMA).

The same holds for the statements of a room's code: `?` for values, `INSERT … ON CONFLICT (key)
DO UPDATE SET column = excluded.column` instead of INSERT OR REPLACE, `RETURNING id` for a new
key, every selected column in GROUP BY or in an aggregate, and `CAST(SUM(x) AS BIGINT)` where a
sum is to be a whole number.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bandmaster.store.driver import Driver

FOLDER = Path(__file__).parent / "migrations"
_REMEMBER = "INSERT INTO migration (name) VALUES (?)"


def migrate(driver: Driver, folder: Path = FOLDER) -> None:
    """Bring the tables up to date; of several processes that start at once, one does it."""
    names = sorted(path.name for path in folder.iterdir() if path.suffix == ".sql")
    if driver.migrated().issuperset(names):
        return
    driver.begin()
    try:
        done = driver.migrated()
        driver.run("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)", ())
        for name in done:  # Those of a database from before this table existed are in it, too.
            driver.run(f"{_REMEMBER} ON CONFLICT (name) DO NOTHING", (name,))
        for name in names:
            if name not in done:
                for statement in _statements(folder / name, driver.words):
                    driver.run(statement, ())
                driver.run(_REMEMBER, (name,))
    except BaseException:
        driver.rollback()
        raise
    driver.commit()


def _statements(path: Path, words: Mapping[str, str]) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    for word, meaning in words.items():
        text = text.replace(f"{{{word}}}", meaning)
    return [statement.strip() for statement in text.split(";") if statement.strip()]
