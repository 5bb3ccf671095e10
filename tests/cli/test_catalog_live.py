"""An administrator's way on a running stack of its own: a folder, new versions, what new and open cases are under, an end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.database import Store
from store.definitions import DefinitionArchive
from store.ledger import Ledger
from tests.cli.administration_page import copied, steps
from tests.cli.program import Answer, LiveStack, Program, a_stack
from tests.cli.test_changes_live import until

pytestmark = pytest.mark.more

TIME_FACTOR = 2
VERSION = "2026-03-02"
"""Of all that is published here; the stack's time begins on that day."""
DEPARTMENT = """\
  - id: heritage
    name: {vi: "Sở Di sản", en: "Department of Heritage"}
    code: H05.98
"""
PROCEDURE = """\
id: restoration-permit
version: "1"
name: {vi: "Cấp phép tu bổ di tích", en: "Restoration permit"}
sector: heritage
agency: heritage
limit: {amount: 10, unit: working_days}
documents:
  - kind: request
    name: {vi: "Đơn đề nghị", en: "Application form"}
steps:
  - id: intake
    name: {vi: "Tiếp nhận", en: "Intake"}
    department: one-stop
  - id: signing
    name: {vi: "Ký phép", en: "Signing"}
    department: heritage
    needs: [intake]
"""


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """A stack that no other test uses: what is published stays published."""
    with a_stack(tmp_path_factory.mktemp("catalogued"), time_factor=TIME_FACTOR) as stack:
        yield stack


@pytest.fixture
def here(own_stack: LiveStack, greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on that stack, answering in JSON."""
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", str(TIME_FACTOR))

    def call(*arguments: str, stdin: bytes = b"") -> Answer:
        return greenlane(*arguments, "--state-dir", str(own_stack.state_dir), "--json", stdin=stdin)

    return call


@pytest.fixture
def folder(here: Program, tmp_path: Path) -> Path:
    """The running catalogue as a folder to edit."""
    here("catalog", "export", str(tmp_path / "catalogue"))
    return tmp_path / "catalogue"


def submitted(here: Program, application_id: str, procedure: str = "work-permit") -> dict[str, Any]:
    """A case in which nothing was decided yet, in the lane of the Chairman's projects where the procedure has it."""
    (asked,) = here("procedures", procedure).json["procedures"]
    documents = [{"kind": document["kind"]} for document in asked["documents"]]
    body = {"application_id": application_id, "procedure": procedure, "applicant": {"name": "Trần Thị B"}}
    body |= {"documents": documents, "facts": {"project": "ring-road-4"}}
    answer = here("submit", "-", stdin=json.dumps(body).encode())
    assert answer.code == 0, answer
    taken: dict[str, Any] = answer.json["submitted"][0]
    return here("show", taken["case_id"]).json["case"]


def renewed(file: Path, *changes: tuple[str, str]) -> Path:
    """A second version of a file, beside it."""
    text = file.read_text()
    for old, new in (*changes, ('version: "2026-01-01"', f'version: "{VERSION}"')):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    new_file = file.with_name(f"{file.stem.partition('.')[0]}.{VERSION}.yaml")
    new_file.write_text(text)
    return new_file


def lanes_of(stack: LiveStack, case_id: str) -> tuple[str, str]:
    """The table that the case was classified by, and the procedure's version that it was received under."""
    store = Store.connect(stack.settings.database_url or "")
    try:
        first: Any = Ledger(store).records(case_id)[0].event
        found = DefinitionArchive(store).definitions(first.definitions_digest)
        return found.lanes.version, found.procedure.version
    finally:
        store.close()


def a_case_under(here: Program, version: str, prefix: str) -> dict[str, Any]:
    """The first new case under the version: it is in force a moment after it was published."""
    numbers = iter(range(1000))

    def found() -> dict[str, Any] | None:
        case = submitted(here, f"{prefix}-{next(numbers)}")
        return case if case["procedure_version"] == version else None

    return until(found)


def test_the_page_for_administrators_word_by_word(
    own_stack: LiveStack, greenlane: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file written, every line changed, every command given as docs/administration.md says: none is refused."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREENLANE_STATE_DIR", str(own_stack.state_dir))
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", str(TIME_FACTOR))
    given: list[str] = []
    for step in steps():
        if step.kind != "sh":
            (step.write if step.kind == "yaml" else step.change)(tmp_path)
            continue
        for words in step.command_lines():
            if copied(words, tmp_path):
                continue
            given.append(" ".join(words[1:3]))
            answer = greenlane(*words[1:])
            assert (words[0], answer.code) == ("greenlane", 0), (words, answer)
            assert answer.out, words
    assert {f"catalog {name}" for name in ("export", "check", "diff", "publish", "list", "retire")} < set(given)
    assert greenlane("catalog", "publish", "catalogue", "--json").json["published"] == []


def test_a_second_version_of_lanes_and_procedure(here: Program, own_stack: LiveStack, folder: Path) -> None:
    """New cases are under both at once, no open case is touched, until the administrator moves it."""
    before = submitted(here, "before")
    assert lanes_of(own_stack, before["case_id"]) == ("2025-08-01", "2026-01-01")
    lanes = (folder / "lanes/bac-ninh.yaml").read_text()
    table = lanes.replace("2025-08-01", VERSION, 2).replace(
        "      - ring-road-5 ", "      - ring-road-6\n      - ring-road-5 "
    )
    (folder / f"lanes/bac-ninh.{VERSION}.yaml").write_text(table)
    renewed(
        folder / "procedures/work-permit.2026-01-01.yaml",
        ("limit: {amount: 10, unit: working_days}\nsupp", "limit: {amount: 8, unit: working_days}\nsupp"),
        ("valid_from: 2026-01-01\n", f"valid_from: {VERSION}\n"),
    )
    assert here("catalog", "check", str(folder)).json["ok"]
    differing = {change["kind"]: change for change in here("catalog", "diff", str(folder)).json["changes"]}
    assert differing["lanes"]["fields"] == ["lists[chairman-projects].entries", "valid_from"]
    assert differing["procedure"]["fields"] == ["limit.amount", "valid_from"]
    done = here("catalog", "publish", str(folder), "--note", "QĐ 12/QĐ-UBND", "--by", "an.nguyen").json
    assert [(new["kind"], new["version"]) for new in done["published"]] == [("lanes", VERSION), ("procedure", VERSION)]

    after = a_case_under(here, VERSION, "after")
    assert lanes_of(own_stack, after["case_id"]) == (VERSION, VERSION)
    assert here("show", before["case_id"]).json["case"]["procedure_version"] == "2026-01-01"
    moved = here("procedure", "migrate", "work-permit", VERSION, "--reason", "QĐ 12/QĐ-UBND").json
    assert moved["sent"] == moved["cases"]
    assert moved["refused"] == []
    now_under = until(
        lambda: (case := here("show", before["case_id"]).json["case"])["procedure_version"] == VERSION and case
    )
    assert now_under["statutory_due_at"] < before["statutory_due_at"]
    listed = here("catalog", "list", "procedure", "work-permit").json["entries"]
    by_version = {entry["version"]: entry for entry in listed}
    former, current = by_version["2026-01-01"], by_version[VERSION]
    assert (former["valid_until"], current["valid_from"]) == ("2026-03-01", VERSION)
    assert current["published_at"] > former["published_at"]
    assert here("catalog", "publish", str(folder)).json["published"] == []
    assert here("verify").json["ok"]


def test_a_new_department_and_its_procedure(here: Program, folder: Path, tmp_path: Path) -> None:
    """Its topic is there when its first work comes, and its account is handed out."""
    text = (folder / "departments.2026-03-15.yaml").read_text()
    lines = text.replace('version: "2026-03-15"', 'version: "2028-01-01"').rstrip("\n") + "\n" + DEPARTMENT
    (folder / "departments.2028-01-01.yaml").write_text(lines)
    (folder / "procedures/restoration-permit.yaml").write_text(PROCEDURE)
    done = here("catalog", "publish", str(folder)).json
    assert {(new["kind"], new["id"]) for new in done["published"]} == {
        ("province", "bac-ninh"),
        ("procedure", "restoration-permit"),
    }
    body = {
        "application_id": "restoration-1",
        "procedure": "restoration-permit",
        "applicant": {"name": "x"},
        "documents": [{"kind": "request"}],
    }
    answer = until(lambda: (found := here("submit", "-", stdin=json.dumps(body).encode())).code == 0 and found)
    case = here("show", answer.json["submitted"][0]["case_id"]).json["case"]
    assert case["dossier_code"].startswith("H05.98-")
    assert here("decide", case["case_id"], "intake", "approve", "--department", "one-stop").json["accepted"]
    waiting = until(lambda: here("desk", "heritage").json["work"])
    assert [item["step_id"] for item in waiting] == ["signing"]
    assert "greenlane.work.heritage.v1" in here("access", "kafka", "heritage").json["read"]


def test_two_administrators_with_a_folder_each(
    here: Program, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes second is told what was published meanwhile; nothing of it is lost, and nothing is entered."""
    here("catalog", "export", str(tmp_path / "other"))
    for place, number in ((folder, "2028.5"), (tmp_path / "other", "2028.6")):
        text = (place / "calendars/vn-public.yaml").read_text()
        changed = text.replace('"2026.1"', f'"{number}"').replace("  - 2025-01-01 ", "  - 2026-12-24\n  - 2025-01-01 ")
        (place / f"calendars/vn-public.{number}.yaml").write_text(changed)
    assert here("catalog", "publish", str(folder)).json["published"][0]["version"] == "2028.5"
    digests = (tmp_path / "other/digests.txt").read_bytes()
    for command in ("check", "publish"):
        answer = here("catalog", command, str(tmp_path / "other"))
        assert (answer.code, answer.json["error"]["code"]) == (2, "folder_behind"), answer
        assert "calendar vn-public 2028.5" in answer.json["error"]["message"]
    assert (tmp_path / "other/digests.txt").read_bytes() == digests
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(tmp_path / "other"))
    assert "2028.6" in here("catalog", "list", "calendar").err, "the shell names another catalogue"
    monkeypatch.delenv("GREENLANE_CATALOG_DIR")
    applied = here("calendar", "apply", "vn-public", "--dry-run")
    assert (applied.json["version"], applied.err) == ("2028.5", "")
    file = str(tmp_path / "other/calendars/vn-public.2028.6.yaml")
    assert "2028.5" in here("calendar", "apply", file, "--dry-run").err, "new cases would be under the catalogue's"


def test_a_procedure_is_retired(here: Program, folder: Path) -> None:
    """Until the day named it is received; its open cases are counted; again it is the same act."""
    submitted(here, "license-1", "tobacco-retail")
    act = ("catalog", "retire", "procedure", "tobacco-retail", "2026-01-01", "--on", "2026-03-31", "--note", "Luật mới")
    done = here(*act).json
    assert done == {
        "ok": True,
        "kind": "procedure",
        "id": "tobacco-retail",
        "version": "2026-01-01",
        "valid_until": "2026-03-31",
        "open_cases": 1,
    }
    assert here(*act).json == done
    entry = here("catalog", "list", "procedure", "tobacco-retail").json["entries"][-1]
    assert entry["valid_until"] == "2026-03-31"
    later = here("procedures", "--on", "2026-04-01").json["procedures"]
    assert "tobacco-retail" not in {procedure["id"] for procedure in later}
    assert here("catalog", "retire", *act[2:5], "--on", "2026-03-01").error["field"] == "on"
    assert here("catalog", "export", str(folder.with_name("later"))).code == 0
    text = folder.with_name("later").joinpath("retirements.txt").read_text()
    assert "procedure tobacco-retail 2026-01-01 2026-03-31" in text
