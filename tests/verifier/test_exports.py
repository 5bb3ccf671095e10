"""From the database to a file that proves itself: a case, a dossier with its cases, with the signing key and without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from audit.proof.errors import EvidenceBroken, KeyNotHandedOver, NotCoveredYet
from audit.proof.sealing import handing_over
from audit.proof.signing import SigningKey
from cases.dossier.decide import DOSSIERS
from cases.dossier.model import blank_dossier
from cases.model import blank
from events.language.commands import Outcome
from events.language.dossier_events import ApplicationReleased
from events.language.refusals import Refusal
from presentation.evidence.page import evidence_page, in_each_language
from presentation.moments import Moments
from presentation.names import Names
from presentation.words.words import Words
from services.actors import claimed
from services.exports import Bundle, Narrative, export_bundle
from services.installation import Installation
from services.recording_reads import Reader
from store.checkpoints import Checkpoints
from store.database import Store
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers, LinkedCase
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, an_answer, the_definitions
from tests.cases.dossier import openings
from tests.services.on_database import TOPICS, installation, recorder, store
from tests.store.living import Living
from tests.verifier.bundles import a_key, content_of, verdict

__all__ = ["installation", "recorder", "store"]
OPERATOR = claimed("operator", "root")
READER = Reader(OPERATOR, "export")
NOW = datetime(2026, 3, 9, 3, tzinfo=UTC)


@pytest.fixture
def living(store: Store, recorder: Recorder) -> Living:
    """An open case."""
    DefinitionArchive(store).keep(the_definitions())
    return Living(recorder, 1, the_definitions()).open(MONDAY)


def drawing(installation: Installation) -> Callable[[Narrative], Any]:
    words = Words("vi")
    moments = Moments(words, installation.zone, installation.business_time, NOW, known=Names(words))
    return lambda told: evidence_page(told, in_each_language(moments, installation.catalog))


def exported(installation: Installation, reference: str, key: SigningKey | None = None) -> Bundle:
    bundle = export_bundle(installation, READER, reference, drawing(installation), key=key, now=NOW)
    assert isinstance(bundle, Bundle)
    return bundle


def test_with_the_key_all_that_is_on_record_is_proven_and_signed(installation: Installation, living: Living) -> None:
    """A checkpoint is made for it; a second export of the same needs none."""
    living.turn(MONDAY + timedelta(hours=1), an_answer("intake", "one-stop", MONDAY + timedelta(hours=1)))
    for _again in range(2):
        bundle = exported(installation, living.case.dossier_code or "", a_key())
        assert (bundle.events, bundle.later_events, bundle.is_signed) == (living.case.sequence, 0, True)
        assert set(verdict(bundle.content).checks.values()) == {True}
    assert len(Checkpoints(installation.store).all()) == 1


def test_without_the_key_what_no_checkpoint_covers_is_left_out_and_that_is_said(
    installation: Installation, living: Living
) -> None:
    with pytest.raises(NotCoveredYet):
        exported(installation, living.case.case_id)
    covered = exported(installation, living.case.case_id, a_key()).events
    living.turn(MONDAY + timedelta(hours=1), an_answer("intake", "one-stop", MONDAY + timedelta(hours=1)))
    bundle = exported(installation, living.case.case_id)
    later = living.case.sequence - covered
    assert (bundle.events, bundle.later_events, bundle.is_signed) == (covered, later, False)
    judged = verdict(bundle.content)
    assert judged.first_fault is None
    assert (judged.checks["report"], judged.checks["signature"]) == (None, None)
    page = bundle.content.decode()
    assert f"{later} later events are not in this file" in page
    assert "This file is not signed" in page


def test_an_unknown_case_is_refused(installation: Installation) -> None:
    refused = export_bundle(installation, READER, "case-0", drawing(installation), key=None, now=NOW)
    assert isinstance(refused, Refusal)
    assert refused.code == "case_unknown"


def test_a_dossier_brings_its_cases(installation: Installation, store: Store, recorder: Recorder) -> None:
    """Those that its own events released; a case that somebody linked to it by hand is none of its."""
    definitions = openings.definitions({name: openings.days(2) for name in ("a", "b")})
    archive, dossiers = DefinitionArchive(store), Dossiers(store)
    archive.keep(the_definitions())
    dossiers.keep(definitions)
    opening = openings.a_submission([openings.an_application("a"), openings.an_application("b", "a")])
    turn = DOSSIERS.take_turn(blank_dossier(openings.DOSSIER_ID, definitions), [opening], MONDAY)
    assert turn is not None
    record_now(recorder, turn)
    released = next(r.event for r in turn.records if isinstance(r.event, ApplicationReleased))
    member, stranger = Living(recorder, 1, the_definitions()), Living(recorder, 2, the_definitions())
    member.case = blank(released.case_id, the_definitions())
    for number, each in enumerate((member, stranger), 1):
        each.open(MONDAY)
        dossiers.link(LinkedCase(openings.DOSSIER_ID, each.case.case_id, "a", number))
    bundle = exported(installation, openings.DOSSIER_ID, a_key())
    content = content_of(bundle.content)
    assert [stream["id"] for stream in content["streams"]] == [openings.DOSSIER_ID, member.case.case_id]
    assert len(content["definitions"]) == 2
    assert set(verdict(bundle.content).checks.values()) == {True}


def test_after_a_rotation_the_first_key_still_opens_it(installation: Installation, living: Living) -> None:
    exported(installation, living.case.case_id, a_key())
    Checkpoints(installation.store).make(handing_over(a_key(), a_key(1)), TOPICS.checkpoints, even_unchanged=True)
    with pytest.raises(KeyNotHandedOver):
        exported(installation, living.case.case_id, a_key())
    bundle = exported(installation, living.case.case_id, a_key(1))
    for number in (0, 1):
        assert set(verdict(bundle.content, number).checks.values()) == {True}


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ledger SET body = replace(body, 'A-1', 'A-2') WHERE sequence = 1",
        "UPDATE ledger SET recorded_at = recorded_at + interval '1 second' WHERE sequence = 2",
        "DELETE FROM ledger WHERE sequence = 2",
        "UPDATE definitions SET body = replace(body, 'Karaoke', 'Casino')",
        "DELETE FROM definitions",
    ],
)
def test_nothing_false_leaves_the_house(installation: Installation, living: Living, store: Store, harm: str) -> None:
    """What was changed since the checkpoint is not exported as if it were proven."""
    exported(installation, living.case.case_id, a_key())
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER ALL"))
        connection.execute(text(harm))
    with pytest.raises(EvidenceBroken):
        exported(installation, living.case.case_id)


def test_the_page_tells_both_promises_who_acted_and_the_law_in_both_languages(
    installation: Installation, living: Living
) -> None:
    living.turn(MONDAY + timedelta(hours=1), an_answer("intake", "one-stop", MONDAY + timedelta(hours=1)))
    page = exported(installation, living.case.case_id, a_key()).content.decode().partition("<script")[0]
    for said in (
        *(
            "Asia/Ho_Chi_Minh",
            "54/2019/NĐ-CP",
            "Hẹn trả theo luật",
            "Statutory appointment",
            "Who acted",
            "Người thực hiện",
        ),
        *('<article lang="vi">', '<article lang="en">', "<thead>", "@page", "09:00:00"),
    ):
        assert said in page, said
    assert "http" not in page.replace("http-equiv", "")


def test_what_others_wrote_is_no_markup(installation: Installation, living: Living) -> None:
    at, reason = MONDAY + timedelta(hours=1), "</script><script>alert(1)</script><b>\u202e"
    living.turn(at, an_answer("intake", "one-stop", at, Outcome.REFUSE, reason=reason))
    bundle = exported(installation, living.case.case_id, a_key())
    assert set(verdict(bundle.content).checks.values()) == {True}
    assert bundle.content.lower().count(b"<script") == 1
    assert "&lt;b&gt;\\u202e" in bundle.content.decode()
