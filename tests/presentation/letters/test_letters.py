"""What each letter says: a golden text for each kind in both languages, and what no letter may hold."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from catalog.province import RoleHolder
from events.language.case_events import RungFired
from presentation.letters.letter import WIDTH, letter_of
from presentation.letters.matter import Matter, Scene
from presentation.letters.sentences import LEADS, TITLES
from presentation.names import CLOCKS
from sla.ladder import Rung
from tests.presentation.letters.golden_texts import FOLDER, golden_texts
from tests.presentation.letters.situations import CODE, at, opened, scene_at, the_catalog, written
from wording.text import Bilingual, in_language

TEXTS = dict(golden_texts())
COMMAND = re.compile(
    rf"\bgreenlane (?:acknowledge (?:{CODE[:-4]}\d{{4}}|case-[0-9a-f]+) \d+|dossier acknowledge D-1 \d+|show case-[0-9a-f]+)$",
    re.MULTILINE,
)
"""The one line for a machine, ready to paste: the dossier by its code, or by its id where it has none yet, and a number."""
MAIL_MAX = 78
SHAPED_LIKE_AN_ID = re.compile(r"\b[a-z0-9]+(?:[_:/.]|-(?=[a-z0-9]))[a-z0-9_:/.-]*[a-z0-9]\b")
NOT_AN_ID = re.compile(r"H\d\d[.\d]*-\d{6}-\d{4}|\d\d(?:\d\d)?[-/]\d\d[-/]\d+|\d\d:\d\d")
"""Dossier codes, days and hours."""
ENGLISH_COMPOUNDS = {"green-lane"}


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_a_letter_says_what_its_golden_text_says(file: str) -> None:
    """`python -m tests.presentation.letters.golden_texts` writes them anew: read the change as a head of department would."""
    assert TEXTS[file] == (FOLDER / file).read_text(encoding="utf-8")


def test_no_golden_text_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == TEXTS.keys()


def _ids() -> set[str]:
    """Every id of the catalogue that a letter might let slip."""
    catalog = the_catalog()
    ladders = [rung.id for ladder in catalog.ladders.values() for rung in ladder.rungs]
    audiences = [rung.audience for ladder in catalog.ladders.values() for rung in ladder.rungs]
    procedures = [version for versions in catalog.procedures.values() for version in versions]
    steps = [step.id for procedure in procedures for step in procedure.steps]
    others = [*catalog.departments, *catalog.procedures, *catalog.calendars, *catalog.dossiers, *CLOCKS]
    return {*ladders, *audiences, *steps, *others, "standard", "green_60", "green_24h", "warning", "escalation"}


def _code_of(command: re.Match[str]) -> str:
    return " ".join(word for word in command[0].split() if not word.startswith("case-"))


def _said(file: str) -> str:
    """The letter with the codes of its commands alone, and without the names that the catalogue gives."""
    catalog, text = the_catalog(), COMMAND.sub(_code_of, TEXTS[file])
    text = " ".join(text.split())
    procedures = [version for versions in catalog.procedures.values() for version in versions]
    templates = [version for versions in catalog.dossiers.values() for version in versions]
    for named in (*catalog.departments.values(), *procedures, *templates):
        text = text.replace(named.name.vi, "NAME").replace(named.name.en, "NAME")
    return text


@pytest.mark.parametrize("file", sorted(name for name in TEXTS if name.endswith(".vi.txt")))
def test_no_vietnamese_letter_holds_an_id(file: str) -> None:
    """Ids are English or ASCII words: whatever looks like one of the catalogue's is one."""
    words = set(re.findall(r"[^\s,;:()“”.]+", _said(file)))
    assert not words & _ids()
    assert not re.search(r"\b(?:case|dossier)-[0-9a-f]{8}", _said(file))


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_no_letter_holds_an_id_bare_seconds_or_a_dash_for_nothing(file: str) -> None:
    """The dossier's code is the only id; time is in words; what is not known is not written."""
    said = _said(file)
    shaped = set(SHAPED_LIKE_AN_ID.findall(NOT_AN_ID.sub("", said)))
    assert shaped <= ENGLISH_COMPOUNDS, shaped
    assert not re.search(r"\d ?s\b|\bseconds?\b|\bgiây\b", said)
    assert not re.search(r"(?:^|[\s:(])[-–—](?:[\s.,;)]|$)|\bNone\b|\bnull\b|[{}]|: ?[;.]|“”", said)
    assert "  " not in said
    codes = re.findall(r"\bH\d\d[.\d]*-\d{6}-\d{4}\b|\bD-1\b", said)
    assert codes or "without-code" in file


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_a_command_is_the_dossiers_code_and_a_number(file: str) -> None:
    """Nothing else is left of it: no id of a clock, a step or a rung."""
    assert TEXTS[file].count(" greenlane ") == len(COMMAND.findall(TEXTS[file]))


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_a_letter_is_a_lawful_mail(file: str) -> None:
    """Lines that any mail program shows whole, but for the commands; subjects that fit into a list of mails."""
    subject, _, text = TEXTS[file].partition("\n\n")
    assert len(subject) <= MAIL_MAX + 42
    greeting = text.splitlines()[0] if "***" not in text else text.splitlines()[2]
    for line in text.splitlines():
        assert len(line) <= WIDTH or COMMAND.search(line) or line == greeting, line


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_overdue_is_said_of_the_law_alone(file: str) -> None:
    """A step, an opinion or a green promise is late; only a limit of the law is overdue."""
    if file.startswith(("step", "consultation", "supplement", "explanation")):
        assert "quá hạn" not in TEXTS[file].lower()
        assert "overdue" not in TEXTS[file].lower()
    if file.startswith("green") and file.endswith(".vi.txt"):
        assert "chưa quá hạn theo luật" in " ".join(TEXTS[file].split()) or "quá hạn" not in TEXTS[file].lower()


@pytest.mark.parametrize(
    "name",
    [
        "statutory-breach-after-outage",
        "step-escalation-lead",
        "consultation-escalation-chairman",
        "green-promise-broken",
    ],
)
def test_which_dossier_which_procedure_which_step_both_dates_how_late_whose_turn_and_what_to_do(name: str) -> None:
    """All of it stands in the letter, in names."""
    matter, scene = written(name)
    text = " ".join(in_language(letter_of(matter, scene).text, "vi").split())
    assert CODE in text
    assert f"Thủ tục: {in_language(matter.details[0].text, 'vi')}" in text
    assert "Hẹn trả kết quả: " in text
    assert "Hết hạn theo luật: " in text
    assert "Đang chờ: " in text
    assert "Đề nghị " in text
    assert (
        matter.step is None
        or f"“{in_language(matter.step, 'vi')}”" in text
        or f"Bước: {in_language(matter.step, 'vi')}" in text
    )
    assert matter.amount is None or in_language(matter.amount, "vi") in text


def test_every_kind_of_rung_and_clock_has_its_words() -> None:
    """A new kind is no crash of the sender."""
    kinds = set(get_args(RungFired.model_fields["kind"].annotation))
    assert set(get_args(Rung.model_fields["kind"].annotation)) == kinds
    topics = set(get_args(RungFired.model_fields["clock_kind"].annotation))
    assert CLOCKS.keys() == topics
    assert LEADS.keys() == TITLES.keys()
    matter, scene = written("step-late")
    for topic in (*topics, "joint"):
        for kind in kinds:
            letter = letter_of(replace(matter, topic=topic, kind=kind), scene)
            assert letter.text
            assert "{" not in letter.text + in_language(letter.text, "vi")


def _read(language: str, first: str = "vi") -> str:
    matter, scene = written("step-late")
    audience = replace(matter.audience, language=language)
    letter = letter_of(replace(matter, audience=audience), Scene(scene.catalog, scene.zone, scene.now, first))
    return f"{letter.subject_line}\n{letter.whole}"


def test_a_letter_is_in_the_language_of_its_recipient() -> None:
    """Vietnamese, English, or both; of both the installation's own stands first."""
    vietnamese, english, both = "Kính gửi: ", "To: the head", "BƯỚC CHẬM"
    assert vietnamese in _read("vi")
    assert english not in _read("vi")
    assert english in _read("en")
    assert vietnamese not in _read("en")
    assert "STEP LATE" in _read("en").splitlines()[0]
    assert both in _read("both").splitlines()[0]
    assert _read("both").index(vietnamese) < _read("both").index(english)
    assert _read("both", "en").index(english) < _read("both", "en").index(vietnamese)


def test_the_language_of_a_role_holder_is_data_and_both_by_default() -> None:
    """A holder without it keeps its digest: published files do not change."""
    plain = RoleHolder(role="head", email="head@example.org")
    assert plain.language == "both"
    assert plain.digest == RoleHolder(role="head", email="head@example.org", language="both").digest
    assert plain.digest != plain.model_copy(update={"language": "en"}).digest


def test_what_a_sender_called_a_step_neither_ends_a_line_nor_acts() -> None:
    """A step of a declared route has its sender's name."""
    matter, scene = written("step-late")
    hostile = Bilingual("first\nBcc: everybody@example.org\x1b[2J", "first\nBcc: everybody@example.org\x1b[2J")
    letter = letter_of(replace(matter, step=hostile), scene)
    assert "\x1b" not in letter.text + letter.subject
    assert "\n" not in letter.subject
    assert not [line for line in letter.text.splitlines() if line.startswith("Bcc")]


def test_a_case_that_was_just_opened_can_be_written_about() -> None:
    """Nothing of a letter needs a step or a green promise."""
    life = opened()
    assert life.case.current_clock("green") is None
    matter: Matter = written("statutory-warning-officer")[0]
    assert in_language(letter_of(replace(matter, details=(), turn=None, amount=None), scene_at(at(3, 9))).text, "vi")


def test_the_page_shows_letters_as_they_are() -> None:
    """The examples of docs/letters.md are golden texts."""
    page = (FOLDER.parents[3] / "docs" / "letters.md").read_text(encoding="utf-8")
    letter, digest = TEXTS["step-escalation-chairman.vi.txt"], TEXTS["digest-of-many.en.txt"]
    assert f"```\n{letter}```\n" in page
    assert digest[:1200] in page
