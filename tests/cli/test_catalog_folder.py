"""The commands of the catalogue where no stack runs: they work on a folder alone."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from catalog.errors import CatalogInvalid, Problem
from catalog.loader import DATA_FOLDER, load_catalog
from presentation.catalogue.cautions import caution_said
from services.catalogue_places import FolderPlace
from services.cautions import caution_of_version
from tests.catalog.folder import Folder
from tests.cli.program import Program
from wording.text import Bilingual

TODAY_KEYS = {"kind", "id", "version", "digest", "valid_from", "valid_until", "published_at"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A small catalogue, published, that the shell names."""
    folder = Folder(tmp_path / "catalogue")
    folder.publish()
    monkeypatch.setenv("GREENLANE_STATE_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("GREENLANE_CATALOG_DIR", str(folder.path))
    return folder


def second_version(folder: Folder) -> Path:
    """Of the procedure, one working day shorter."""
    changes = (('version: "1"', 'version: "2"'), ("2025-01-01", "2026-06-01"), ("amount: 5", "amount: 4"))
    return folder.procedure(*changes, name="procedures/shop-licence.2.yaml")


def test_an_administrator_publishes_a_second_version(greenlane: Program, folder: Folder) -> None:
    """Check, diff, publish, list: each says what it should, and the second publication finds nothing to do."""
    second_version(folder)
    assert greenlane("catalog", "check", str(folder.path), "--json").json == {"ok": True, "files": 9, "faults": []}
    (change,) = greenlane("catalog", "diff", str(folder.path), "--json").json["changes"]
    assert change == {
        "kind": "procedure",
        "id": "shop-licence",
        "from": "1",
        "to": "2",
        "fields": ["limit.amount", "valid_from"],
    }
    done = greenlane(
        "catalog", "publish", str(folder.path), "--note", "QĐ 12/QĐ-UBND", "--by", "an.nguyen", "--json"
    ).json
    (entered,) = done["published"]
    assert (done["ok"], done["known"], entered["version"]) == (True, 8, "2")
    lines = (folder.path / "digests.txt").read_text().splitlines()
    assert lines[-2].endswith("an.nguyen: QĐ 12/QĐ-UBND")
    assert lines[-1] == f"procedure shop-licence 2 {entered['digest']}"
    again = greenlane("catalog", "publish", str(folder.path), "--json").json
    assert again == {"ok": True, "published": [], "known": 9}
    assert greenlane("catalog", "diff", str(folder.path), "--json").json == {"ok": True, "changes": []}
    first, second = greenlane("catalog", "list", "procedure", "shop-licence", "--json").json["entries"]
    assert first.keys() == second.keys() == TODAY_KEYS
    assert (first["valid_from"], first["valid_until"]) == ("2025-01-01", "2026-05-31")
    assert (second["valid_from"], second["valid_until"], second["published_at"]) == ("2026-06-01", None, None)


def test_faults_are_told_all_at_once(greenlane: Program, folder: Folder) -> None:
    """As `calendar check`: the first as `error`; by check, diff and publish alike; nothing is entered."""
    before = (folder.path / "digests.txt").read_bytes()
    changed = folder.procedure(("valid_from: 2025-01-01", "valid_from: 2025-01-01\nvalid_until: 2026-05-31"))
    folder.lanes(('version: "1"', 'version: "2"'), name="lanes/2.yaml")
    wrong = second_version(folder)
    wrong.write_text(wrong.read_text().replace("agency: trade", "agency: trad"))
    for command in ("check", "diff", "publish"):
        answer = greenlane("catalog", command, str(folder.path), "--json")
        body = answer.json
        assert (answer.code, body["ok"], len(body["faults"])) == (2, False, 2), answer
        assert body.get("files") == (10 if command == "check" else None)
        assert body["error"] == {name: body["faults"][0][name] for name in body["error"]}
        assert all(set(f) == {"code", "file", "line", "column", "field", "message", "remedy"} for f in body["faults"])
    wrong.unlink()
    (folder.path / "lanes/2.yaml").unlink()
    (fault,) = greenlane("catalog", "check", str(folder.path), "--json").json["faults"]
    assert (fault["code"], fault["file"], fault["field"]) == ("published_version_changed", str(changed), "valid_until")
    assert "greenlane catalog retire procedure shop-licence 1 --on 2026-05-31" in fault["remedy"]
    said = greenlane("catalog", "publish", str(folder.path))
    assert (said.code, said.out) == (2, "")
    assert "valid_from of the next version ends it" in " ".join(said.err.split())
    assert (folder.path / "digests.txt").read_bytes() == before


def test_a_version_is_retired_in_the_folder(greenlane: Program, folder: Folder) -> None:
    """The same act twice is one; the list tells the day; `procedures` has nothing on the day after."""
    act = ("catalog", "retire", "procedure", "shop-licence", "1", "--on", "2099-12-31")
    done = greenlane(*act, "--note", "Luật mới", "--json").json
    assert done == {
        "ok": True,
        "kind": "procedure",
        "id": "shop-licence",
        "version": "1",
        "valid_until": "2099-12-31",
        "open_cases": None,
    }
    text = (folder.path / "retirements.txt").read_text()
    assert greenlane(*act, "--json").json == done
    assert (folder.path / "retirements.txt").read_text() == text
    (entry,) = greenlane("catalog", "list", "procedure", "--json").json["entries"]
    assert entry["valid_until"] == "2099-12-31"
    assert greenlane("procedures", "--on", "2100-01-01", "--json").json["procedures"] == []
    assert len(greenlane("procedures", "--on", "2099-12-31", "--json").json["procedures"]) == 1


@pytest.mark.parametrize(
    ("act", "code", "field"),
    [
        (("procedure", "shop-licence", "1", "--on", "2020-01-01"), "retirement_refused", "on"),
        (("procedure", "shop-licence", "1", "--on", "2026-01-01"), "retirement_refused", "on"),
        (("procedure", "shop-licence", "3", "--on", "2099-01-01"), "unknown_version", "version"),
        (("procedure", "shop-licens", "1", "--on", "2099-01-01"), "unknown_definition", "id"),
        (("procedur", "shop-licence", "1", "--on", "2099-01-01"), "unknown_kind", "kind"),
        (("ladder", "case", "2025-07-01", "--on", "2099-01-01"), "retirement_refused", "kind"),
        (("lanes", "bac-ninh", "1", "--on", "2099-01-01"), "retirement_refused", "on"),
        (("procedure", "shop-licence", "1", "--on", "tomorrow"), "usage", "on"),
    ],
)
def test_what_cannot_be_retired_is_refused(
    greenlane: Program, folder: Folder, act: tuple[str, ...], code: str, field: str
) -> None:
    """Code, field and remedy; nothing is written."""
    error = greenlane("catalog", "retire", *act, "--json").error
    assert (error["code"], error["field"]) == (code, field)
    assert not (folder.path / "retirements.txt").exists()


def test_the_shipped_folder_is_not_written(greenlane: Program, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to the program; the remedy says how to get one's own."""
    monkeypatch.delenv("GREENLANE_CATALOG_DIR")
    error = greenlane(
        "catalog", "retire", "procedure", "work-permit", "2026-01-01", "--on", "2099-01-01", "--json"
    ).error
    assert (error["code"], error["field"]) == ("catalog_unwritable", "GREENLANE_CATALOG_DIR")
    assert "catalog export" in error["remedy"]
    assert not (DATA_FOLDER / "retirements.txt").exists()


def test_an_exported_folder_is_the_same_catalogue(greenlane: Program, folder: Folder, tmp_path: Path) -> None:
    """Texts with their comments, digests and retirements; nothing is written over."""
    folder.procedure(("id: shop-licence", "# a comment stays\nid: shop-licence"))
    greenlane("catalog", "retire", "procedure", "shop-licence", "1", "--on", "2099-12-31")
    away = tmp_path / "away"
    done = greenlane("catalog", "export", str(away), "--json").json
    assert (done["ok"], done["files"]) == (True, len([file for file in away.rglob("*") if file.is_file()]))
    assert (away / "procedures/shop-licence.yaml").read_text() == (
        folder.path / "procedures/shop-licence.yaml"
    ).read_text()
    listed = greenlane("catalog", "list", "--json").json
    shutil.move(folder.path, tmp_path / "moved")
    shutil.move(away, folder.path)
    assert greenlane("catalog", "list", "--json").json == listed
    error = greenlane("catalog", "export", str(folder.path), "--json").error
    assert (error["code"], error["field"]) == ("catalog_unwritable", "DIR")


def test_the_shipped_catalogue_is_exported_whole(greenlane: Program, folder: Folder, tmp_path: Path) -> None:
    """Every digest of what is published stands in the new folder, and it is sound."""
    shutil.rmtree(folder.path)
    shutil.copytree(DATA_FOLDER, folder.path)
    greenlane("catalog", "export", str(tmp_path / "away"))

    def digests(path: Path) -> set[str]:
        return {line for line in (path / "digests.txt").read_text().splitlines() if not line.startswith("#")}

    assert digests(tmp_path / "away") == digests(DATA_FOLDER)
    assert greenlane("catalog", "check", str(tmp_path / "away"), "--json").json["ok"]


def test_screens_in_both_languages(greenlane: Program, folder: Folder) -> None:
    """Tables say what the objects say; in Vietnamese, days as people write them."""
    second_version(folder)
    listed = greenlane("catalog", "list", "procedure", "--lang", "vi").out
    assert "procedure shop-licence 1" in listed
    assert "01/06/2026" in listed
    assert "bản nháp" in listed
    told = greenlane("catalog", "diff", str(folder.path), "--lang", "vi").out
    assert "tiếp theo phiên bản 1" in " ".join(told.split())
    assert "limit.amount" in told
    assert "Chưa ban hành: 1 phiên bản" in greenlane("catalog", "check", str(folder.path), "--lang", "vi").out
    assert "Đã ban hành 1 phiên bản" in greenlane("catalog", "publish", str(folder.path), "--lang", "vi").out
    assert "Không có gì mới" in greenlane("catalog", "publish", str(folder.path), "--lang", "vi").out
    act = ("catalog", "retire", "procedure", "shop-licence", "2", "--on", "2099-12-31", "--lang", "vi")
    assert "có hiệu lực đến hết ngày 31/12/2099" in " ".join(greenlane(*act).out.split())
    refused = greenlane("catalog", "retire", "lanes", "bac-ninh", "1", "--on", "2099-12-31", "--lang", "vi").err
    assert "31/12/2099 sẽ không có bảng luồng nào" in " ".join(refused.split())


def test_a_folder_that_is_none(greenlane: Program, folder: Folder, tmp_path: Path) -> None:
    """Every command says which."""
    for command in ("check", "diff", "publish"):
        error = greenlane("catalog", command, str(tmp_path / "nowhere"), "--json").error
        assert error["code"] == "catalog_unreadable"
    shutil.rmtree(folder.path)
    assert greenlane("catalog", "list", "--json").error["code"] == "catalog_unreadable"


def test_a_folder_beside_the_catalogue(greenlane: Program, folder: Folder, tmp_path: Path) -> None:
    """One below it, or an empty one: told once, with how to come by a right one; not every file as misplaced."""
    (tmp_path / "empty").mkdir()
    for wrong in (folder.path / "procedures", tmp_path / "empty"):
        error = greenlane("catalog", "check", str(wrong), "--json").error
        assert (error["code"], error["field"]) == ("catalog_unreadable", "folder")
        assert "catalog export" in error["remedy"]


def test_what_is_no_regular_file_is_not_read(greenlane: Program, folder: Folder) -> None:
    """A pipe into which nobody writes would be waited for, and /dev/zero read, for ever."""
    odd = folder.path / "procedures" / "odd.yaml"
    for make in (lambda: os.mkfifo(odd), lambda: odd.symlink_to("/dev/zero"), odd.mkdir):
        make()
        error = greenlane("catalog", "check", str(folder.path), "--json").error
        assert (error["code"], error["field"]) == ("catalog_unreadable", "procedures/odd.yaml")
        odd.rmdir() if odd.is_dir() else odd.unlink()


def test_a_calendar_without_an_end_is_not_read_whole(greenlane: Program) -> None:
    """Only as much as a file may have."""
    told = greenlane("calendar", "check", "/dev/zero", "--json")
    assert (told.code, told.json["error"]["remedy"]) == (2, "Split the file.")


def test_somebody_publishes_between_check_and_publication(
    greenlane: Program, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faults are told as those of a check: each with its file, line and remedy."""
    second_version(folder)
    fault = Problem(
        "procedures/shop-licence.2.yaml", 3, 1, "version", Bilingual("m", "m"), Bilingual("r", "r"), "folder_behind"
    )

    def late(*_: object) -> None:
        raise CatalogInvalid([fault])

    monkeypatch.setattr(FolderPlace, "publish", late)
    told = greenlane("catalog", "publish", str(folder.path), "--json")
    assert (told.code, told.json["ok"], told.json["error"]["code"]) == (2, False, "folder_behind")
    assert [entry["line"] for entry in told.json["faults"]] == [3]


@pytest.mark.parametrize(("begins", "is_told"), [(date(2026, 3, 2), False), (date(2026, 3, 3), True), (None, False)])
def test_migrating_to_a_version_that_begins_later_is_told(begins: date | None, is_told: bool) -> None:
    """Open cases would come under it before new ones do; the day is the province's, which has begun before that of UTC."""
    version = load_catalog().procedures["work-permit"][0].model_copy(update={"valid_from": begins})
    at = datetime(2026, 3, 1, 18, tzinfo=UTC)
    caution = caution_of_version(version, at, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (caution is not None and "begins on" in caution_said(caution)[0]) is is_told
