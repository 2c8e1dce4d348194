"""Models: what is said to them and the seams through which they are asked."""

from bandmaster.models.client import Endpoint, ModelClient
from bandmaster.models.messages import (
    ChatChunk,
    Done,
    Message,
    Prompt,
    Reply,
    Role,
    Stop,
    TextDelta,
)
from bandmaster.models.retry import Retrying
from bandmaster.models.tokens import estimate_tokens, estimate_usage

__all__ = [
    "ChatChunk",
    "Done",
    "Endpoint",
    "Message",
    "ModelClient",
    "Prompt",
    "Reply",
    "Retrying",
    "Role",
    "Stop",
    "TextDelta",
    "estimate_tokens",
    "estimate_usage",
]
