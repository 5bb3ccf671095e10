"""The reasons that the engine itself gives, as codes. Language is chosen where they are shown; events hold no sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from wording.amounts import UNITS, counted
from wording.text import LazyText, _


class ReasonCode(StrEnum):
    """Why something happened that nobody decided in words of his own."""

    NO_STATUTORY_LIMIT = "no_statutory_limit"
    AFTER_STATUTE = "after_statute"
    CUTS_MINIMUM = "cuts_minimum"
    PROMISE_PAST = "promise_past"
    DOCUMENTS_RECEIVED = "documents_received"
    EXPLANATION_RECEIVED = "explanation_received"
    PAYMENT_CONFIRMED = "payment_confirmed"
    PAYMENT_AWAITED = "payment_awaited"
    SUSPENSION_CAP = "suspension_cap"
    STOP_ENDED = "stop_ended"
    APPLICANT_LIMIT = "applicant_limit"
    NO_LONGER_NEEDED = "no_longer_needed"
    NEVER_A_CASE = "never_a_case"


_TEXTS: Mapping[ReasonCode, LazyText] = {
    ReasonCode.NO_STATUTORY_LIMIT: _("the procedure has no statutory limit to reduce"),
    ReasonCode.AFTER_STATUTE: _("{promise} would end after the statutory limit of {limit}"),
    ReasonCode.CUTS_MINIMUM: _("{promise} would cut the mandatory minimum of {minimum}"),
    ReasonCode.PROMISE_PAST: _("the promise would have passed already"),
    ReasonCode.DOCUMENTS_RECEIVED: _("the documents came"),
    ReasonCode.EXPLANATION_RECEIVED: _("the applicant explained"),
    ReasonCode.PAYMENT_CONFIRMED: _("the payment was confirmed"),
    ReasonCode.PAYMENT_AWAITED: _("payment is awaited"),
    ReasonCode.SUSPENSION_CAP: _("the longest time that the procedure allows has passed"),
    ReasonCode.STOP_ENDED: _("the stop ended on the day set for it"),
    ReasonCode.APPLICANT_LIMIT: _("the applicant's time limit passed"),
    ReasonCode.NO_LONGER_NEEDED: _("the dossier no longer needs it: stopped, re-opened or withdrawn"),
    ReasonCode.NEVER_A_CASE: _("it never became a case"),
}

_OLDER: Mapping[str, ReasonCode] = {
    "the procedure has no statutory limit to reduce": ReasonCode.NO_STATUTORY_LIMIT,
    "the promise would be past already": ReasonCode.PROMISE_PAST,
    "documents received": ReasonCode.DOCUMENTS_RECEIVED,
    "payment confirmed": ReasonCode.PAYMENT_CONFIRMED,
    "payment awaited": ReasonCode.PAYMENT_AWAITED,
    "the longest time that the procedure allows has passed": ReasonCode.SUSPENSION_CAP,
    "the applicant's time limit passed": ReasonCode.APPLICANT_LIMIT,
    "the dossier no longer needs it: stopped, re-opened or withdrawn": ReasonCode.NO_LONGER_NEEDED,
    "it never became a case": ReasonCode.NEVER_A_CASE,
}
_OLDER_AFTER_STATUTE = " would fall after the statutory "
_OLDER_CUTS_MINIMUM = " would cut the steps' mandatory minimum of "


def said_reason(code: ReasonCode, details: Mapping[str, str] | None = None) -> LazyText:
    """A reason in both languages; amounts of time among the details, as `3 working_days`, are put into words."""
    return _TEXTS[code].filled(**{name: _amount(detail) for name, detail in (details or {}).items()})


def _amount(text: str) -> str:
    number, _, unit = text.partition(" ")
    if unit not in UNITS or not number.isdecimal():
        return text
    return counted(int(number), unit)


def code_of(sentence: str) -> tuple[ReasonCode, dict[str, str]] | None:
    """The code and details that an English sentence in an older event stands for; None: somebody wrote it."""
    if sentence in _OLDER:
        return _OLDER[sentence], {}
    for between, code, name in (
        (_OLDER_AFTER_STATUTE, ReasonCode.AFTER_STATUTE, "limit"),
        (_OLDER_CUTS_MINIMUM, ReasonCode.CUTS_MINIMUM, "minimum"),
    ):
        promise, mark, other = sentence.partition(between)
        if mark:
            return code, {"promise": promise, name: other}
    return None
