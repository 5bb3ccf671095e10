"""No sentence of the engine's stands in an event of a dossier, or of its cases: a code does, said in the reader's language."""

from __future__ import annotations

from datetime import timedelta

from cases.dossier.orders import wanted
from events.language.case_events import CaseClosed
from events.language.commands import ActorKind, DossierReference, WithdrawApplication
from events.language.dossier_commands import ApplyCascade
from events.language.linking import end_of
from events.language.reasons import ReasonCode, code_of, said_reason
from events.language.refusals import refuse
from intake.dossiers import WITHDRAWAL_ACTOR
from tests.builders import MONDAY, an_open_life
from tests.cases.dossier.openings import OFFICER, Life, an_application, days
from wording.text import in_language

HOUR = timedelta(hours=1)
LINKED = DossierReference(dossier="dossier-1", name="a", round=1)


def test_an_application_that_never_became_a_case_tells_a_code() -> None:
    """With its details, where the rules refused it; both were English sentences."""
    refusal = refuse("documents_missing", "documents", documents="request")
    told = end_of(LINKED, "case-1", None, refusal, MONDAY)
    assert (told.outcome, told.refusal, told.reason, told.reason_code) == ("returned", refusal, None, None)
    bare = end_of(LINKED, "case-1", None, None, MONDAY)
    assert (bare.reason, bare.reason_code) == (None, ReasonCode.NEVER_A_CASE)


def test_the_engines_reason_of_an_end_goes_with_it_to_what_it_blocks() -> None:
    ending = CaseClosed(
        outcome="returned",
        closed_at=MONDAY + HOUR,
        reason_code=ReasonCode.APPLICANT_LIMIT,
        elapsed_seconds=3600,
        time_shares=(),
    )
    life = Life({name: days(2) for name in ("a", "b")})
    life.open(an_application("a"), an_application("b", "a"))
    told = end_of(LINKED, life.part("a").case_id or "", ending, None, MONDAY)
    life.do(told)
    (ended,) = life.of_type("ApplicationEnded")
    (blocked,) = life.of_type("ApplicationBlocked")
    assert (ended.reason, ended.reason_code) == (None, ReasonCode.APPLICANT_LIMIT)
    assert blocked.causes[0].reason_code is ReasonCode.APPLICANT_LIMIT
    assert life.records[-1].actor is not None
    assert life.records[-1].actor.kind is ActorKind.SYSTEM


def test_a_case_that_its_dossier_takes_back_says_so_with_a_code() -> None:
    life = an_open_life()
    command = WithdrawApplication(
        command_id="w", received_at=MONDAY + HOUR, actor=WITHDRAWAL_ACTOR, reason_code=ReasonCode.NO_LONGER_NEEDED
    )
    closed = life.do(command)[-1]
    assert isinstance(closed, CaseClosed)
    assert (closed.reason, closed.reason_code) == (None, ReasonCode.NO_LONGER_NEEDED)
    assert in_language(said_reason(ReasonCode.NO_LONGER_NEEDED), "vi").startswith("hồ sơ liên thông")


def test_an_older_sentence_is_known_by_its_code() -> None:
    older = "the dossier no longer needs it: stopped, re-opened or withdrawn"
    assert code_of(older) == (ReasonCode.NO_LONGER_NEEDED, {})
    assert code_of("it never became a case") == (ReasonCode.NEVER_A_CASE, {})


def test_a_cascade_needs_no_words() -> None:
    """Who writes none had an English sentence written for him."""
    life = Life({name: days(2) for name in ("a", "b")})
    life.open(an_application("a"), an_application("b", "a"))
    life.end("a", MONDAY + HOUR)
    life.revoke("a", MONDAY + 2 * HOUR)
    life.do(ApplyCascade(command_id="c", received_at=MONDAY + 3 * HOUR, actor=OFFICER, name="a"))
    assert life.of_type("CascadeApplied")[0].reason is None
    assert [one.kind for one in wanted(life.dossier)] == ["open", "withdraw"]
