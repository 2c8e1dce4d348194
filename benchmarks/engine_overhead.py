"""What the engine adds to one call: CPU of `engine.run` over the CPU of the bare SDK call.

One non-streaming question about one small file, the same prompt both ways, in the same process and
in turns, against a server in a process of its own that answers at once. Prints the ratio; the aim
is 1.3.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

AIM = 1.3
ANSWER = json.dumps(
    {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "served",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Oslo, says `norway.py`. " * 20},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 300, "completion_tokens": 120, "total_tokens": 420},
    }
).encode()
SOURCE = "".join(
    f'def capital_{number}() -> str:\n    """The capital city."""\n    return "Oslo"\n\n\n'
    for number in range(30)
)
Call = Callable[[], Awaitable[object]]


async def serve() -> None:
    """Answer everything at once; `/last` gives the last question."""
    last = b"{}"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal last
        while head := await _head(reader):
            body = await reader.readexactly(_length(head))
            asked = head[0].startswith(b"POST")
            last = body if asked else last
            answer = ANSWER if asked else last
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> list[bytes]:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).splitlines()
    except (asyncio.IncompleteReadError, ConnectionError):
        return []


def _length(head: list[bytes]) -> int:
    fields = dict(line.lower().split(b": ", 1) for line in head[1:] if line)
    return int(fields.get(b"content-length", b"0"))


async def measure(url: str, calls: int, rounds: int) -> tuple[float, float]:
    """CPU milliseconds of the bare call and of the engine's, the best of all rounds."""
    import openai

    import bandmaster
    from bandmaster import Focus, Kind, Preferences, Task

    with tempfile.TemporaryDirectory() as place:
        project = _project(Path(place), url)
        sdk = openai.AsyncOpenAI(api_key="none", base_url=url + "/v1", max_retries=0)
        async with bandmaster.open(project) as engine, sdk:

            async def asked_by_engine() -> None:
                task = Task(
                    kind=Kind.ASK,
                    instruction="What is the capital city?",
                    focus=(Focus("norway.py"),),
                    preferences=Preferences(stream=False),
                )
                async for _ in engine.run(task):
                    pass

            await asked_by_engine()
            same: Any = await asyncio.to_thread(_last, url)

            async def asked_by_sdk() -> None:
                await sdk.chat.completions.create(**same)

            await _cpu(asked_by_sdk, calls)
            await _cpu(asked_by_engine, calls)
            bare, ours = list[float](), list[float]()
            for _ in range(rounds):
                bare.append(await _cpu(asked_by_sdk, calls))
                ours.append(await _cpu(asked_by_engine, calls))
            return min(bare), min(ours)


def _project(place: Path, url: str) -> Path:
    home, project = place / "home", place / "project"
    (home / "config").mkdir(parents=True)
    project.mkdir()
    (project / "norway.py").write_text(SOURCE)
    (home / "config" / "bandmaster.toml").write_text(
        f'[providers.near]\nkind = "openai"\nbase_url = "{url}/v1"\nmodels = ["served"]\n'
    )
    os.environ["BANDMASTER_HOME"] = str(home)
    return project


def _last(url: str) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url + "/last", timeout=10) as response:
        return json.load(response)


async def _cpu(call: Call, calls: int) -> float:
    begun = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - begun) / calls * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100, help="calls in a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each kind, in turns")
    parser.add_argument("--serve", action="store_true", help="be the server; used by itself")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    program = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            bare, ours = asyncio.run(measure(url, options.calls, options.rounds))
        finally:
            server.kill()
    ratio = ours / bare
    print(f"bare SDK call  {bare:6.2f} ms CPU\nengine.run     {ours:6.2f} ms CPU")
    print(f"ratio          {ratio:6.2f}    (aim: at most {AIM})")
    return 0 if ratio <= AIM else 1


if __name__ == "__main__":
    raise SystemExit(main())
