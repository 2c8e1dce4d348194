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

__all__ = [
    "ChatChunk",
    "Done",
    "Endpoint",
    "Message",
    "ModelClient",
    "Prompt",
    "Reply",
    "Role",
    "Stop",
    "TextDelta",
]
