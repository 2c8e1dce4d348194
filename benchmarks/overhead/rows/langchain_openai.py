"""langchain-openai's ChatOpenAI with a fallback, without retries."""

from __future__ import annotations

from typing import Any

from langchain_openai import ChatOpenAI


class Row:
    def __init__(self, url: str, body: dict[str, Any]) -> None:
        self._messages = [(one["role"], one["content"]) for one in body["messages"]]

        def model(name: str) -> Any:
            return ChatOpenAI(
                model=name,
                api_key="none",  # type: ignore[arg-type]
                base_url=url + "/v1",
                max_retries=0,
                max_tokens=body["max_tokens"],
                stream_usage=True,
            )

        self._good = model("served").with_fallbacks([model("fails")])
        self._late = model("later").with_fallbacks([model("fails")])
        self._bad = model("fails").with_fallbacks([model("served")])

    async def call(self) -> None:
        await self._good.ainvoke(self._messages)

    async def stream(self, heard: Any, *, late: bool) -> None:
        async for chunk in (self._late if late else self._good).astream(self._messages):
            if chunk.content:
                heard(chunk.content)

    async def failover(self) -> None:
        await self._bad.ainvoke(self._messages)

    async def close(self) -> None:
        """Nothing to close."""
