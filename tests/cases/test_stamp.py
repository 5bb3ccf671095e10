"""The stamp of a green case: who has it, and why."""

from __future__ import annotations

from datetime import timedelta

from cases.stamp import STAMP, is_green, stamp_of
from catalog.model import LaneId
from events.language.commands import ChangeLane
from tests.builders import MONDAY, SUPERVISOR, an_open_life


def test_a_case_that_is_green_from_the_beginning_names_its_rule() -> None:
    """With the facts that the rule looked at, and the table of lanes that it stands in."""
    life = an_open_life(facts={"project": "ring-road-4"})
    stamp = stamp_of(life.case, life.records)
    assert stamp is not None
    assert (stamp.lane, stamp.reason, stamp.source) == (LaneId.GREEN_24H, "day (project: ring-road-4)", "lanes 1")
    assert stamp.line.startswith(STAMP)


def test_a_lane_granted_later_names_the_decision() -> None:
    """And one that was revoked has no stamp."""
    life = an_open_life()
    assert stamp_of(life.case, life.records) is None
    for hours, lane in ((1, LaneId.GREEN_60), (2, LaneId.STANDARD)):
        at = MONDAY + timedelta(hours=hours)
        given = {"command_id": f"lane:{hours}", "received_at": at, "actor": SUPERVISOR}
        life.do(
            ChangeLane(
                **given,
                lane=lane,
                reason="the Chairman decided",
                legal_basis="QĐ 12/QĐ-UBND",
                approved_by="chairman-office",
                override=True,
            )
        )
        stamp = stamp_of(life.case, life.records)
        assert (stamp is not None) is is_green(lane)
        if stamp is not None:
            assert (stamp.reason, stamp.source) == ("the Chairman decided", "QĐ 12/QĐ-UBND")
