"""A value of a given type is asked for, checked, and asked for once more with the precise error."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, ConfigDict, Field

from bandmaster.errors import Failure, ModelRefused, ModelUnavailable
from bandmaster.models import (
    Message,
    Prompt,
    Role,
    Stop,
    ToolCall,
    WrongShape,
    answer_schema,
    ask_for,
    read_arguments,
)
from bandmaster.providers.openai_dialect import permits_strict
from tests.fakes.conversation import TURN, Recites

PROMPT = Prompt(messages=(Message(Role.USER, "who?"),), output_tokens=100)


class Player(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    age: int | None = None


class Band(BaseModel):
    players: list[Player]
    place: str = "here"


GOOD = json.dumps({"players": [{"name": "Ann", "age": 3}]})


async def test_a_value_is_asked_for_with_its_schema() -> None:
    model = Recites(GOOD)
    done = await ask_for(model, PROMPT, Band)
    assert done.value == Band(players=[Player(name="Ann", age=3)])
    assert (done.notes, done.usage) == ((), TURN)
    assert model.prompts[0].schema == answer_schema(Band)


async def test_what_had_to_be_forgiven_is_told() -> None:
    done = await ask_for(Recites(f"```json\n{GOOD[:-1]},}}\n```"), PROMPT, Band)
    assert done.notes == ("the answer was not plain JSON (a code fence, trailing commas)",)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ('{"players": [{"age": 3}]}', "'players.0.name' is missing"),
        ('{"players": [{"name": "Ann", "age": "x"}]}', "'players.0.age': input should be a valid"),
        ('{"players": [{"name": "Ann", "wage": 3}]}', "'players.0.wage' is not an argument"),
        ("[]", "'the value': input should be a valid dictionary"),
        ('{"players": [', "it ends in the middle at line 1 column 14"),
    ],
)
async def test_a_wrong_value_is_put_right_in_one_more_turn(bad: str, told: str) -> None:
    model = Recites(bad, GOOD)
    done = await ask_for(model, PROMPT, Band)
    assert done.value.players[0].name == "Ann"
    assert done.usage == TURN + TURN
    assert done.notes[0].startswith("the answer was repaired once: ")
    first, said, complaint = model.prompts[1].messages
    assert (first, said) == (PROMPT.messages[0], Message(Role.ASSISTANT, bad))
    assert told in complaint.text


async def test_a_second_wrong_value_is_for_the_next_model() -> None:
    with pytest.raises(ModelUnavailable, match="unusable answer") as caught:
        await ask_for(Recites("no", "never", GOOD), PROMPT, Band)
    assert caught.value.failure is Failure.MALFORMED


async def test_an_answer_that_was_cut_or_declined_is_not_repaired() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await ask_for(Recites(GOOD, stop=Stop.LENGTH), PROMPT, Band)
    assert caught.value.failure is Failure.TRUNCATED
    with pytest.raises(ModelRefused):
        await ask_for(Recites(GOOD, stop=Stop.REFUSAL), PROMPT, Band)


def test_a_server_may_hold_a_model_to_the_schema_in_its_strict_mode() -> None:
    schema = answer_schema(Band)
    assert schema.name == "band"
    assert permits_strict(schema.schema)
    assert schema.schema["required"] == ["players", "place"]


def test_arguments_of_a_tool_are_read_and_checked_the_same_way() -> None:
    call = ToolCall("1", "hire", "{'name': 'Ann',}")
    assert read_arguments(call, Player) == Player(name="Ann")
    with pytest.raises(WrongShape) as caught:
        read_arguments(ToolCall("2", "hire", ""), Player)
    assert str(caught.value) == "hire: 'name' is missing. It takes: name, age"
