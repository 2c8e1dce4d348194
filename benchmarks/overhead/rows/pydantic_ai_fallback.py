"""pydantic-ai's agent on a FallbackModel, without retries."""

from __future__ import annotations

from typing import Any

import openai
from pydantic_ai import Agent
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


class Row:
    def __init__(self, url: str, body: dict[str, Any]) -> None:
        self._user = body["messages"][-1]["content"]
        self._sdk = openai.AsyncOpenAI(api_key="none", base_url=url + "/v1", max_retries=0)
        provider = OpenAIProvider(openai_client=self._sdk)
        models = {
            name: OpenAIChatModel(name, provider=provider) for name in ("served", "fails", "later")
        }
        said: Any = {"instructions": body["messages"][0]["content"]}
        said["model_settings"] = {"max_tokens": body["max_tokens"]}
        self._good = Agent(FallbackModel(models["served"], models["fails"]), **said)
        self._bad = Agent(FallbackModel(models["fails"], models["served"]), **said)
        self._late = Agent(FallbackModel(models["later"], models["fails"]), **said)

    async def call(self) -> None:
        await self._good.run(self._user)

    async def stream(self, heard: Any, *, late: bool) -> None:
        async with (self._late if late else self._good).run_stream(self._user) as result:
            async for text in result.stream_text(delta=True, debounce_by=None):
                heard(text)

    async def failover(self) -> None:
        await self._bad.run(self._user)

    async def close(self) -> None:
        await self._sdk.close()
