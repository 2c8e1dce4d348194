"""How many tokens a text will be: an estimate without any vocabulary, for budgets and for servers
that do not count.

On source code the median error against a real tokenizer is 5 %, and one text in ten is off by more
than 13 %.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from bandmaster.models.messages import Message, Prompt
from bandmaster.tasks import Usage

_PIECE = re.compile(r"[A-Za-z]{1,8}|\d{1,3}|[^\sA-Za-z\d]{1,8}|\n{1,8}|[ \t]{2,8}")
_PIECES_PER_TOKEN = 1.16
_LETTERS_PER_TOKEN = 8
_MESSAGE_OVERHEAD = 4
"""Tokens that a chat format spends on the frame of one message."""


@lru_cache(maxsize=64)  # The same files are packed, framed and learned from again and again.
def estimate_tokens(text: str) -> int:
    """About how many tokens `text` is; 0 only for an empty text."""
    if not text:
        return 0
    # Dense data (base64, minified code) has few pieces but no fewer tokens than this.
    floor = len(text) // _LETTERS_PER_TOKEN
    return max(1, floor, round(len(_PIECE.findall(text)) / _PIECES_PER_TOKEN))


def estimate_usage(prompt: Prompt, text: str) -> Usage:
    """What a call took when the server did not say: also for an answer that broke off."""
    asked = sum(_message(one) + _MESSAGE_OVERHEAD for one in prompt.messages)
    for tool in prompt.tools:
        asked += estimate_tokens(tool.name + tool.description + json.dumps(tool.parameters))
    if prompt.schema is not None:
        asked += estimate_tokens(json.dumps(prompt.schema.schema))
    return Usage(input=asked, output=estimate_tokens(text), estimated=True)


def _message(message: Message) -> int:
    """What a message says, the calls of tools and their results included."""
    said = estimate_tokens(message.text)
    for call in message.calls:
        said += estimate_tokens(call.name + call.arguments)
    return said + sum(estimate_tokens(one.text) for one in message.results)
