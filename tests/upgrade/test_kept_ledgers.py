"""Ledgers of the version before limits had two ends: read, hashed and folded as ever."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from cases.dossier.views import dossier_view_of
from cases.model import Case
from cases.turn import Turn
from cases.views import view_of, work_of
from catalog.definition import digest_of
from events.language.case_events import CaseEvent, canonical_json, data_of
from events.language.chain import GENESIS, link
from events.language.commands import CaseCommand
from tests.upgrade.fixtures import COMMANDS, FOLDER, OldLedger, names_of, the_ledger
from workflows.messages import Carried, DossierCarried

KEPT_CASES, KEPT_DOSSIERS = names_of("case"), names_of("dossier")
ROOT = FOLDER.parent.parent


def kept_digests() -> dict[str, str]:
    lines = (FOLDER / "digests.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def carried_of(kept: OldLedger, folded: Case) -> Case:
    """What a run of the old program that continued as new took along, as today's next run reads it."""
    carried = Carried.model_validate({"state": kept.state, "settled": kept.settled})
    # Later versions of what it is decided under stand in the ledger, beside what it was opened with.
    return carried.restored(folded.definitions)


def happens(turn: Turn | None) -> list[CaseEvent]:
    return [] if turn is None else [record.event for record in turn.records]


@pytest.mark.parametrize("name", kept_digests())
def test_what_was_recorded_is_never_recorded_again(name: str) -> None:
    """A fixture that is made to fit the program of today proves nothing about what stands in production."""
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == kept_digests()[name]


def differing(old: dict[str, Any], today: dict[str, Any]) -> set[str]:
    """The fields of the old value that have another value today."""
    return {field for field, value in old.items() if today[field] != value}


def says_the_same(old: Any, read: Any) -> bool:
    """Whether every field of the old value has its value still; what was added since may stand beside it."""
    if isinstance(old, dict):
        return all(says_the_same(value, read.get(field)) for field, value in old.items())
    if isinstance(old, list):
        return len(old) == len(read) and all(map(says_the_same, old, read))
    return bool(old == read)


@pytest.mark.parametrize("name", [*KEPT_CASES, *KEPT_DOSSIERS])
def test_a_kept_ledger_has_the_hashes_that_it_had(name: str) -> None:
    """The chain covers the stored text, whatever has been added to the language since."""
    kept = the_ledger(name)
    head = GENESIS
    for body in kept.bodies:
        head = link(head, body)
    assert head == kept.head


@pytest.mark.parametrize("name", [*KEPT_CASES, *KEPT_DOSSIERS])
def test_a_kept_event_says_what_it_said(name: str) -> None:
    """Read today, it has every value that was written then, and gives no actor that was not on record."""
    kept = the_ledger(name)
    for body, record in zip(kept.bodies, kept.records, strict=True):
        assert says_the_same(json.loads(body), json.loads(canonical_json(record)))
        assert data_of(record)["actor"] is None


@pytest.mark.parametrize("name", [*KEPT_CASES, *KEPT_DOSSIERS])
def test_kept_definitions_have_the_digest_that_the_ledger_names(name: str) -> None:
    """A field that was added since is left out where it says nothing."""
    kept = the_ledger(name)
    found = kept.definitions if kept.kind == "case" else kept.dossier_definitions
    opening: Any = kept.records[0].event
    assert digest_of(found) == kept.definitions_digest == opening.definitions_digest


VERDICTS = {"breaches", "statutory_state", "green_state"}
ENDED_BEFORE_THE_LAWFUL_END = {
    "breached_then_restarted",
    "green_breached_and_revoked",
    "green_closed_between",
    "karaoke_closed_between",
    "supplement_limit_passed",
    "supplement_limit_passed_refused",
}
"""No event can follow a clock that has ended; what is counted is the law's end, which had not passed."""


@pytest.mark.parametrize("name", KEPT_CASES)
def test_a_kept_case_is_read_as_it_was(name: str) -> None:
    """Its row and its worklist say what the old program showed; only when it is next due may be known better today."""
    kept = the_ledger(name)
    case = kept.case()
    view = view_of(case).model_dump(mode="json")
    assert differing(kept.view, view) <= {"next_due_at"} | (VERDICTS if name in ENDED_BEFORE_THE_LAWFUL_END else set())
    work = [item.model_dump(mode="json") for item in work_of(case)]
    assert [differing(old, item) for old, item in zip(kept.work, work, strict=True)] == [set()] * len(work)


@pytest.mark.parametrize("name", KEPT_DOSSIERS)
def test_a_kept_dossier_is_read_as_it_was(name: str) -> None:
    """The same for a dossier's row."""
    kept = the_ledger(name)
    view = dossier_view_of(kept.dossier()).model_dump(mode="json")
    assert differing(kept.view, view) <= {"next_due_at"} | (
        {"joint_state"} if name == "dossier_closed_between" else set()
    )


@pytest.mark.parametrize("name", KEPT_CASES)
def test_a_run_goes_on_from_what_the_old_one_carried_along(name: str) -> None:
    """A case that continued as new under the old program does what the fold of its ledger does: next, and for weeks."""
    kept = the_ledger(name)
    folded = kept.case()
    carried = carried_of(kept, folded)
    for later in (timedelta(minutes=1), timedelta(days=1), timedelta(days=60)):
        now = kept.records[-1].decided_at + later
        one, other = (by_clock(happens(CASES.take_turn(case, (), now))) for case in (carried, folded))
        assert one == other


def by_clock(events: list[Any]) -> dict[str, list[Any]]:
    """What an old run carries along does not say when a breach was recorded: only the order on each clock is the same."""
    found: dict[str, list[Any]] = {}
    for event in events:
        found.setdefault(getattr(event, "clock_id", ""), []).append(event)
    return found


@pytest.mark.parametrize("name", KEPT_DOSSIERS)
def test_a_dossiers_run_goes_on_from_what_the_old_one_carried_along(name: str) -> None:
    """The same for a dossier."""
    kept = the_ledger(name)
    folded = kept.dossier()
    carried = DossierCarried.model_validate({"state": kept.state, "settled": kept.settled}).restored(folded.definitions)
    for later in (timedelta(minutes=1), timedelta(days=1), timedelta(days=60)):
        now = kept.records[-1].decided_at + later
        assert happens(DOSSIERS.take_turn(carried, (), now)) == happens(DOSSIERS.take_turn(folded, (), now))


@pytest.mark.parametrize("place", range(len(json.loads(COMMANDS.read_text()))))
def test_a_command_that_waits_on_a_topic_is_understood(place: int) -> None:
    """Senders and runs that continued as new still hold commands of the old shape."""
    given = json.loads(COMMANDS.read_text())[place]
    command: Any = TypeAdapter(CaseCommand).validate_python(given)
    read = command.model_dump(mode="json")
    assert says_the_same(given, read)
