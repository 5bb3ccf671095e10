"""Random dossiers with random ends: released exactly when all is granted, closed only when all is over, the longest path."""

from __future__ import annotations

import random
from datetime import timedelta

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.dossier.blame import blame
from cases.dossier.graph import Graph, GraphFault, graph_of
from cases.dossier.model import PartStatus
from cases.dossier.schedule import Limit, schedule
from catalog.dossier import EdgeKind
from events.language.dossier_messages import Need
from events.language.refusals import Refusal
from sla.calendar import compiled
from sla.deadline import due
from sla.units import Budget, Unit
from tests.builders import MONDAY, a_calendar
from tests.cases.dossier.openings import Life, a_submission, an_application, days

SEEDS = st.integers(0, 2**32)
CALENDAR = compiled(a_calendar())


def _random_needs(chance: random.Random, most: int) -> dict[str, dict[str, EdgeKind]]:
    """Names in a shuffled order of the file; edges go from earlier to later places of another, hidden order."""
    size = chance.randint(1, most)
    hidden = [f"a{number}" for number in range(size)]
    needs: dict[str, dict[str, EdgeKind]] = {}
    for place, name in enumerate(hidden):
        before = chance.sample(hidden[:place], min(place, chance.randint(0, 3)))
        needs[name] = {other: chance.choice((EdgeKind.HARD, EdgeKind.HARD, EdgeKind.PRACTICAL)) for other in before}
    names = list(needs)
    chance.shuffle(names)
    return {name: needs[name] for name in names}


def _applications(needs: dict[str, dict[str, EdgeKind]]) -> list:  # type: ignore[type-arg]
    return [
        an_application(name, *(Need(name=other, kind=kind) for other, kind in found.items()))
        for name, found in needs.items()
    ]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_every_application_is_released_exactly_when_its_prerequisites_are_granted(seed: int) -> None:
    """Ends come in any order and with any outcome: never earlier, never twice, never not at all."""
    chance = random.Random(seed)
    needs = _random_needs(chance, 50)
    life = Life({name: days(chance.randint(1, 9)) for name in needs})
    life.open(*_applications(needs))
    at, granted, running, released = MONDAY, set(), set(), {}
    while True:
        running |= {name for name, part in life.dossier.parts.items() if part.status is PartStatus.RELEASED}
        for event in life.of_type("ApplicationReleased"):
            if event.name not in released:
                hard = {other for other, kind in needs[event.name].items() if kind is EdgeKind.HARD}
                assert hard <= granted
                assert event.released_at == at
                released[event.name] = at
        due_now = {n for n, f in needs.items() if {o for o, k in f.items() if k is EdgeKind.HARD} <= granted}
        assert set(released) == due_now
        if not running:
            break
        assert life.dossier.is_open
        at += timedelta(hours=chance.randint(1, 30))
        name = chance.choice(sorted(running))
        outcome = chance.choice(("issued", "issued", "issued", "refused", "withdrawn", "returned"))
        life.end(name, at, outcome)
        running.remove(name)
        if outcome == "issued":
            granted.add(name)
    assert len(life.of_type("ApplicationReleased")) == len(released)
    blocked = set(needs) - set(released)
    assert {part.name for part in life.dossier.of_status(PartStatus.BLOCKED)} == blocked
    assert life.dossier.is_closed == (not blocked)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_dossier_closes_while_a_case_is_open(seed: int) -> None:
    """Cascades, revocations and a withdrawal between the ends: the close comes with the last end, and owns every second."""
    chance = random.Random(seed)
    needs = _random_needs(chance, 20)
    life = Life({name: days(chance.randint(1, 5)) for name in needs})
    life.open(*_applications(needs))
    at = MONDAY
    for _ in range(200):
        if life.dossier.is_closed:
            break
        at += timedelta(hours=chance.randint(1, 20))
        open_now = [part.name for part in life.dossier.of_status(PartStatus.RELEASED)]
        lost = [p.name for p in life.dossier.parts.values() if p.status is PartStatus.REFUSED]
        if open_now and chance.random() < 0.8:
            life.end(chance.choice(open_now), at, chance.choice(("issued", "issued", "refused")))
        elif lost and chance.random() < 0.8:
            life.attempt(_cascade_of(life, chance.choice(lost), at))
        elif chance.random() < 0.1:
            life.withdraw(at)
        assert life.dossier.is_open or not list(life.dossier.of_status(PartStatus.RELEASED))
    if life.dossier.is_open:
        life.withdraw(at)
        for part in list(life.dossier.of_status(PartStatus.RELEASED)):
            assert life.dossier.is_open
            life.end(part.name, at, "withdrawn")
    (closed,) = life.of_type("DossierClosed")
    total = sum(share.seconds for share in closed.time_shares)
    assert total == pytest.approx((closed.closed_at - MONDAY).total_seconds())
    assert all(share.seconds > 0 for share in closed.time_shares)


def _cascade_of(life: Life, name: str, at):  # type: ignore[no-untyped-def]
    from events.language.dossier_commands import ApplyCascade  # noqa: PLC0415
    from tests.cases.dossier.openings import OFFICER  # noqa: PLC0415

    return ApplyCascade(
        command_id=f"cascade:{name}:{at.isoformat()}", received_at=at, actor=OFFICER, name=name, reason="as previewed"
    )


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_the_critical_path_is_the_longest_path(seed: int) -> None:
    """In working days, whose lengths add up, it is networkx's longest path of the hard edges."""
    chance = random.Random(seed)
    needs = _random_needs(chance, 50)
    amount = {name: chance.randint(1, 9) for name in needs}
    graph = graph_of(_applications(needs))
    assert isinstance(graph, Graph)
    found = schedule(graph, {name: Limit(days(amount[name])) for name in needs}, MONDAY, CALENDAR)
    oracle = nx.DiGraph()
    oracle.add_nodes_from(["end", *needs])
    for name in needs:
        oracle.add_edge(name, "end", weight=amount[name])
        for other, kind in needs[name].items():
            if kind is EdgeKind.HARD:
                oracle.add_edge(other, name, weight=amount[other])
    longest = nx.dag_longest_path_length(oracle)
    assert sum(amount[name] for name in found.critical_path) == longest
    assert found.operational_at == due(days(longest), MONDAY, CALENDAR).operational_at
    hard = {name: {other for other, kind in f.items() if kind is EdgeKind.HARD} for name, f in needs.items()}
    assert all(a in hard[b] for a, b in zip(found.critical_path, found.critical_path[1:], strict=False))
    assert list(nx.lexicographical_topological_sort(_whole(graph), key=list(needs).index)) == list(graph.order)
    assert all(found.slack[name] == timedelta(0) for name in found.critical_path)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_promise_is_the_chain_of_due_instants(seed: int) -> None:
    """Whatever the units: an independent walk over the graph comes to the same end, and slack can be used up, no more."""
    chance = random.Random(seed)
    needs = _random_needs(chance, 15)
    units = (Unit.WORKING_DAYS, Unit.DAYS, Unit.HOURS, Unit.WORKING_HOURS)
    limits = {name: Limit(Budget(amount=chance.randint(1, 20), unit=chance.choice(units))) for name in needs}
    graph = graph_of(_applications(needs))
    assert isinstance(graph, Graph)
    found = schedule(graph, limits, MONDAY, CALENDAR)
    ends = {}
    for name in nx.topological_sort(_whole(graph)):
        hard = [other for other, kind in needs[name].items() if kind is EdgeKind.HARD]
        starts_at = max([MONDAY, *(ends[other] for other in hard)])
        ends[name] = due(limits[name].budget, starts_at, CALENDAR).operational_at
    assert found.operational_at == max(ends.values())
    assert ends[found.critical_path[-1]] == found.operational_at


def _whole(graph: Graph) -> nx.DiGraph:
    whole = nx.DiGraph()
    whole.add_nodes_from(graph.names)
    whole.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    return whole


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_circles_are_refused_and_named(seed: int) -> None:
    """One edge back along a path makes a circle: what is named is a circle of the graph, and networkx agrees there is one."""
    chance = random.Random(seed)
    needs = _random_needs(chance, 30)
    names = list(needs)
    for _ in range(chance.randint(1, 3)):
        needs[chance.choice(names)][chance.choice(names)] = EdgeKind.HARD
    found = graph_of(_applications(needs))
    whole = nx.DiGraph()
    whole.add_nodes_from(names)
    whole.add_edges_from((other, name) for name, others in needs.items() for other in others)
    assert isinstance(found, GraphFault) != nx.is_directed_acyclic_graph(whole)
    if isinstance(found, GraphFault):
        cycle = found.cycle
        assert all(whole.has_edge(a, b) for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert found.refusal.code == "dossier_cycle"


@pytest.mark.parametrize(
    ("applications", "code"),
    [
        ([an_application("a", "b"), an_application("b", "a")], "dossier_cycle"),
        ([an_application("a", "a")], "dossier_cycle"),
        ([an_application("a", "zz")], "reference_unknown"),
        ([an_application("a"), an_application("a")], "name_repeated"),
        (
            [
                an_application(
                    "a",
                    Need.model_validate(
                        {
                            "result": {
                                "number": "N",
                                "issuer": "x",
                                "issued_on": "2020-01-01",
                                "valid_until": "2021-01-01",
                            }
                        }
                    ),
                )
            ],
            "result_invalid",
        ),
    ],
)
def test_what_can_never_complete_is_refused(applications: list, code: str) -> None:  # type: ignore[type-arg]
    life = Life({"a": days(1), "b": days(1)})
    refused = life.attempt(a_submission(applications))
    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_shares_of_an_open_dossier_sum_to_its_age() -> None:
    life = Life({"a": days(2), "b": days(2)})
    life.open(an_application("a"), an_application("b", "a"))
    life.end("a", MONDAY + timedelta(hours=30), time_shares=[{"owner": "one-stop", "seconds": 3600 * 30}])
    shares = {share.owner: share.seconds for share in blame(life.dossier, MONDAY + timedelta(hours=50))}
    assert shares == {"one-stop": 30 * 3600.0, "police": 20 * 3600.0}
