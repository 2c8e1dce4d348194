"""Our engine, the whole path: route, reserve, ask, check, settle; never from the cache."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import bandmaster
from bandmaster import Delta, Focus, Kind, Preferences, Task

SOURCE = "".join(
    f'def capital_{number}() -> str:\n    """The capital city."""\n    return "Oslo"\n\n\n'
    for number in range(30)
)


class Row:
    def __init__(self, url: str, body: dict[str, Any]) -> None:  # noqa: ARG002 - it writes its own
        self._place = tempfile.TemporaryDirectory()
        home, project = Path(self._place.name) / "home", Path(self._place.name) / "project"
        (home / "config").mkdir(parents=True)
        project.mkdir()
        (project / "norway.py").write_text(SOURCE)
        (home / "config" / "bandmaster.toml").write_text(
            "".join(
                f'[providers.{name}]\nkind = "openai"\nbase_url = "{url}/v1"\nmodels = {models}\n'
                for name, models in (("near", '["served", "later"]'), ("down", '["fails"]'))
            )
            + f'[providers.slow]\nkind = "openai"\nbase_url = "{url}/v1"\nmodels = ["endless"]\n'
            + '[models]\norder = ["near/served"]\n'
        )
        os.environ["BANDMASTER_HOME"] = str(home)
        self._engine = bandmaster.open(project)

    async def call(self) -> None:
        await self._run("near/served", stream=False)

    async def stream(self, heard: Any, *, late: bool) -> None:
        await self._run("near/later" if late else "near/served", stream=True, heard=heard)

    async def failover(self) -> None:
        await self._run("down/fails", stream=False)

    async def abort(self) -> None:
        heard = 0
        run = self._engine.run(self._task("slow/endless", stream=True))
        async for event in run:
            heard += isinstance(event, Delta)
            if heard == 3:
                break
        await run.aclose()

    async def close(self) -> None:
        await self._engine.close()
        self._place.cleanup()

    async def _run(self, model: str, *, stream: bool, heard: Any = None) -> None:
        async for event in self._engine.run(self._task(model, stream=stream)):
            if heard is not None and isinstance(event, Delta):
                heard(event.text)

    def _task(self, model: str, *, stream: bool) -> Task:
        return Task(
            kind=Kind.ASK,
            instruction="What is the capital city?",
            focus=(Focus("norway.py"),),
            preferences=Preferences(model=model, stream=stream, cache=False),
        )
