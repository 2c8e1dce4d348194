"""Models: what is said to them and the seams through which they are asked."""

from bandmaster.models.catalog import Catalog
from bandmaster.models.client import Describes, Endpoint, Health, ModelClient
from bandmaster.models.facts import Abilities, Facts, Listed, Price, Told
from bandmaster.models.messages import (
    AnswerSchema,
    ChatChunk,
    Done,
    Embedded,
    Gap,
    Message,
    Prompt,
    Reply,
    Role,
    Stop,
    TextDelta,
    ToolCall,
    ToolChoice,
    ToolOffer,
    ToolResult,
    Used,
)
from bandmaster.models.meter import Call, Meter, Metered
from bandmaster.models.remedies import REMEDIES, Remedy
from bandmaster.models.retry import Retrying
from bandmaster.models.tokens import estimate_tokens, estimate_usage

__all__ = [
    "REMEDIES",
    "Abilities",
    "AnswerSchema",
    "Call",
    "Catalog",
    "ChatChunk",
    "Describes",
    "Done",
    "Embedded",
    "Endpoint",
    "Facts",
    "Gap",
    "Health",
    "Listed",
    "Message",
    "Meter",
    "Metered",
    "ModelClient",
    "Price",
    "Prompt",
    "Remedy",
    "Reply",
    "Retrying",
    "Role",
    "Stop",
    "TextDelta",
    "Told",
    "ToolCall",
    "ToolChoice",
    "ToolOffer",
    "ToolResult",
    "Used",
    "estimate_tokens",
    "estimate_usage",
]
