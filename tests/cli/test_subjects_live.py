"""A person's request answered at the command line: found, shown, handed out, put right; an erasure that must wait."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from catalog.systems import PORTAL
from events.language.envelope import binary_headers
from events.transport.producer import Producer
from greenlane.cli import subjects
from tests.cli.program import LiveStack, Program
from tests.cli.test_bad_input import OUTSIDE, TOPICS, letters_once
from tests.cli.test_own_words import KINDS

NUMBER: Final = "079085007777"
GOING: Final = "079085006666"
APPLICANT: Final = {"full_name": "Lê Thị Quế Trân", "identity_number": NUMBER, "phone": "0977000111"}

ORDER: Final = ("--reason", "request of 2 March", "--legal-basis", "91/2025/QH15", "--by", "archivist-1")
ANOTHER: Final = {"full_name": "Phạm Văn Khoát", "identity_number": "079085008888", "phone": "0988000999"}


def application(name: str, **change: Any) -> bytes:
    body = {"application_id": name, "procedure": "work-permit", "applicant": APPLICANT | change}
    return json.dumps(body | {"documents": [{"kind": kind} for kind in KINDS]}).encode()


@pytest.mark.more
def test_a_person_s_request_is_answered(live: Program, tmp_path: Path) -> None:
    """By the contract for machines; the number goes in by standard input, and stands nowhere on record."""
    given = live("submit", "-", stdin=application("person-1") + b"\n" + application("person-2", phone="0977000222"))
    cases = [taken["case_id"] for taken in given.json["submitted"]]
    found = live("subject", "find", "--number", "-", stdin=f"{NUMBER}\n".encode()).json
    ((subject,), ref) = found["subjects"], found["subjects"][0]["subject"]
    assert (set(found), set(subject)) == ({"ok", "subjects"}, {"subject", "kind", "cases"})
    assert (subject["kind"], subject["cases"]) == ("person", cases)
    assert live("subject", "find", "--phone", "0977 000 222").json["subjects"] == [subject]
    assert live("subject", "find", "--name", "le thi que tran").json["subjects"] == [subject]

    shown = live("subject", "show", ref).json
    assert (set(shown), shown["person"]["phone"]) == ({"ok", "subject", "person", "cases"}, "0977000222")
    assert [case["case_id"] for case in shown["cases"]] == cases

    file = tmp_path / "right.yaml"
    file.write_text("phone: 0977000333\n", encoding="utf-8")
    act = ("--reason", "request of 2 March", "--by", "archivist-1")
    assert live("subject", "correct", ref, str(file), *act).error["code"] == "values_differ"
    corrected = live("subject", "correct", ref, str(file), *act, "--case", cases[1]).json
    assert corrected == {"ok": True, "subject": ref, "fields": ["phone"]}
    file.write_text("phone: 0977000333\nphon: 1\n", encoding="utf-8")
    faulty = live("subject", "correct", ref, str(file), *act)
    (fault,) = faulty.json["faults"]
    assert (faulty.code, fault["file"], fault["line"], fault["field"]) == (2, str(file), 2, "phon")

    out = tmp_path / "person.json"
    exported = live("subject", "export", ref, "--out", str(out)).json
    assert set(exported) == {"ok", "subject", "person", "cases", "documents", "reads", "file"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    content = json.loads(out.read_text(encoding="utf-8"))
    assert (content["person"]["phone"], len(content["applications"])) == ("0977000333", 2)
    assert {read["purpose"] for read in content["reads"]} >= {"subject show", "subject correct", "subject export"}

    alone = live("subject", "erase", ref, *ORDER, "--approved-by", "archivist-1")
    assert (alone.error["code"], alone.error["field"]) == ("second_person", "approved_by")
    kept = live("subject", "erase", ref, *ORDER, "--approved-by", "head-1").error
    assert (kept["code"], cases[0] in kept["message"] or "H" in kept["message"]) == ("case_open", True)
    assert live("subject", "show", "subject-0").error["code"] == "subject_unknown"
    assert live("subject", "reapply").json == {"ok": True, "listed": 0, "applied": [], "left": []}
    assert NUMBER not in json.dumps(live("reads", "--limit", "100").json)


@pytest.mark.more
def test_a_person_is_erased_with_his_letters(
    live: Program, live_stack: LiveStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the times of keeping are over; another's letters stay, and everything else still proves itself."""
    himself = {"full_name": "Đoàn Thế Lữ", "identity_number": GOING, "phone": "0966000555"}
    (taken,) = live("submit", "-", stdin=application("going-1", **himself)).json["submitted"]
    case, ref = (
        taken["case_id"],
        live("subject", "find", "--number", "-", stdin=GOING.encode()).json["subjects"][0]["subject"],
    )
    assert live("withdraw", case).code == 0
    kept = live("subject", "erase", ref, *ORDER, "--approved-by", "head-1").error
    assert (kept["code"], "2028" in kept["message"]) == ("retention_runs", True)
    letters = _letters_of(live, live_stack, himself)
    assert GOING in live("dlq", "show", "submissions", letters["letter-his"], "--content").json["letter"]["content"]

    monkeypatch.setattr(subjects, "now", lambda: datetime(2056, 3, 2, tzinfo=UTC))
    erased = live("subject", "erase", ref, *ORDER, "--approved-by", "head-1").json
    counted = {"cases": 1, "documents": len(KINDS), "already": False}
    assert erased == {"ok": True, "subject": ref, "erased_at": "2056-03-02T00:00:00Z"} | counted
    assert live("subject", "erase", ref, *ORDER, "--approved-by", "head-2").json == erased | {"already": True}
    assert live("subject", "find", "--number", "-", stdin=GOING.encode()).json["subjects"] == []
    assert live("subject", "export", ref, "--out", str(tmp_path / "gone.json")).error["code"] == "subject_erased"
    assert not (tmp_path / "gone.json").exists()
    assert live("subject", "reapply").json == {"ok": True, "listed": 1, "applied": [], "left": []}
    gone = live("dlq", "show", "submissions", letters["letter-his"], "--content").error
    assert gone["code"] == "letter_erased"
    assert live("dlq", "show", "submissions", letters["letter-another-s"], "--content").code == 0
    assert live("show", case).json["case"]["outcome"] == "withdrawn"
    assert live("verify").code == 0


def _letters_of(live: Program, stack: LiveStack, himself: dict[str, Any]) -> dict[str, str]:
    """Two dead letters, his and another's: their ids by those of their messages."""
    with Producer(stack.cluster_of(PORTAL)) as producer:
        for name, change in (("letter-his", himself), ("letter-another-s", ANOTHER)):
            headers = binary_headers(
                id=name, source=OUTSIDE, name="SubmitApplication", time=datetime.now(UTC), subject=None
            )
            value = application(name, **change).replace(b"work-permit", b"zzz-nothing-such")
            producer.send_now(TOPICS.submissions, name, value, headers)
    wanted = {"letter-his", "letter-another-s"}
    return {each["event_id"]: each["id"] for each in letters_once(live, lambda ids: wanted <= ids)}
