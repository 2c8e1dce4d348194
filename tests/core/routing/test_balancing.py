"""Equal endpoints: the one with the least to do is asked, and nobody is forgotten."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bandmaster.routing import FAILED, Balance
from tests.fakes.clocks import Clock

TWO = {"a/x": 0.0, "b/x": 0.0}


def balance(clock: Clock | None = None) -> Balance:
    return Balance(clock=clock or Clock(), chance=random.Random(1))


def answered(place: Balance, name: str, seconds: float | None) -> None:
    place.begin(name)
    place.end(name, seconds)


def test_the_one_with_fewer_calls_under_way_is_asked() -> None:
    place = balance()
    for name in TWO:
        answered(place, name, 1.0)
    place.begin("a/x")
    assert place.order(TWO) == ("b/x", "a/x")
    place.begin("b/x")
    place.begin("b/x")
    assert place.order(TWO) == ("a/x", "b/x")


def test_the_faster_is_asked_until_it_has_more_to_do() -> None:
    place = balance()
    answered(place, "a/x", 1.0)
    answered(place, "b/x", 2.5)
    place.begin("a/x")
    assert place.order(TWO)[0] == "a/x"
    place.begin("a/x")
    assert place.order(TWO)[0] == "b/x"


def test_a_slow_answer_counts_at_once_and_is_forgotten_slowly() -> None:
    clock = Clock()
    place = balance(clock)
    answered(place, "b/x", 2.0)
    answered(place, "a/x", 1.0)
    answered(place, "a/x", 20.0)
    answered(place, "a/x", 1.0)
    assert place.order(TWO)[0] == "b/x"
    for _ in range(6):
        clock.now += 60
        answered(place, "b/x", 2.0)
        answered(place, "a/x", 1.0)
    assert place.order(TWO)[0] == "a/x"


def test_who_fails_at_once_does_not_seem_fast() -> None:
    clock = Clock()
    place = balance(clock)
    answered(place, "a/x", FAILED)
    answered(place, "b/x", 5.0)
    assert place.order(TWO) == ("b/x", "a/x")
    clock.now += 300
    answered(place, "b/x", 5.0)
    assert place.order(TWO) == ("a/x", "b/x")


def test_one_that_never_answered_gets_one_call_and_no_second() -> None:
    place = balance()
    answered(place, "b/x", 3.0)
    assert place.order(TWO)[0] == "a/x"
    place.begin("a/x")
    assert place.order(TWO)[0] == "b/x"


def test_what_others_measured_counts_until_it_is_asked_here() -> None:
    place = balance()
    assert place.order({"a/x": 9.0, "b/x": 2.0}) == ("b/x", "a/x")
    answered(place, "a/x", 1.0)
    assert place.order({"a/x": 9.0, "b/x": 2.0}) == ("a/x", "b/x")


def test_of_many_the_better_of_two_at_random_is_asked() -> None:
    names = tuple(f"{number}/x" for number in range(10))
    place = balance()
    for number, name in enumerate(names):
        answered(place, name, 1.0 + number)
    firsts = [place.order(dict.fromkeys(names, 0.0))[0] for _ in range(1000)]
    assert firsts.count("9/x") == 0
    assert 150 < firsts.count("0/x") < 250


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, min_size=1))
def test_everybody_stands_in_the_order_once(names: list[str]) -> None:
    assert sorted(balance().order(dict.fromkeys(names, 0.0))) == sorted(names)


def test_calls_spread_by_how_fast_each_endpoint_is() -> None:
    """A simulation: three endpoints with one, two and four seconds, and ten callers."""
    seconds = {"a": 1.0, "b": 2.0, "c": 4.0}
    clock = Clock()
    place = balance(clock)
    busy: list[tuple[float, str]] = []
    asked = dict.fromkeys(seconds, 0)
    for _ in range(2000):
        while len(busy) >= 10:
            busy.sort()
            clock.now, name = busy.pop(0)
            place.end(name, seconds[name])
        name = place.order(dict.fromkeys(seconds, 0.0))[0]
        place.begin(name)
        asked[name] += 1
        busy.append((clock.now + seconds[name], name))
    shares = {name: round(count / 2000, 1) for name, count in asked.items()}
    assert shares["a"] > shares["b"] > shares["c"] > 0
