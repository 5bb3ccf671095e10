"""What is shown of one dossier: the time until now with its owners, beside that until the promise broke."""

from __future__ import annotations

from datetime import timedelta

import pytest

from presentation.json_of_dossiers import dossier_json
from services.dossier_sheets import DossierSheet
from tests.builders import MONDAY
from tests.cases.dossier.openings import Life, an_application, days, in_province, midnight_after


def shown(life: Life, age: timedelta) -> dict:  # type: ignore[type-arg]
    return dossier_json(DossierSheet(life.dossier, tuple(life.records), {}, None, MONDAY + age))


def test_a_broken_promise_does_not_stop_the_count_of_who_uses_the_time() -> None:
    """`blame` sums to the dossier's age now, `joint.blame` to its age when the promise broke."""
    life = Life({"a": days(3)})
    life.open(an_application("a"), cap=days(5))
    life.live_until(in_province(13))
    body = shown(life, timedelta(days=12))
    assert body["joint"]["breached"] is True
    assert sum(share["seconds"] for share in body["blame"]) == pytest.approx(12 * 86400)
    broken_after = (midnight_after(9) - MONDAY).total_seconds()
    assert sum(share["seconds"] for share in body["joint"]["blame"]) == pytest.approx(broken_after)


def test_a_promise_that_holds_has_nobody_to_blame() -> None:
    life = Life({"a": days(3)})
    life.open(an_application("a"))
    assert shown(life, timedelta(days=1))["joint"]["blame"] == []
