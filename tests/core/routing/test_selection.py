"""Selection: expected utility under a policy, over what the hard limits left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bandmaster.errors import UnknownName
from bandmaster.models.catalog import Catalog
from bandmaster.models.facts import Facts
from bandmaster.routing.estimation.lessons import Estimate
from bandmaster.routing.limits import Demand, why_not
from bandmaster.routing.profile import Sensitivity
from bandmaster.routing.route import Player, choose_route
from bandmaster.routing.selection import Reference, Selection, refer, select, weigh
from bandmaster.settings import CatalogEntry, Models, Prices, Routing, Weighing
from bandmaster.tasks import Candidate, Kind, Preferences, Route, Task

BEST = Estimate("x/best", quality=0.95, spread=0.02, dollars=1.0, seconds=20.0)
CHEAP = Estimate("x/cheap", quality=0.8, spread=0.02, dollars=0.05, seconds=60.0)
QUICK = Estimate("x/quick", quality=0.6, spread=0.02, dollars=0.9, seconds=1.0)
HERE = Estimate("here/small", quality=0.5, spread=0.02, dollars=0.0, seconds=30.0)
ALL = {one.model: one for one in (HERE, QUICK, CHEAP, BEST)}
USUAL = Reference(dollars=1.0, seconds=20.0)
LOCAL = ("here/small", "builtin")


def route(task: Task = Task(kind=Kind.FIX)) -> Route:
    players = [Player(name, local=name in LOCAL) for name in (*ALL, "builtin")]
    return choose_route(task, players, Models())


def under(policy: str, routing: Routing = Routing()) -> Selection:
    found = weigh(policy, routing, USUAL)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        ("quality", "x/best"),
        ("balanced", "x/best"),
        ("cost", "x/cheap"),
        ("speed", "x/best"),
        ("local", "here/small"),
    ],
)
def test_each_policy_has_its_own_favourite(policy: str, first: str) -> None:
    assert select(route(), ALL, under(policy), LOCAL).links[0] == first


def test_speed_prefers_the_quick_one_of_two_that_are_nearly_as_good() -> None:
    near = {**ALL, "x/quick": Estimate("x/quick", 0.9, 0.02, 1.0, 1.0)}
    assert select(route(), near, under("speed"), LOCAL).links[0] == "x/quick"
    assert select(route(), near, under("quality"), LOCAL).links[0] == "x/best"


def test_ones_own_weights_count_instead_of_the_policys() -> None:
    mine = Routing(policy=Weighing.BALANCED, cost=10.0, latency=0.0)
    assert select(route(), ALL, under("", mine), LOCAL).links[0] == "here/small"


def test_a_policy_of_one_task_is_not_changed_by_weights_for_all() -> None:
    mine = Routing(policy=Weighing.BALANCED, cost=10.0)
    assert under("quality", mine) == under("quality")


def test_where_models_are_not_weighed_the_configured_order_stands() -> None:
    assert weigh("", Routing(policy=Weighing.ORDER), USUAL) is None


def test_a_policy_that_is_none_is_an_error_with_a_proposal() -> None:
    with pytest.raises(UnknownName, match="did you mean 'cost'"):
        weigh("cosst", Routing(), USUAL)


def test_every_candidate_keeps_what_is_expected_of_it() -> None:
    found = {one.model: one for one in select(route(), ALL, under("cost"), LOCAL).candidates}
    expected = found["x/best"].expected
    assert expected is not None
    assert (expected.quality, expected.dollars, expected.seconds) == (0.95, 1.0, 20.0)
    assert expected.utility == pytest.approx(0.45)


def test_the_order_is_the_order_of_utility_with_builtin_last() -> None:
    found = select(route(), ALL, under("balanced"), LOCAL)
    values = [one.expected.utility for one in found.candidates if one.expected]
    assert values == sorted(values, reverse=True)
    assert found.policy == "balanced"
    assert found.links[-1] == "builtin"


def test_a_model_of_which_nothing_is_estimated_comes_behind_those_that_are() -> None:
    known = {name: one for name, one in ALL.items() if name != "x/best"}
    assert select(route(), known, under("quality"), LOCAL).links[-2:] == ("x/best", "builtin")


def test_where_there_is_nothing_to_weigh_the_order_is_still_the_configured_one() -> None:
    given = Route("configured order", (Candidate("builtin"),))
    assert select(given, {}, under("balanced"), LOCAL) == given


def test_builtin_is_last_also_behind_models_of_which_nothing_is_known() -> None:
    given = Route("configured order", (Candidate("builtin"), Candidate("x/new")))
    assert select(given, ALL, under("balanced"), LOCAL).links == ("x/new", "builtin")


def test_who_was_asked_for_stays_first_and_the_others_follow_by_utility() -> None:
    task = Task(kind=Kind.FIX, preferences=Preferences(model="x/quick"))
    found = select(route(task), ALL, under("cost"), LOCAL)
    assert found.policy == "asked for"
    assert found.links[:2] == ("x/quick", "x/cheap")


def test_who_was_asked_for_is_not_ruled_out_by_a_policy() -> None:
    task = Task(kind=Kind.FIX, preferences=Preferences(model="x/quick"))
    assert select(route(task), ALL, under("local"), LOCAL).links[0] == "x/quick"


def test_a_route_without_a_model_is_left_alone() -> None:
    task = Task(kind=Kind.FIX, preferences=Preferences(model="builtin"))
    assert select(route(task), ALL, under("quality"), LOCAL) == route(task)


def test_what_was_ruled_out_stays_out_however_useful() -> None:
    given = Route("configured order", (Candidate("x/best", "resting"), Candidate("x/cheap")))
    found = select(given, ALL, under("quality"), LOCAL)
    assert found.links == ("x/cheap",)
    assert found.candidates[0].ruled_out == "resting"


def test_local_rules_out_what_is_elsewhere_and_says_why() -> None:
    found = select(route(), ALL, under("local"), LOCAL)
    assert set(found.links) == set(LOCAL)
    assert "the policy is local" in found.reason


def test_the_reference_is_what_the_best_model_takes_on_usual_queries() -> None:
    hard = [Estimate("x/best", 0.9, 0, 3.0, 40.0), Estimate("x/cheap", 0.2, 0, 0.1, 60.0)]
    assert refer([[BEST, CHEAP], hard]) == Reference(2.0, 30.0)
    assert refer([]) == Reference(0.0, 0.0)


def facts(model: str = "x/m", entry: CatalogEntry = CatalogEntry()) -> Facts:
    return Catalog({model: entry}, lambda _model: None).facts(model)


def test_a_prompt_that_does_not_fit_rules_a_model_out() -> None:
    small = facts(entry=CatalogEntry(window=4000))
    assert why_not(small, Demand(prompt=3500, output=1000), local=False) == (
        "holds 4000 tokens, and the task needs 4500"
    )
    assert why_not(small, Demand(prompt=3000, output=1000), local=False) == ""


def test_what_nobody_knows_rules_nobody_out() -> None:
    assert why_not(facts(), Demand(prompt=10**6, tools=True, vision=True), local=False) == ""


def test_an_ability_that_is_known_to_be_missing_rules_a_model_out() -> None:
    without = facts(entry=CatalogEntry(tools=False, vision=False))
    assert why_not(without, Demand(tools=True), local=False) == "cannot use tools"
    assert why_not(without, Demand(vision=True), local=False) == "cannot see images"


def test_secrets_go_to_models_on_this_machine_only() -> None:
    secret = Demand(sensitivity=Sensitivity.SECRET)
    assert "holds secrets" in why_not(facts(), secret, local=False)
    assert why_not(facts(), secret, local=True) == ""


def test_a_call_that_may_cost_more_than_is_left_is_not_made() -> None:
    dear = facts(entry=CatalogEntry(prices=Prices(input=Decimal(10), output=Decimal(50))))
    short = Demand(prompt=1000, output=1000, dollars=Decimal("0.05"))
    assert why_not(dear, short, local=False) == "costs about $0.06, and max_dollars allows $0.05"
    enough = Demand(prompt=1000, output=1000, dollars=Decimal("0.07"))
    assert why_not(dear, enough, local=False) == ""
