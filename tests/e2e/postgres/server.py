"""A private PostgreSQL server: its own folder, a socket instead of a port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_OWNER = "postgres"
"""Who runs the server where we are root, which it refuses to run as."""
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, where there is one."""
    found = shutil.which("pg_ctl")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return Path(found).resolve().parent if found else next(iter(places), None)


@contextmanager
def running(bin_: Path) -> Generator[str]:
    """The address of a server that runs until the block ends."""
    place = Path(tempfile.mkdtemp(prefix="bandmaster-pg-"))
    owner = _OWNER if os.geteuid() == 0 else None
    if owner:
        shutil.chown(place, owner)

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_ / program), "-D", str(place / "data"), *arguments]
        subprocess.run(
            command,
            check=True,
            timeout=60,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=owner,
            group=owner,
            extra_groups=[] if owner else None,
        )

    options = " ".join(f"-c {one}" for one in (*_QUICK, f"unix_socket_directories={place}"))
    try:
        run("initdb", "--auth=trust", "--username=band", "--no-sync", "--no-instructions")
        run(
            "pg_ctl",
            "--wait",
            "--silent",
            f"--log={place / 'log'}",
            f"--options={options}",
            "start",
        )
        yield f"postgresql://band@/postgres?host={place}"
    finally:
        if (place / "data" / "postmaster.pid").exists():
            run("pg_ctl", "--mode=immediate", "--silent", "stop")
        shutil.rmtree(place)
