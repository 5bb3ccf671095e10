"""Policies for tests, written as people write them."""

from __future__ import annotations

from textwrap import dedent

from catalog.policy import Policy
from catalog.proposal import Proposal
from catalog.reader import read
from sla.calendar import CalendarDefinition
from tests.builders import a_lane_table

HEAD = 'id: test\nversion: "1"\nsource: test\n'


def a_proposal(body: str = "", calendar: CalendarDefinition | None = None) -> Proposal:
    """A policy that says this; nothing, where that is empty."""
    return Proposal(read(Policy, "policy.yaml", (HEAD + dedent(body)).encode()), a_lane_table(), calendar)
