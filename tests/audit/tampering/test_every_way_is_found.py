"""Somebody with the owner's rights changes the past, every guard off: each way is found, with what it is and where.

Held against the checkpoints that left the house, and the key that the auditor knows. The honest ledger between is never accused.
"""

from __future__ import annotations

import pytest

from audit.rebuilding import Rebuilt, rebuild_all, renew
from events.language.refusals import Refusal
from tests.audit.tampering.house import House
from tests.audit.tampering.ways import WAYS, Way
from tests.cases.dossier.openings import DOSSIER_ID

CUT = ("tail cut in a turn", "tail cut", "tail cut, leaves too")
"""Where a row still knows better than the ledger."""


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_it_is_found(house: House, way: Way) -> None:
    """What, and where; and where the database alone shows it, nothing is put right over it: the witness stays."""
    way.act(house)
    fault = house.verified().first_fault
    assert fault is not None
    place, sequence = way.where
    assert (fault.case_id, fault.sequence) == (house.case_ids[place] if isinstance(place, int) else place, sequence)
    assert way.what in fault.message
    if not way.shows:
        assert house.verified(outside=False).ok, "the database alone shows nothing, and claims nothing"
        return
    assert not house.verified(outside=False).ok
    if not way.hinders:
        return
    heads = house.heads()
    assert isinstance(rebuild_all(house.store, lambda: None, replace=True), Refusal)
    assert house.heads() == heads


@pytest.mark.parametrize("way", [way for way in WAYS if way.name in CUT], ids=lambda way: way.name)
def test_an_upgrade_writes_no_rows_from_a_ledger_that_was_cut(house: House, way: Way) -> None:
    """Not even where the hand that cut it says that the rows are of another version. What is whole is renewed."""
    heads = house.heads()
    way.act(house)
    cut, whole = house.case_ids[0], house.case_ids[1]
    house.change(
        "DELETE FROM stack WHERE key = 'read-models'",
        "UPDATE cases SET view = '{}' WHERE case_id = :whole",
        whole=whole,
    )
    changed = house.heads()
    found = {difference.case_id for difference in renew(house.store)}
    assert (cut in found, whole in found) == (True, True)
    assert [head for head in house.heads() if head.case_id == cut] == [head for head in changed if head.case_id == cut]
    assert [head for head in house.heads() if head.case_id == whole] == [
        head for head in heads if head.case_id == whole
    ]


def test_the_honest_ledger_between_is_never_accused(house: House) -> None:
    """As it was played, put back after each way, and with events and a checkpoint more."""
    for _ in range(2):
        honest = house.verified()
        assert (honest.ok, honest.first_fault, honest.witness) == (True, None, "checkpoints")
        assert house.verified(outside=False).ok
        house.restore(house.now)
    house.checkpoint()
    assert house.verified().ok
    assert isinstance(rebuild_all(house.store, lambda: None, replace=True), Rebuilt)


def test_a_dossier_that_accepted_what_changes_nothing_is_never_accused(house: House) -> None:
    """A cascade that was applied before is asked for again: accepted, without an event."""
    house.change(
        "INSERT INTO commands (case_id, command_id, accepted) VALUES (:dossier, 'again', true)", dossier=DOSSIER_ID
    )
    assert house.verified().ok
