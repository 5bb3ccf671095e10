"""Vietnamese screens: names for ids, words for codes, no English; for every event with every value that it may have."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import core_schema

from cases.plans import STANDS_STILL, PlannedChange
from catalog.document import DocumentRefused, parse
from catalog.model import LaneTable, ProcedureVersion, Text
from catalog.value_texts import _MESSAGES, value_message
from events.language import case_events as ev
from events.language.case_events import DefinitionRef, EventRecord
from events.language.commands import Actor, ActorKind, Assurance
from events.language.dossier_messages import DossierFile, Need
from events.language.messages import DecisionMessage, message_error_of
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse
from greenlane.cli.app import command_names
from greenlane.settings import Settings
from presentation.cases.event_lines import event_cells
from presentation.catalogue.changes import change_table
from presentation.moments import Moments
from presentation.names import Names
from presentation.words.words import TABLE, Words
from sla.business_time import BusinessTime
from sla.calendar import CalendarDefinition
from sla.units import Budget, Unit
from tests.cli.program import Program
from tests.cli.vietnamese import strangers, the_catalog
from wording.json_text import JsonRefusedError, next_json, read_json
from wording.libraries import json_said, library_said, os_said
from wording.text import in_language

EVENTS = get_args(get_args(ev.CaseEvent)[0])
AT = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
NAMED: dict[str, Any] = {
    # by the name of a field: what it holds in a case under the shipped catalogue
    "account": "cb-07",
    "agency": "culture",
    "application_id": "hs-1",
    "approved_by": "lđ-01",
    "asked_by": "site-check",
    "asked_by_department": "culture",
    "audience": "lead-head",
    "audience_department": "health",
    "because": "HS2",
    "case_id": "case-0123456789abcdef",
    "clock_id": "step:site-check.2",
    "command_id": "lệnh-1",
    "department": "culture",
    "dossier_code": "H05.8-260302-0001",
    "dossier_id": "dossier-0123456789abcdef",
    "escalation_id": "step:site-check/breach",
    "former_outcome": "granted",
    "from_department": "culture",
    "holder": "police",
    "issuer": "UBND",
    "kind": "security-certificate",
    "lead": "culture",
    "legal_basis": "54/2019/NĐ-CP",
    "level": 1,
    "name": "HS1",
    "needs": "HS2",
    "note": "Đã rõ",
    "number": "01/2026",
    "officer": "cb-07",
    "owner": "police",
    "procedure": "karaoke-licence",
    "question": "Diện tích bao nhiêu?",
    "reason": "Lý do",
    "reason_ref": None,
    "receipt": "BL-07",
    "reference": None,
    "result_code": "H05.8-260302-0001-KQ(1)",
    "rung": "breach",
    "source": "/quầy-3",
    "status": "waiting",
    "step_id": "site-check",
    "template": "karaoke",
    "to_department": "police",
    "version": "2026-01-01",
    "name_vi": "Thẩm định thực tế",
    "name_en": "Appraisal on site",
}
MANY = {
    "clock_ids": (
        "statutory",
        "green.2",
        "step:site-check",
        "supplement",
        "explanation",
        "consultation:site-check.opinion-1",
    ),
    "critical_path": ("HS1", "HS2"),
    "departments": ("culture", "police"),
    "documents": ("security-certificate", "request"),
    "missing": ("security-certificate",),
    "step_ids": ("intake", "site-check"),
}


ACTORS = [
    Actor(kind=kind, id="culture" if kind is ActorKind.DEPARTMENT else "cb-07", assurance=assurance)
    for kind in ActorKind
    for assurance in (*Assurance, None)
]


OF_PYTHON_ONLY = {
    # what only a program's own objects can be, never what somebody wrote
    "no_such_attribute", "needs_python_object", "frozen_field", "frozen_instance", "get_attribute_error", "dataclass_exact_type",
    "default_factory_not_called", "missing_sentinel_error", "ellipsis_error", "is_instance_of", "is_subclass_of", "callable_type",
    "arguments_type", "missing_argument", "unexpected_keyword_argument", "missing_keyword_only_argument",
    "unexpected_positional_argument", "missing_positional_only_argument", "multiple_argument_values",
}  # fmt: skip
CHOICES = (
    "in_progress", "awaiting_supplement", "awaiting_explanation", "awaiting_payment", "suspended", "stopped", "closed",
    "owner", "reader", "operator",
)  # fmt: skip
"""What may be typed, as the message lists it."""
WITH_DETAILS = (ReasonCode.AFTER_STATUTE, ReasonCode.CUTS_MINIMUM)


def moments(language: str = "vi") -> Moments:
    words, catalogue = Words(language), the_catalog()
    names = Names(words, catalogue).of_procedure(catalogue.procedure("karaoke-licence", DAY))
    return Moments(words, ZoneInfo("Asia/Ho_Chi_Minh"), BusinessTime.real_time(), AT, known=names)


def values_of(name: str, annotation: Any) -> list[Any]:
    """What a field may hold: one value, or all of a closed set."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return values_of(name, get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [value for part in get_args(annotation) if part is not NoneType for value in values_of(name, part)]
    if origin is Literal:
        return [*get_args(annotation)]
    if origin is tuple:
        inner = get_args(annotation)[0]
        return [MANY[name]] if name in MANY and inner in (str,) else [tuple(values_of(name, inner))]
    if origin is dict:
        return [{}]
    if isinstance(annotation, type):
        return _of_class(name, annotation)
    return values_of(name, getattr(annotation, "__value__", str))


def _of_class(name: str, kind: type) -> list[Any]:
    given: dict[type, Any] = {
        datetime: AT,
        date: DAY,
        bool: True,
        int: 3,
        float: 24_000.0,
        ProcedureVersion: the_catalog().procedure("karaoke-licence", DAY),
        CalendarDefinition: the_catalog().calendar("vn-public"),
        LaneTable: the_catalog().lane_table(DAY),
        Refusal: refuse("case_closed", "case"),
        Budget: Budget(amount=400, unit=Unit.WORKING_MINUTES),
        Text: Text(vi="tên", en="name"),
    }
    if kind in given or kind.__name__ == "AwareDatetime":
        return [given.get(kind, AT)]
    if kind is Actor:
        return ACTORS
    if kind is DefinitionRef:
        return [
            DefinitionRef(id="vn-public" if name == "calendar" else "karaoke-licence", version="2026.1", digest="0")
        ]
    if kind is ReasonCode:
        # Those with gaps stand with their details only; each has its text, see below.
        return [code for code in ReasonCode if code not in WITH_DETAILS]
    if issubclass(kind, Enum):
        return list(kind)
    if issubclass(kind, BaseModel):
        return list(samples(kind))
    return [NAMED[name]] if name in NAMED else ["mã-1"]


def samples(kind: type[BaseModel]) -> Iterator[BaseModel]:
    """The model with every field filled, and once more for every further value that one of its fields may have."""
    choices = {name: values_of(name, field.annotation) for name, field in kind.model_fields.items()}
    base = {name: values[0] for name, values in choices.items()}
    yield kind.model_construct(**base)
    for name, values in choices.items():
        for value in values[1:]:
            yield kind.model_construct(**base | {name: value})


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_no_event_shows_a_code_or_an_english_word(kind: type[BaseModel]) -> None:
    """Every event of cases and dossiers, with each value of its closed sets; actors of every kind."""
    seen = 0
    for event in samples(kind):
        for actor in (None, *ACTORS):
            record = EventRecord.model_construct(
                case_id="case-1", sequence=1, at=AT, decided_at=AT, command_id="c", actor=actor, event=event
            )
            shown = "\n".join(map(str, event_cells(record, moments())))
            assert not strangers(shown, "cb-07", "hs-1"), shown
            seen += 1
    assert seen > 1


def test_every_code_that_is_shown_has_its_word() -> None:
    """Reasons of the engine, units, and what screens look up by a group of words: no value is left without."""
    from events.language.reasons import said_reason  # noqa: PLC0415

    for code in ReasonCode:
        said = said_reason(code, {"promise": "1 working_days", "limit": "2 days", "minimum": "3 hours"})
        assert not strangers(in_language(said, "vi")), in_language(said, "vi")
    for unit in Unit:
        shown = moments().budget(Budget(amount=7, unit=unit))
        assert not strangers(shown), shown
    for text in TABLE.values():
        vi = in_language(text, "vi")
        assert not strangers(vi.replace("{", "").replace("}", "")) or "{" in vi, vi


@pytest.mark.parametrize(
    ("amount", "unit", "vi"),
    [
        (400, Unit.WORKING_MINUTES, "6 giờ 40 phút làm việc"),
        (90, Unit.MINUTES, "1 giờ 30 phút"),
        (5, Unit.WORKING_DAYS, "5 ngày làm việc"),
    ],
)
def test_amounts_of_time_are_in_the_units_that_people_use(amount: int, unit: Unit, vi: str) -> None:
    """Nobody counts four hundred minutes."""
    assert moments().budget(Budget(amount=amount, unit=unit)) == vi


def test_a_clock_that_begins_again_is_not_cancelled() -> None:
    """The limit starts anew when the dossier is complete (Decree 61/2018 art. 19(4))."""
    again = ev.ClockCancelled(clock_id="statutory", ended_at=AT, cause="restart")
    record = EventRecord(case_id="case-1", sequence=1, at=AT, decided_at=AT, command_id="c", event=again)
    shown = " ".join(map(str, event_cells(record, moments())))
    assert "Tính lại từ đầu" in shown
    assert "hủy" not in shown.lower()


def test_only_the_laws_limit_is_overdue() -> None:
    """A late step is a late step, and a broken promise is broken."""
    said = {}
    for clock in ("statutory", "green", "step:site-check", "consultation:site-check.opinion-1"):
        breach = ev.ClockBreached(clock_id=clock, due_at=AT, two_ends=True)
        record = EventRecord(case_id="case-1", sequence=1, at=AT, decided_at=AT, command_id="c", event=breach)
        said[clock] = str(event_cells(record, moments())[1])
    assert "QUÁ HẠN" in said.pop("statutory")
    assert "LỠ CAM KẾT" in said["green"]
    assert all("quá hạn" not in text.lower() for text in said.values()), said


def test_the_flag_in_the_description_is_a_flag_of_the_calendar() -> None:
    """`settings` shows an example that works."""
    flags = {entry.flag for entry in the_catalog().calendar("vn-public").flagged_days_off}
    told = Settings.model_fields["flags"].description or ""
    assert any(flag in told for flag in flags)
    assert any(flag in in_language(told, "vi") for flag in flags)


def test_findings_of_pydantic_have_vietnamese_of_their_own() -> None:
    """Every kind of finding that data can cause, with its bounds filled in, and none in English."""
    context = {
        "gt": 1, "ge": 1, "lt": 9, "le": 9, "min_length": 1, "max_length": 9, "pattern": "^x$", "multiple_of": 2,
        "expected": "'a', 'b' or 'c'", "expected_tags": "'A', 'B'", "expected_schemes": "'http' or 'https'",
        "expected_version": 4, "max_digits": 9, "decimal_places": 2, "whole_digits": 7, "most": 3,
    }  # fmt: skip
    kinds = set(get_args(core_schema.ErrorType)) - OF_PYTHON_ONLY
    assert kinds <= set(_MESSAGES) | {"value_error", "assertion_error"}, sorted(kinds - set(_MESSAGES))
    for kind in (*kinds, "never_heard_of"):
        said = value_message(kind, {"msg": "Input should be otherwise", "ctx": context})
        assert not strangers(in_language(said, "vi")), in_language(said, "vi")
        assert " or " not in in_language(said, "vi")
        assert "{" not in in_language(said, "vi")


def test_checks_of_ours_speak_through_pydantic() -> None:
    """A definition that contradicts itself, and a need that is none, in files, messages and declarations."""
    with pytest.raises(ValidationError) as caught:
        Need.model_validate({"name": "a", "result": {"number": "1", "issuer": "b", "issued_on": "2026-01-01"}})
    assert not strangers(in_language(message_error_of(caught.value).reason, "vi"), "name", "result")
    with pytest.raises(ValidationError) as caught:
        DossierFile.model_validate({"applicant": {}})
    assert "không có hồ sơ nào" in in_language(message_error_of(caught.value).reason, "vi")
    with pytest.raises(ValidationError) as caught:
        DecisionMessage.model_validate({"case": "case-1", "step_id": "x" * 500, "outcome": "approve"})
    reason = in_language(message_error_of(caught.value).reason, "vi")
    assert "ký tự" in reason
    assert not strangers(reason)


BAD_YAML = (
    "a: [1", "a: b: c", "a: 'b", "- a\nb: 1", "a:\n\t- b", "%YAML 9", "a: *x", "a: !x!y z", "{a: 1", "? [", "@a", "a: |x",
    "\"\\q\"",
)  # fmt: skip


def test_a_library_never_speaks_english_on_a_vietnamese_screen() -> None:
    """The operating system, the readers of YAML and JSON, a server's own sentence."""
    for number in sorted(errno.errorcode):
        said = os_said(OSError(number, os.strerror(number)))
        assert not strangers(in_language(said, "vi")), in_language(said, "vi")
    for text in (
        "a: [1",
        "a: b: c",
        "a: 'b",
        "- a\nb: 1",
        "a:\n\t- b",
        "%YAML 9",
        "a: *x",
        "a: !x!y z",
        "{a: 1",
        "? [",
        "@a",
        "a: |x",
        "'\\q'",
    ):
        with pytest.raises(DocumentRefused) as caught:
            parse("t.yaml", text.encode())
        for problem in caught.value.problems:
            for told in (problem.message, problem.remedy):
                assert not strangers(in_language(told, "vi")), told
    for text in ('{"a" 1}', "{a: 1}", '{"a": }', '{"a": 1,}', "[1 2]", '"a', '{"a": 1} x', '"\x01"', '"\\q"', "nul"):
        with pytest.raises(JsonRefusedError) as refused:
            next_json(text + " ", 0) if text != '{"a": 1} x' else read_json(text)
        assert not strangers(in_language(json_said(refused.value.reason), "vi")), text
    sentence = "password authentication failed for user"
    assert sentence not in in_language(library_said(sentence), "vi")
    assert in_language(library_said("NoBrokersAvailable"), "vi") == "NoBrokersAvailable"


@pytest.mark.parametrize(
    "call",
    [
        "cases --nonsense", "cases --limt 3", "show", "nonsense", "caes", "decide X", "cases --limit abc", "cases --limit 0",
        "cases --status foo", "cases one-more", "cases --limit", "calendar foo", "classify work-permit --on 2026-99-99", "submit",
        "cases --open=3", "cases --lang fr", "calendar show --month 13", "watch --interval x", "watch --interval 100", "dossier",
        "dossier result D N --number 1 --issuer x", "-x", "access database root", "due work-permit --at tomorrow",
        "submit no-such-file", "due work-permit --at 2026-03-02", "calendar check no-such-file", "report --csv x.txt",
        "catalog retire procedure",
    ],
)  # fmt: skip
def test_a_mistyped_call_is_told_in_vietnamese(greenlane: Program, call: str) -> None:
    """With a code for machines, what is wrong in a sentence, and what helps; in English by the same words as ever."""
    vi = (
        greenlane(*call.split(), "--lang", "vi", "--json")
        if "--lang" not in call
        else greenlane(*call.split(), "--json")
    )
    body = json.loads(vi.out)["error"]
    assert vi.code == 2
    typed = {*call.split(), body["field"], *CHOICES, *command_names(), "STEP", "CASE", "FILE"}
    for text in (body["message"], body["remedy"]):
        assert not strangers(text, *typed), text
        assert text.endswith((".", "?"))
        assert ".." not in text.replace("...", "")
    assert body["code"]


def test_a_change_of_time_names_its_cases_by_their_codes() -> None:
    """One whose clocks stand still changes as a whole: that has words too."""
    changes = [
        PlannedChange("case-1", "statutory", "statutory", None, AT, AT),
        PlannedChange("case-2", STANDS_STILL, "case", None, None, None),
    ]
    moments = Moments(Words("vi"), ZoneInfo("Asia/Ho_Chi_Minh"), BusinessTime.real_time(), AT)
    codes = {"case-1": "H05.8-260302-0001", "case-2": "H05.8-260302-0002"}
    table = change_table(Words("vi"), moments, changes, codes.__getitem__)
    dossiers, clocks = ([str(row.cells[place]) for row in table.rows] for place in (0, 1))
    assert dossiers == list(codes.values())
    assert clocks == ["thời hạn theo luật", "cả hồ sơ"]
