"""What applicants say: facts that no list knows are named, their own words are shown to whoever may read the vault."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from catalog.loader import load_catalog
from events.language.case_events import ApplicationWithdrawn, CaseEvent, ExplanationReceived
from events.language.commands import Actor, ActorKind
from events.language.identity import text_ref_of
from presentation.cases.event_lines import detail_of
from presentation.moments import Moments
from presentation.words.words import Words
from services.own_texts import OwnTexts
from sla.business_time import BusinessTime
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import karaoke, submitted

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
BY = Actor(kind=ActorKind.APPLICANT, id="portal")
REFERENCE = text_ref_of("case", "a", "reason")
GREEN = {"project": "ring-road-4"}
KINDS = [document.kind for document in load_catalog().procedure("work-permit", date(2026, 3, 2)).documents]


def permit(application_id: str, **facts: Any) -> bytes:
    """An application that takes the green lane where its facts are right."""
    body = {"application_id": application_id, "procedure": "work-permit", "applicant": {"name": "Nguyễn Văn A"}}
    return json.dumps(body | {"documents": [{"kind": kind} for kind in KINDS], "facts": facts}).encode()


def test_a_misspelt_fact_is_left_out_and_named_with_the_nearest(live: Program) -> None:
    """Accepted in the standard lane; the event does not have it, and whoever hands in is told why no lane was green."""
    answer = live("submit", "-", stdin=permit("facts-1", projet="ring-road-4", field="high-quality-human-resources"))
    (taken,) = answer.json["submitted"]
    assert (answer.code, taken["lane"]) == (0, "green_60"), answer
    (told,) = taken["left_out"]
    assert (told["field"], told["nearest"]) == ("facts.projet", "project")
    assert "'projet'" in told["message"]
    assert "'project'" in told["remedy"]
    event = live("show", taken["case_id"]).json["timeline"][0]["event"]
    assert event["application"]["facts"] == {"field": "high-quality-human-resources"}
    assert live("submit", "-", stdin=permit("facts-2", **GREEN)).json["submitted"][0]["left_out"] == []


def test_a_value_that_no_list_knows_is_left_out_and_never_quoted(live: Program) -> None:
    """What no list knows is the applicant's own text; a slip of the pen is told by the entry that was meant."""
    (slip, name) = ("ring-raod-4", "Nguyễn Văn A, 079123456789")
    for number, (value, nearest) in enumerate([(slip, "ring-road-4"), (name, None)]):
        answer = live("submit", "-", stdin=permit(f"values-{number}", project=value))
        (taken,) = answer.json["submitted"]
        (told,) = taken["left_out"]
        assert (told["field"], told["nearest"], taken["lane"]) == ("facts.project", nearest, "standard")
        assert value not in json.dumps(told, ensure_ascii=False)
        assert live("show", taken["case_id"]).json["timeline"][0]["event"]["application"]["facts"] == {}


def test_strict_takes_no_unknown_fact(live: Program) -> None:
    """Refused before anything is accepted, with the nearest; the same without --strict is taken."""
    misspelt = permit("strict-1", projet="ring-road-4")
    answer = live("submit", "-", "--strict", stdin=misspelt)
    (refused,) = answer.json["refused"]
    error = refused["error"]
    assert (answer.code, error["code"], error["field"]) == (2, "fact_unknown", "facts.projet")
    assert "project" in error["remedy"]
    slip = live("submit", "-", "--strict", stdin=permit("strict-2", project="ring-raod-4")).json["refused"][0]
    assert (slip["error"]["code"], "ring-road-4" in slip["error"]["remedy"]) == ("fact_value_unknown", True)
    assert live("submit", "-", "--strict", stdin=permit("strict-3", **GREEN)).code == 0
    assert live("submit", "-", stdin=misspelt).json["submitted"][0]["known"] is False, "nothing was taken before"


def test_a_dossier_names_its_unknown_facts_too(live: Program, tmp_path: Path) -> None:
    """Of the declaration and of each application, every name once."""
    file = tmp_path / "opening.json"
    given = {
        "dossier_id": "facts-dossier",
        "facts": {"projet": "ring-road-4"},
        "documents": [{"kind": "request"}, {"kind": "identity"}],
        "applications": [
            {"name": "reg", "procedure": "household-business-registration", "data": {"facts": {"fild": "investment"}}}
        ],
    }
    file.write_text(json.dumps(given))
    refused = live("dossier", "submit", str(file), "--strict").json["error"]
    assert (refused["code"], refused["field"], refused["reference"]) == ("fact_unknown", "facts.projet", "projet")
    taken = live("dossier", "submit", str(file)).json
    assert {(told["field"], told["nearest"]) for told in taken["left_out"]} == {
        ("facts.projet", "project"),
        ("facts.fild", "field"),
    }


def test_the_screen_shows_what_the_applicant_wrote(live: Program, greenlane: Program, live_stack: LiveStack) -> None:
    """`show` reads the vault; the live view of everything does not."""
    code = submitted(live, "words-1")
    assert live("withdraw", code, "--reason", "Tôi chuyển nhà").code == 0
    on_stack = ("--state-dir", str(live_stack.state_dir), "--lang", "vi")
    assert "Tôi chuyển nhà" in greenlane("show", code, *on_stack).out
    assert "Tôi chuyển nhà" not in greenlane("watch", "--once", *on_stack).out


def test_another_reason_under_a_used_id_is_another_command(live: Program) -> None:
    """The reference says nothing of the text, and yet the same id with other words is not the same command."""
    code = submitted(live, "words-2")
    first = live("submit", "-", stdin=karaoke("words-3")).json["submitted"][0]["dossier_code"]
    assert live("withdraw", code, "--reason", "Tôi chuyển nhà", "--command-id", "words-w").code == 0
    assert live("withdraw", code, "--reason", "Tôi chuyển nhà", "--command-id", "words-w").code == 0
    assert live("withdraw", first, "--reason", "Lý do khác", "--command-id", "words-w").code == 0
    texts = live("show", code).json["texts"]
    assert list(texts.values()) == ["Tôi chuyển nhà"]


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (ApplicationWithdrawn(by=BY, reason="The plans have changed"), "The plans have changed"),
        (ExplanationReceived(round=1, received_at=AT, reference="incoming-117"), "incoming-117"),
        (ApplicationWithdrawn(by=BY, reason_ref=REFERENCE), "Tôi chuyển nhà"),
        (ExplanationReceived(round=1, received_at=AT, reference=REFERENCE), "Tôi chuyển nhà"),
        (ExplanationReceived(round=1, received_at=AT, reference=text_ref_of("case", "b", "r")), "(kept in the vault)"),
    ],
)
def test_older_events_show_what_they_hold_and_newer_ones_what_the_vault_holds(event: CaseEvent, shown: str) -> None:
    """Events of before hold the applicant's words themselves, and are shown as they always were."""
    time = BusinessTime.real_time()
    moments = Moments(Words("en"), ZoneInfo("Asia/Ho_Chi_Minh"), time, AT, {REFERENCE: "Tôi chuyển nhà"})
    assert detail_of(event, moments).endswith(shown)


def test_of_an_erased_applicant_nothing_is_kept() -> None:
    """What an older event holds itself stays there; what lay in the vault is gone, and is not said to be kept."""
    texts = OwnTexts()
    texts.was_erased = True
    moments = Moments(Words("en"), ZoneInfo("Asia/Ho_Chi_Minh"), BusinessTime.real_time(), AT, texts)
    assert detail_of(ApplicationWithdrawn(by=BY, reason_ref=REFERENCE), moments).endswith("(erased)")
    assert detail_of(ApplicationWithdrawn(by=BY, reason="moved"), moments).endswith("moved")
