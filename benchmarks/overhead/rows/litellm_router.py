"""litellm's Router with a fallback and without retries."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

litellm.suppress_debug_info = True


class Row:
    def __init__(self, url: str, body: dict[str, Any]) -> None:
        self._messages, self._tokens = body["messages"], body["max_tokens"]
        self._router = litellm.Router(
            model_list=[
                {
                    "model_name": name,
                    "litellm_params": {
                        "model": f"openai/{name}",
                        "api_base": url + "/v1",
                        "api_key": "none",
                    },
                }
                for name in ("served", "fails", "later")
            ],
            fallbacks=[{"fails": ["served"]}],
            num_retries=0,
            disable_cooldowns=True,
        )

    async def call(self) -> None:
        await self._ask("served")

    async def stream(self, heard: Any, *, late: bool) -> None:
        model = "later" if late else "served"
        chunks = await self._ask(model, stream=True, stream_options={"include_usage": True})
        async for chunk in chunks:
            if chunk.choices and chunk.choices[0].delta.content:
                heard(chunk.choices[0].delta.content)

    async def failover(self) -> None:
        await self._ask("fails")

    async def close(self) -> None:
        """Nothing to close."""

    async def _ask(self, model: str, **more: Any) -> Any:
        return await self._router.acompletion(
            model=model, messages=self._messages, max_tokens=self._tokens, **more
        )
