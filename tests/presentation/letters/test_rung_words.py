"""Every kind of rung and of clock has its words and its colour wherever alarms are written: a new kind is no crash."""

from __future__ import annotations

from typing import get_args

from events.language.case_events import RungFired
from greenlane.demo.director import RUNG_COLOURS
from presentation.time.calculation import RUNG_TONES
from presentation.words.words import TABLE
from sla.ladder import Rung

KINDS_OF_RUNGS = set(get_args(RungFired.model_fields["kind"].annotation))


def test_every_kind_of_rung_is_known_to_screens_and_demonstration() -> None:
    """What a ladder may hold is what an event may say, and what every screen can show in both languages."""
    assert set(get_args(Rung.model_fields["kind"].annotation)) == KINDS_OF_RUNGS
    assert RUNG_TONES.keys() == KINDS_OF_RUNGS
    assert RUNG_COLOURS.keys() == KINDS_OF_RUNGS
    assert {key.removeprefix("rung.") for key in TABLE if key.startswith("rung.")} == KINDS_OF_RUNGS
