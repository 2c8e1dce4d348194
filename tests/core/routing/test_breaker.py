"""The circuit of an endpoint, against a model that remembers everything and computes it anew."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bandmaster.errors import Failure
from bandmaster.routing.circuits.breaker import (
    FIRST_REST,
    LEASE,
    LONG_REST,
    LONGEST_REST,
    LONGEST_WAIT,
    SIGNS,
    Circuit,
    CircuitState,
    End,
    Sign,
)
from bandmaster.routing.circuits.measured import read_circuit, write_circuit

FAILS = [one for one in Failure if SIGNS[one] is Sign.FAILS]
ANSWERS = [None, *(one for one in Failure if SIGNS[one] is Sign.ANSWERS)]
BARRED = [one for one in Failure if SIGNS[one] is Sign.BARRED]
SAYS_NOTHING = [one for one in Failure if SIGNS[one] is Sign.NOTHING]


def end(
    at: float,
    failure: Failure | None = None,
    *,
    seconds: float = 0.0,
    retry_after: float | None = None,
) -> End:
    return End(at=at, began=at - seconds, seconds=seconds, failure=failure, retry_after=retry_after)


def after(*failures: Failure | None, step: float = 1.0) -> Circuit:
    circuit = Circuit()
    for number, failure in enumerate(failures):
        circuit = circuit.after(end(1000.0 + number * step, failure=failure))
    return circuit


DOWN = Failure.OVERLOAD


def test_every_failure_says_something_or_nothing_of_the_endpoint() -> None:
    assert set(SIGNS) == set(Failure)


def test_three_failures_open_it_and_two_do_not() -> None:
    assert after(DOWN, DOWN).state(1002) is CircuitState.CLOSED
    opened = after(DOWN, DOWN, DOWN)
    assert opened.state(1002) is CircuitState.OPEN
    assert opened.failure is DOWN
    assert not opened.admits(1002 + FIRST_REST - 0.1)
    assert opened.state(1002 + FIRST_REST) is CircuitState.HALF_OPEN


def test_failures_among_more_answers_do_not_open_it() -> None:
    assert after(None, None, None, None, DOWN, DOWN, DOWN).state(1010) is CircuitState.CLOSED
    assert after(None, None, None, DOWN, DOWN, DOWN).state(1010) is CircuitState.OPEN


def test_only_the_last_twenty_calls_count() -> None:
    assert after(*[None] * 30, *[DOWN] * 9, step=0.1).state(1010) is CircuitState.CLOSED
    assert after(*[None] * 30, *[DOWN] * 10, step=0.1).state(1010) is CircuitState.OPEN


def test_failures_that_lie_far_apart_do_not_open_it() -> None:
    assert after(DOWN, DOWN, DOWN, step=200.0).state(1500) is CircuitState.CLOSED


@pytest.mark.parametrize(
    "failure", [Failure.CONTEXT_TOO_LONG, Failure.CONTENT_POLICY, Failure.BAD_REQUEST]
)
def test_what_only_speaks_of_the_prompt_never_opens_it(failure: Failure) -> None:
    assert after(*[failure] * 30).state(1030) is CircuitState.CLOSED


@pytest.mark.parametrize("failure", [Failure.AUTHENTICATION, Failure.QUOTA])
def test_what_a_person_must_mend_opens_it_at_once_and_for_long(failure: Failure) -> None:
    circuit = after(failure)
    assert not circuit.admits(1000 + LONG_REST - 0.1)
    assert circuit.admits(1000 + LONG_REST)


def test_a_server_that_names_a_time_is_left_alone_for_just_so_long() -> None:
    limited = Circuit().after(end(0.0, failure=Failure.RATE_LIMIT, retry_after=47.0))
    assert (limited.admits(46.9), limited.admits(47.0)) == (False, True)
    forever = Circuit().after(end(0.0, failure=Failure.RATE_LIMIT, retry_after=1e9))
    assert forever.admits(LONGEST_WAIT)


def test_only_one_call_tries_it_and_one_whose_process_died_frees_the_way() -> None:
    rested = after(DOWN, DOWN, DOWN)
    now = rested.until
    tried = rested.tried(now)
    assert not tried.admits(now + LEASE - 0.1)
    assert tried.admits(now + LEASE)


def test_an_answer_closes_it_and_a_failure_doubles_its_rest() -> None:
    rested = after(DOWN, DOWN, DOWN)
    now = rested.until + 5
    assert rested.tried(now).after(end(now + 1, seconds=1)) == Circuit()
    again = rested.tried(now).after(end(now + 1, seconds=1, failure=DOWN))
    assert again.until == now + 1 + 2 * FIRST_REST
    for _ in range(20):
        again = again.after(end(again.until + 1, seconds=0.5, failure=DOWN))
    assert again.until - again.since == LONGEST_REST


def test_a_cancelled_try_leaves_it_to_the_next() -> None:
    rested = after(DOWN, DOWN, DOWN)
    now = rested.until
    cancelled = rested.tried(now).after(end(now + 2, seconds=2, failure=Failure.CANCELLED))
    assert cancelled.state(now + 2) is CircuitState.HALF_OPEN
    assert cancelled.admits(now + 2)


def test_calls_from_before_it_opened_say_nothing_of_now() -> None:
    opened = after(DOWN, DOWN, DOWN)
    assert opened.after(end(1004.0, seconds=60.0)) == opened
    late = opened.after(end(opened.until + 1, seconds=60.0, failure=DOWN))
    assert late == opened


def test_it_is_the_same_after_it_was_written_and_read() -> None:
    for circuit in (Circuit(), after(None, DOWN), after(DOWN, DOWN, DOWN).tried(1040.0)):
        assert read_circuit(write_circuit(circuit)) == circuit
    assert read_circuit('{"other": "version"}') == read_circuit("[") == Circuit()


class Remembers(RuleBasedStateMachine):
    """Calls that begin and end in any order; the model keeps the whole story of the endpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit, self.now = Circuit(), 1_000_000.0
        self.story: list[tuple[float, bool]] = []
        """The ends of calls since it last closed."""
        self.rests_until: float | None = None
        self.openings = 0

    @rule(seconds=st.floats(0.1, 400))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.rests_until is None)
    @rule(failure=st.sampled_from([*FAILS, *ANSWERS]))
    def a_call_ends_while_it_is_closed(self, failure: Failure | None) -> None:
        self.now += 0.01
        self.circuit = self.circuit.after(end(self.now, failure=failure))
        self.story.append((self.now, failure in ANSWERS))
        lately = [well for at, well in self.story if at > self.now - 300][-20:]
        if failure in FAILS and lately.count(False) >= max(3, len(lately) / 2):
            self._opens(min(30 * 2**self.openings, 600))

    @precondition(lambda self: self.rests_until is None)
    @rule(failure=st.sampled_from(BARRED))
    def it_is_barred(self, failure: Failure) -> None:
        self.now += 0.01
        self.circuit = self.circuit.after(end(self.now, failure=failure))
        self._opens(600)

    @rule(failure=st.sampled_from(SAYS_NOTHING), seconds=st.floats(0, 300))
    def a_call_that_says_nothing_ends(self, failure: Failure, seconds: float) -> None:
        self.circuit = self.circuit.after(end(self.now, seconds=seconds, failure=failure))

    @precondition(lambda self: self.rests_until is not None)
    @rule(failure=st.sampled_from([*FAILS, *BARRED, *ANSWERS]))
    def a_call_from_before_ends(self, failure: Failure | None) -> None:
        seconds = self.now - self.circuit.since + 1
        self.circuit = self.circuit.after(end(self.now, seconds=seconds, failure=failure))

    @precondition(lambda self: self.rests_until is not None and self.now >= self.rests_until)
    @rule(failure=st.sampled_from([*FAILS, *ANSWERS, Failure.CANCELLED]))
    def one_tries_it(self, failure: Failure | None) -> None:
        assert self.circuit.admits(self.now)
        self.circuit = self.circuit.tried(self.now)
        assert not self.circuit.admits(self.now + 1)
        self.now += 1.5
        self.circuit = self.circuit.after(end(self.now, seconds=1.0, failure=failure))
        if failure in FAILS:
            self._opens(min(30 * 2**self.openings, 600))
        elif failure is not Failure.CANCELLED:
            self.rests_until, self.openings, self.story = None, 0, []

    def _opens(self, rest: float) -> None:
        self.rests_until, self.openings = self.now + rest, self.openings + 1

    @invariant()
    def it_admits_whom_the_model_admits(self) -> None:
        assert self.circuit.admits(self.now) == (
            self.rests_until is None or self.now >= self.rests_until
        )
        if self.rests_until is not None:
            assert self.circuit.until == pytest.approx(self.rests_until)
            assert self.circuit.opened == self.openings


Remembers.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_the_circuit_agrees_with_a_model_that_remembers_everything = Remembers.TestCase
