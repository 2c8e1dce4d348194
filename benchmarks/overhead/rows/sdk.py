"""The bare `openai` SDK on its default transport, told once to try the next where one fails."""

from __future__ import annotations

from typing import Any

import openai


class Row:
    def __init__(self, url: str, body: dict[str, Any]) -> None:
        self._body = body
        self._sdk = openai.AsyncOpenAI(
            api_key="none", base_url=url + "/v1", max_retries=0, http_client=self.transport()
        )

    def transport(self) -> Any:
        return None

    async def call(self) -> None:
        await self._ask("served")

    async def stream(self, heard: Any, *, late: bool) -> None:
        chunks = await self._sdk.chat.completions.create(
            **self._body | {"model": "later" if late else "served"},
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in chunks:
            if chunk.choices and chunk.choices[0].delta.content:
                heard(chunk.choices[0].delta.content)

    async def failover(self) -> None:
        try:
            await self._ask("fails")
        except openai.APIError:
            await self._ask("served")

    async def abort(self) -> None:
        chunks = await self._sdk.chat.completions.create(
            **self._body | {"model": "endless"}, stream=True
        )
        heard = 0
        async with chunks:
            async for _ in chunks:
                heard += 1
                if heard == 3:
                    break

    async def close(self) -> None:
        await self._sdk.close()

    async def _ask(self, model: str) -> None:
        reply = await self._sdk.chat.completions.create(**self._body | {"model": model})
        assert reply.choices[0].message.content
