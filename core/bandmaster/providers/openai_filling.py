"""Embeddings, and filling in the middle in the three ways that servers know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from operator import itemgetter
from typing import cast

from bandmaster.models import Embedded, Gap, Stop
from bandmaster.providers.openai_chat import stop_of, usage_of
from bandmaster.providers.openai_dialect import Json, is_mistral
from bandmaster.providers.wire import Piece, as_count, as_text
from bandmaster.tasks import Usage

Post = Callable[[str, Json], Awaitable[Json]]
"""Sends a body to a path and gives the body of the answer."""

_AT_ONCE = 512
"""Texts in one request; OpenAI takes 2048, others fewer."""


class Filling(StrEnum):
    """How a server is asked to fill a gap: the path is the way."""

    FIM = "/fim/completions"
    """Mistral."""
    SUFFIX = "/completions"
    """OpenAI's older interface with a `suffix`: also DeepSeek, Ollama and LM Studio."""
    INFILL = "/infill"
    """llama.cpp, at the root of the server."""


def filling_of(url: str) -> Filling:
    """The way to try first at `url`."""
    return Filling.FIM if is_mistral(url) else Filling.SUFFIX


async def fill(post: Post, way: Filling, model: str, gap: Gap) -> Piece:
    """What belongs into `gap`."""
    if way is Filling.INFILL:
        return _infilled(await post(way, _infill(model, gap)))
    return _filled(await post(way, _completion(model, gap)))


async def embed(post: Post, model: str, texts: list[str]) -> Embedded:
    """A vector for each text, in their order."""
    vectors: list[tuple[float, ...]] = []
    usage, served = Usage(), model
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        asked: Json = {"model": model, "input": some, "encoding_format": "float"}
        reply = await post("/embeddings", asked)
        rows = sorted(cast("list[Json]", reply["data"]), key=itemgetter("index"))
        vectors += [tuple(map(float, row["embedding"])) for row in rows]
        usage += usage_of(reply.get("usage")) or Usage()
        served = as_text(reply.get("model")) or served
    return Embedded(tuple(vectors), usage, served)


def _completion(model: str, gap: Gap) -> Json:
    asked: Json = {
        "model": model,
        "prompt": gap.before,
        "suffix": gap.after,
        "max_tokens": gap.output_tokens,
    }
    return asked | ({"stop": list(gap.stops)} if gap.stops else {})


def _filled(reply: Json) -> Piece:
    choice = reply["choices"][0]
    text = choice["message"]["content"] if "message" in choice else choice["text"]
    return Piece(
        text=as_text(text),
        stop=stop_of(choice.get("finish_reason")),
        usage=usage_of(reply.get("usage")),
        model=as_text(reply.get("model")),
    )


def _infill(model: str, gap: Gap) -> Json:
    return {
        "model": model,
        "input_prefix": gap.before,
        "input_suffix": gap.after,
        "n_predict": gap.output_tokens,
        "stop": list(gap.stops),
    }


def _infilled(reply: Json) -> Piece:
    cut = reply.get("stop_type") == "limit" or bool(reply.get("stopped_limit"))
    return Piece(
        text=as_text(reply["content"]),
        stop=Stop.LENGTH if cut else Stop.END,
        usage=Usage(as_count(reply.get("tokens_evaluated")), as_count(reply["tokens_predicted"])),
        model=as_text(reply.get("model")),
    )
