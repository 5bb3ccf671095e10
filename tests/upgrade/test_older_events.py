"""What the version before said in sentences is read in both languages; what it did not say is not made up."""

from __future__ import annotations

import pytest

from events.language.reasons import ReasonCode, code_of, said_reason
from tests.upgrade.fixtures import names_of, the_ledger
from wording.text import in_language

ENGINES_OWN = {
    "lane_granted_too_late": ("GreenPromiseDeclined", ReasonCode.PROMISE_PAST, {}),
    "lane_longer_than_the_law": (
        "GreenPromiseDeclined",
        ReasonCode.AFTER_STATUTE,
        {"promise": "24 hours", "limit": "8 hours"},
    ),
    "lane_without_room_for_the_minimum": (
        "GreenPromiseDeclined",
        ReasonCode.CUTS_MINIMUM,
        {"promise": "24 hours", "minimum": "2 days"},
    ),
    "supplement_resumed": ("ClockResumed", ReasonCode.DOCUMENTS_RECEIVED, {}),
    "suspension_cap_passed": ("ClockResumed", ReasonCode.SUSPENSION_CAP, {}),
    "paid": ("ClockResumed", ReasonCode.PAYMENT_CONFIRMED, {}),
    "supplement_limit_passed": ("CaseClosed", ReasonCode.APPLICANT_LIMIT, {}),
}
"""By ledger: which event gives a reason of the engine's own, and what it means."""
OFFICERS = {"because", "it is over", "a flood", "a day off", "decided", "the officer is ill"}
"""What people wrote in the kept ledgers."""


@pytest.mark.parametrize("name", ENGINES_OWN)
def test_a_sentence_of_the_engine_is_read_as_its_code(name: str) -> None:
    """And so shown in the reader's language."""
    event_type, code, details = ENGINES_OWN[name]
    (event,) = [record.event for record in the_ledger(name).records if record.event.type == event_type]
    assert event.type in ("GreenPromiseDeclined", "ClockResumed", "CaseClosed")
    assert event.reason is not None
    found = code_of(event.reason)
    assert found == (code, details)
    said = said_reason(*found)
    assert in_language(said, "vi") != str(said)
    assert all(amount.split()[0] in in_language(said, "vi") for amount in details.values())
    assert "{" not in in_language(said, "vi") + said
    assert not {"hours", "days"} & set(in_language(said, "vi").split())


@pytest.mark.parametrize("name", names_of("case"))
def test_every_reason_is_an_officers_or_has_a_code(name: str) -> None:
    """No English sentence of the engine's is left that a Vietnamese screen would show."""
    for record in the_ledger(name).records:
        reason = getattr(record.event, "reason", None)
        if reason is not None and reason not in OFFICERS:
            assert code_of(reason) is not None, (record.event.type, reason)


@pytest.mark.parametrize(
    "sentence",
    [
        "the procedure has no statutory limit to reduce",
        "payment awaited",
        "the dossier no longer needs it: stopped, re-opened or withdrawn",
    ],
)
def test_a_sentence_of_the_engine_that_no_kept_ledger_has_is_read_too(sentence: str) -> None:
    """What else that version could write: of a route without a limit, of a clock begun while a fee was awaited, of a case
    that its dossier withdrew."""
    found = code_of(sentence)
    assert found is not None
    assert in_language(said_reason(*found), "vi")


@pytest.mark.parametrize("sentence", sorted(OFFICERS))
def test_what_an_officer_wrote_is_no_code(sentence: str) -> None:
    """It is shown as it was written."""
    assert code_of(sentence) is None
