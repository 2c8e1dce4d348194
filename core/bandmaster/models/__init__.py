"""Models: what is said to them and the seams through which they are asked."""

from bandmaster.models.answers import Held
from bandmaster.models.cache import Cache
from bandmaster.models.cached import Cached, Place
from bandmaster.models.calibration import Calibration
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
from bandmaster.models.structured import (
    Structured,
    WrongShape,
    answer_schema,
    ask_and_repair,
    ask_for,
    check_shape,
    read_arguments,
    read_shape,
    refuse_declined,
)
from bandmaster.models.tokens import estimate_tokens, estimate_usage
from bandmaster.models.tolerant import NotJson, Read, read_json

__all__ = [
    "REMEDIES",
    "Abilities",
    "AnswerSchema",
    "Cache",
    "Cached",
    "Calibration",
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
    "Held",
    "Listed",
    "Message",
    "Meter",
    "Metered",
    "ModelClient",
    "NotJson",
    "Place",
    "Price",
    "Prompt",
    "Read",
    "Remedy",
    "Reply",
    "Retrying",
    "Role",
    "Stop",
    "Structured",
    "TextDelta",
    "Told",
    "ToolCall",
    "ToolChoice",
    "ToolOffer",
    "ToolResult",
    "Used",
    "WrongShape",
    "answer_schema",
    "ask_and_repair",
    "ask_for",
    "check_shape",
    "estimate_tokens",
    "estimate_usage",
    "read_arguments",
    "read_json",
    "read_shape",
    "refuse_declined",
]
