"""A text is English as a str, and is said in Vietnamese where it is shown."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from enum import Enum
from pathlib import Path

import pytest

from wording import files
from wording.amounts import counted
from wording.catalogue import Text, canonical, updated
from wording.catalogue import read as read_catalogue
from wording.text import Bilingual, LazyText, _, _n, _p, in_language, joined, layout, sentences
from wording.translations import translations as catalogue_in


@pytest.fixture
def vietnamese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of a few texts in place of the shipped one; where it lies."""
    file = tmp_path / "vi" / "LC_MESSAGES" / "greenlane.po"
    file.parent.mkdir(parents=True)
    file.write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=1; plural=0;\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Case {case} waits for {whom}."\nmsgstr "{whom} đang giữ hồ sơ {case}."\n\n'
        'msgid "the officer"\nmsgstr "cán bộ"\n\n'
        'msgctxt "lane"\nmsgid "none"\nmsgstr "không có luồng"\n\n'
        'msgid "none"\nmsgstr "không có"\n\n'
        'msgid "on {day:%Y-%m-%d}"\nmsgstr "ngày {day:%d/%m/%Y}"\n\n'
        'msgid "{count} case"\nmsgid_plural "{count} cases"\nmsgstr[0] "{count} hồ sơ"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(files, "LOCALE", tmp_path)
    catalogue_in.cache_clear()
    yield file
    catalogue_in.cache_clear()


WAITS = _("Case {case} waits for {whom}.", case="c-1", whom=_("the officer"))


def test_a_text_is_its_english_and_its_gaps_are_said_in_the_same_language(vietnamese: Path) -> None:
    """Also where the Vietnamese puts them in another order."""
    assert WAITS == f"{WAITS}" == in_language(WAITS, "en") == "Case c-1 waits for the officer."
    assert in_language(WAITS, "vi") == "cán bộ đang giữ hồ sơ c-1."
    assert in_language("as it is", "vi") == "as it is"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_copies_and_pickles_stay_lazy(vietnamese: Path, again: object) -> None:
    """Whatever made them: an exception may go from one process to another."""
    texts = [
        WAITS,
        _p("lane", "none"),
        _n("{count} case", "{count} cases", 2),
        Bilingual("a", "b"),
        joined(", ", [WAITS]),
    ]
    for text in texts:
        other = again(text)  # type: ignore[operator]
        assert (other, type(other), in_language(other, "vi")) == (text, type(text), in_language(text, "vi"))


def test_a_context_tells_two_vietnamese_of_one_english_apart(vietnamese: Path) -> None:
    """The English is the same."""
    assert _("none") == _p("lane", "none")
    assert in_language(_("none"), "vi") == "không có"
    assert in_language(_p("lane", "none"), "vi") == "không có luồng"


def test_a_number_chooses_the_english_and_vietnamese_has_one_form(vietnamese: Path) -> None:
    """One, many, none; and a pattern that is filled later."""
    cases = _n("{count} case", "{count} cases", 1)
    assert [cases.filled(count=count) for count in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
    assert in_language(cases.filled(count=2), "vi") == "2 hồ sơ"


def test_a_gap_may_be_written_otherwise_in_each_language(vietnamese: Path) -> None:
    """As days are."""
    text = _("on {day:%Y-%m-%d}", day=date(2026, 3, 2))
    assert (text, in_language(text, "vi")) == ("on 2026-03-02", "ngày 02/03/2026")


def test_what_the_catalogue_lacks_stays_english(vietnamese: Path) -> None:
    """With its gaps filled: nobody is left without an answer."""
    assert in_language(_("Nobody wrote {what}.", what=_("none")), "vi") == "Nobody wrote không có."
    vietnamese.unlink()
    catalogue_in.cache_clear()
    assert in_language(WAITS, "vi") == "Case c-1 waits for the officer."


def test_a_pattern_is_filled_later_and_its_braces_stay_until_then(vietnamese: Path) -> None:
    """Tables hold patterns."""
    pattern = _("Case {case} waits for {whom}.")
    assert pattern == "Case {case} waits for {whom}."
    assert pattern.filled(case="c-1", whom=_("the officer")) == WAITS


def test_texts_are_put_together_in_each_language(vietnamese: Path) -> None:
    """Joined, laid out, and as sentences with one mark each."""
    assert in_language(joined(", ", [_("none"), "x"]), "vi") == "không có, x"
    assert in_language(layout("{a}: {b}", a=_("none"), b=1), "vi") == "không có: 1"
    assert in_language(sentences(_("none"), "Why?", "So."), "vi") == "không có. Why? So."
    assert joined(", ", []) == ""


def test_a_detail_that_is_no_plain_value_is_its_text_at_once(vietnamese: Path) -> None:
    """An exception is not held on to, and a path can be pickled."""

    class Kind(Enum):
        ONE = 1

    text = LazyText("{kind} {path}", {"kind": Kind.ONE, "path": Path("a/b")})
    assert text == "Kind.ONE a/b"
    assert text.details == {"kind": "Kind.ONE", "path": "a/b"}


def test_a_compiled_catalogue_is_read_unless_it_is_older(vietnamese: Path) -> None:
    """Whoever edits the catalogue sees the edit, compiled or not; and a tree that is read-only works."""
    from wording.catalogue import compiled  # noqa: PLC0415

    made = vietnamese.with_suffix(".mo")
    made.write_bytes(compiled(vietnamese))
    vietnamese.parent.chmod(0o555)
    assert in_language(_("none"), "vi") == "không có"
    vietnamese.parent.chmod(0o755)
    vietnamese.write_text(vietnamese.read_text(encoding="utf-8").replace("không có", "chẳng có"), encoding="utf-8")
    newer = made.stat().st_mtime + 10
    import os  # noqa: PLC0415

    os.utime(vietnamese, (newer, newer))
    catalogue_in.cache_clear()
    assert in_language(_("none"), "vi") == "chẳng có"


def test_amounts_have_their_units_in_words() -> None:
    """Of the shipped catalogue."""
    assert [counted(1, "hours"), counted(3, "working_days")] == ["1 hour", "3 working days"]
    assert in_language(counted(3, "working_days"), "vi") == "3 ngày làm việc"


def test_what_goes_out_of_the_code_goes_out_of_the_catalogue_and_what_stays_keeps_its_vietnamese(
    vietnamese: Path,
) -> None:
    """And what is new waits for one; a text is known by its context too."""
    texts = [Text("none"), Text("none", "lane"), Text("new"), Text("{count} case", many="{count} cases")]
    new = updated(read_catalogue(vietnamese), iter(texts))
    vietnamese.write_bytes(canonical(new))
    again = read_catalogue(vietnamese)
    assert [(m.id, m.context, m.string) for m in again if m.id] == [
        ("new", None, ""),
        ("none", None, "không có"),
        ("none", "lane", "không có luồng"),
        (("{count} case", "{count} cases"), None, ("{count} hồ sơ",)),
    ]
    assert canonical(again) == vietnamese.read_bytes()
