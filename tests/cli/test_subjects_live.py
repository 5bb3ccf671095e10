"""A person's request answered at the command line: found, shown, handed out, put right; an erasure that must wait."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from greenlane.cli import subjects
from tests.cli.program import Program
from tests.cli.test_own_words import KINDS

NUMBER: Final = "079085007777"
APPLICANT: Final = {"full_name": "Lê Thị Quế Trân", "identity_number": NUMBER, "phone": "0977000111"}


def application(name: str, **change: Any) -> bytes:
    body = {"application_id": name, "procedure": "work-permit", "applicant": APPLICANT | change}
    return json.dumps(body | {"documents": [{"kind": kind} for kind in KINDS]}).encode()


@pytest.mark.more
def test_a_person_s_request_is_answered(live: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the contract for machines; the number goes in by standard input, and stands nowhere on record. Once the
    times of keeping are over the person is erased, and everything else still proves itself."""
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
    corrected = live("subject", "correct", ref, str(file), *act).json
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

    order = ("--reason", "request of 2 March", "--legal-basis", "91/2025/QH15", "--by", "archivist-1")
    alone = live("subject", "erase", ref, *order, "--approved-by", "archivist-1")
    assert (alone.error["code"], alone.error["field"]) == ("second_person", "approved_by")
    kept = live("subject", "erase", ref, *order, "--approved-by", "head-1").error
    assert (kept["code"], cases[0] in kept["message"] or "H" in kept["message"]) == ("case_open", True)
    assert live("subject", "show", "subject-0").error["code"] == "subject_unknown"
    assert live("subject", "reapply").json == {"ok": True, "listed": 0, "applied": [], "left": []}
    assert NUMBER not in json.dumps(live("reads", "--limit", "100").json)

    for case in cases:
        assert live("withdraw", case).code == 0
    kept = live("subject", "erase", ref, *order, "--approved-by", "head-1").error
    assert (kept["code"], "2028" in kept["message"]) == ("retention_runs", True)
    monkeypatch.setattr(subjects, "now", lambda: datetime(2056, 3, 2, tzinfo=UTC))
    erased = live("subject", "erase", ref, *order, "--approved-by", "head-1").json
    assert erased == {
        "ok": True,
        "subject": ref,
        "erased_at": "2056-03-02T00:00:00Z",
        "cases": 2,
        "documents": 2 * len(KINDS),
        "already": False,
    }
    again = live("subject", "erase", ref, *order, "--approved-by", "head-2").json
    assert again == erased | {"already": True}
    assert live("subject", "find", "--number", "-", stdin=NUMBER.encode()).json["subjects"] == []
    assert live("subject", "export", ref, "--out", str(tmp_path / "gone.json")).error["code"] == "subject_erased"
    assert not (tmp_path / "gone.json").exists()
    assert live("subject", "reapply").json == {"ok": True, "listed": 1, "applied": [], "left": []}
    assert live("show", cases[0]).json["case"]["outcome"] == "withdrawn"
    assert live("verify").code == 0
