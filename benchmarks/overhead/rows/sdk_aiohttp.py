"""The bare `openai` SDK on its aiohttp transport."""

from __future__ import annotations

from typing import Any

import openai

from . import sdk


class Row(sdk.Row):
    def transport(self) -> Any:
        return openai.DefaultAioHttpClient()
