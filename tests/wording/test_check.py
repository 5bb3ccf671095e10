"""The check of the catalogue finds each kind of fault, and none in the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wording.catalogue import Text, texts_of
from wording.check import faults_of
from wording.files import written_file

SHIPPED = written_file("vi")
CANCEL = 'msgid "Nobody has prepared the database."\nmsgstr "Cơ sở dữ liệu chưa được chuẩn bị."\n'
HEADING = 'msgstr ""\n"Hồ sơ\\n"\n"Cơ quan giải quyết"\n'
TABLES = 'msgid "The tables are at version {head}."\nmsgstr "Các bảng ở phiên bản {head}."\n'


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    """What the code says."""
    return list(texts_of())


def test_the_shipped_catalogue_has_no_fault(texts: list[Text]) -> None:
    """Nothing is missing, nothing is there that nobody says, and gaps are the same."""
    assert list(faults_of(SHIPPED, texts)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace(CANCEL + "\n", ""), "missing"),
        (lambda text: text.replace(CANCEL, CANCEL.replace("msgstr", 'msgstr ""\n#')), "without Vietnamese"),
        (lambda text: text.replace(TABLES, TABLES.replace("bản {head}", "bản {hea}")), "gaps differ"),
        (lambda text: text.replace(TABLES, TABLES.replace("bản {head}", "bản {head")), "gaps cannot be read"),
        (lambda text: text.replace(CANCEL, "#, fuzzy\n" + CANCEL), "doubtful"),
        (lambda text: text + '\nmsgid "zzz"\nmsgstr "zzz"\n', "nobody says it"),
        (lambda text: text.replace(CANCEL, CANCEL.replace('msgstr "', 'msgstr ""\n"')), "not in its own form"),
        (lambda text: text.replace(HEADING, f'{HEADING}"Hồ sơ\\n"\n"Cơ quan giải quyết"\n'), "says itself twice"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_found(tmp_path: Path, texts: list[Text], change: Callable[[str], str], fault: str) -> None:
    """Told in a line that names the text."""
    before = SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "greenlane.po"
    file.write_text(change(before), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before
    assert [found for found in faults_of(file, texts) if found.startswith(fault)]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('_("a" + name)', "no literal"),
        ('_n("{count} case of {plan}", "{count} cases of {plan}", 2)', "nobody fills: {'plan'}"),
    ],
)
def test_a_text_that_cannot_be_said_is_refused(tmp_path: Path, said: str, fault: str) -> None:
    """No catalogue could have the one; the other would end in a KeyError on the screen."""
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").write_text("", encoding="utf-8")
    (room / "words.py").write_text(f"from wording.text import _, _n\n{said}\n", encoding="utf-8")
    with pytest.raises(SyntaxError, match=fault):
        list(texts_of(tmp_path))
