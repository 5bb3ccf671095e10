"""Ledgers of the version before limits had two ends: read, hashed and folded as ever."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from cases.dossier.model import Dossier
from cases.dossier.views import dossier_view_of
from cases.model import Case
from cases.views import view_of, work_of
from catalog.definition import digest_of
from events.language.case_events import canonical_json
from events.language.chain import GENESIS, link
from events.language.commands import CaseCommand
from tests.upgrade.fixtures import COMMANDS, FOLDER, OldLedger, names_of, the_ledger
from workflows.dossier_messages import DossierCarried
from workflows.messages import Carried

CASES, DOSSIERS = names_of("case"), names_of("dossier")
ROOT = FOLDER.parent.parent


def kept_digests() -> dict[str, str]:
    lines = (FOLDER / "digests.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def carried_of(kept: OldLedger) -> Case | Dossier:
    """What a run of the old program that continued as new took along, as today's next run reads it."""
    given = {"state": kept.state, "settled": kept.settled}
    if kept.kind == "dossier":
        return DossierCarried.model_validate(given).dossier(kept.dossier_definitions)
    return Carried.model_validate(given).case(kept.definitions)


@pytest.mark.parametrize("name", kept_digests())
def test_what_was_recorded_is_never_recorded_again(name: str) -> None:
    """A fixture that is made to fit the program of today proves nothing about what stands in production."""
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == kept_digests()[name]


@pytest.mark.parametrize("name", [*CASES, *DOSSIERS])
def test_a_kept_ledger_has_the_hashes_that_it_had(name: str) -> None:
    """The chain covers the stored text, whatever has been added to the language since; and the text is what is sent."""
    kept = the_ledger(name)
    head = GENESIS
    for body, record in zip(kept.bodies, kept.records, strict=True):
        head = link(head, body)
        assert canonical_json(record) == body
    assert head == kept.head


@pytest.mark.parametrize("name", [*CASES, *DOSSIERS])
def test_kept_definitions_have_the_digest_that_the_ledger_names(name: str) -> None:
    """A field that was added since is left out where it says nothing."""
    kept = the_ledger(name)
    found = kept.definitions if kept.kind == "case" else kept.dossier_definitions
    opening: Any = kept.records[0].event
    assert digest_of(found) == kept.definitions_digest == opening.definitions_digest


@pytest.mark.parametrize("name", CASES)
def test_a_kept_case_is_read_as_it_was(name: str) -> None:
    """Every field of its row, and its worklist, have the values that the old program showed."""
    kept = the_ledger(name)
    case = kept.case()
    view = view_of(case).model_dump(mode="json")
    assert {field: view[field] for field in kept.view} == kept.view
    work = [item.model_dump(mode="json") for item in work_of(case)]
    assert [{field: item[field] for field in old} for item, old in zip(work, kept.work, strict=True)] == list(kept.work)


@pytest.mark.parametrize("name", DOSSIERS)
def test_a_kept_dossier_is_read_as_it_was(name: str) -> None:
    """Every field of its row has the value that the old program showed."""
    kept = the_ledger(name)
    view = dossier_view_of(kept.dossier()).model_dump(mode="json")
    assert {field: view[field] for field in kept.view} == kept.view


@pytest.mark.parametrize("name", [*CASES, *DOSSIERS])
def test_a_run_goes_on_from_what_the_old_one_carried_along(name: str) -> None:
    """The state of a case that continued as new under the old program is the fold of its ledger under this one."""
    kept = the_ledger(name)
    carried = carried_of(kept)
    folded = kept.case() if kept.kind == "case" else kept.dossier()
    # The rules in force are the definitions that go beside the state, not those of later versions of them in the ledger.
    assert carried.model_copy(update={"definitions": folded.definitions}) == folded


@pytest.mark.parametrize("place", range(len(json.loads(COMMANDS.read_text()))))
def test_a_command_that_waits_on_a_topic_is_understood(place: int) -> None:
    """Senders and runs that continued as new still hold commands of the old shape."""
    given = json.loads(COMMANDS.read_text())[place]
    command: Any = TypeAdapter(CaseCommand).validate_python(given)
    read = command.model_dump(mode="json")
    assert {field: read[field] for field in given} == given
