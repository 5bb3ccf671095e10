"""Any moment again as people read it: how it stood, what is left of each clock, what changed, and each event in turn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from audit.replay.cases import case_at, lived
from audit.replay.dossiers import dossier_at, lived_dossier
from audit.replay.facts import counting
from presentation.blocks import Block
from presentation.json_of_replays import replay_json
from presentation.replays.changes import Difference, changes_between
from presentation.replays.frames import frame_screen
from presentation.replays.screen import replay_screen, worklist_screen
from presentation.replays.sentences import sentences
from services.dossier_sheets import DossierSheet
from services.replays.instants import Instants
from services.replays.moments import CaseThen, DossierThen, Frame, Then
from services.replays.replay import Replay
from services.replays.worklists import WorkThen
from tests.audit.replay.test_two_instants import HOUR, NOON, noted_late
from tests.builders import MONDAY, Life, a_reassignment, an_answer, an_open_life
from tests.cases.dossier.openings import Life as DossierLife
from tests.cases.dossier.openings import an_application, days
from tests.presentation.test_blocks import drawn
from tests.presentation.test_promises_on_screens import moments

KNOWN_AT = NOON + timedelta(days=20)


def case_then(life: Life, at: datetime) -> CaseThen:
    case = case_at(life.definitions, life.records, at)
    assert case is not None
    return CaseThen.of(case, counting(life.records, at), at, {})


def told(life: Life, at: datetime, other: datetime | None = None) -> Replay:
    """What `replay` answers, without a database."""
    frames: list[Frame] = []
    for number, (record, case) in enumerate(lived(life.definitions, counting(life.records, at), at), start=1):
        after = CaseThen.of(case, life.records[:number], record.at, {})
        frames.append(Frame(record, frames[-1].after if frames else None, after))
    instants = Instants(at, KNOWN_AT, None)
    before = None if other is None else case_then(life, other)
    return Replay(instants, life.records[-1].sequence, case_then(life, at), before, tuple(frames))


def dossier_then(life: DossierLife, at: datetime) -> DossierThen:
    dossier = dossier_at(life.dossier.definitions, life.records, at)
    assert dossier is not None
    return DossierThen(DossierSheet(dossier, counting(life.records, at), {}, None, at), at)


def read(blocks: Iterable[Block | None]) -> str:
    """What a screen shows, on one line."""
    return " ".join(drawn(*(block for block in blocks if block is not None), width=160).split())


def said(before: Then, after: Then, language: str = "en", *, timed: bool = False) -> list[str]:
    return list(sentences(changes_between(before, after, timed=timed), moments(language)))


def test_a_glance_says_how_it_stood_and_what_was_left() -> None:
    """Both instants, the case, each clock with what was left of it, the steps, the rules, and what happened last."""
    screen = read(replay_screen(told(noted_late(), NOON), moments("en")))
    for shown in (
        "As it was at 2026-03-03 12:00:00",
        "By what was known at 2026-03-23 12:00:00",
        "Last event known 19",
        "Status suspended",
        "33 hours left",
        "working time",
        "Rules then: procedure karaoke 1, calendar test 1, lanes lanes 1.",
        "Suspension noted",
    ):
        assert shown in screen
    vietnamese = read(replay_screen(told(noted_late(), NOON), moments("vi")))
    assert "Tình trạng tại 03/03/2026 12:00:00" in vietnamese
    assert "còn 33 giờ" in vietnamese


def test_a_difference_is_told_in_sentences() -> None:
    """In both languages; of a step it is said that it is late, never that it is overdue."""
    replay = told(noted_late(), NOON, MONDAY + HOUR)
    screen = read(replay_screen(replay, moments("en")))
    assert "From 2026-03-02 10:00:00 to 2026-03-03 12:00:00" in screen
    assert "The case was in progress; it is suspended." in screen
    assert "Clock “statutory” stands still." in screen
    assert "Of clock “statutory”: 39 hours left then; 33 hours left now." in screen
    assert "Clock “step: intake” was running; it is step late." in screen
    vietnamese = read(replay_screen(replay, moments("vi")))
    assert "Hồ sơ trước đó: đang xử lý; nay: tạm dừng." in vietnamese
    assert "quá hạn" not in vietnamese
    assert "Nothing changed." in read(replay_screen(told(noted_late(), NOON, NOON), moments("en")))


def test_what_comes_and_goes_is_told_as_a_whole() -> None:
    """A clock that was started with its budget and end; a step that went on; the end with its outcome."""
    life = an_open_life()
    life.do(a_reassignment("intake", MONDAY + HOUR, department="finance", officer="officer-7"))
    life.do(an_answer("intake", "finance", MONDAY + 2 * HOUR))
    opened, moved, answered = (case_then(life, MONDAY + n * HOUR) for n in (0, 1, 2))
    assert "Step “intake” was of one-stop; it is of finance." in said(opened, moved)
    assert "Step “intake” is with officer officer-7." in said(opened, moved)
    later = said(moved, answered)
    assert "Step “intake” was assigned; it is done." in later
    assert any(one.startswith("Clock “step: appraisal” was started: ") for one in later)
    assert "Clock “step: intake” was running; it is met." in later
    assert "Whose turn it was: finance; then: culture." in later
    for step, department in (("appraisal", "culture"), ("fire", "police"), ("signing", "culture")):
        life.do(an_answer(step, department, MONDAY + 3 * HOUR))
    ended = said(answered, case_then(life, MONDAY + 3 * HOUR))
    assert {"The case was in progress; it is closed.", "It has ended: issued."} <= set(ended)
    assert "Whose turn it was: culture; then nobody's." in ended


def test_a_path_says_what_it_is_about() -> None:
    """Ids have dots of their own; what came or went as a whole is itself the place."""
    step = {"id": "a.1", "name_en": "Appraisal", "name_vi": "Thẩm định", "department": "culture"}
    assert Difference("clocks.statutory.2.due_at", "a", "b").place == "clocks.statutory.2"
    assert Difference("clocks.statutory.2", None, {"id": "statutory.2"}).place == "clocks.statutory.2"
    assert Difference("clocks.statutory.budget", {"amount": 1}, {"amount": 2}).place == "clocks.statutory"
    assert Difference("steps.a.1.officer", None, "officer-7").place == "steps.a.1"
    came, went = Difference("steps.a.1", None, step), Difference("steps.a.1", step, None)
    assert list(sentences([came, went], moments("en"))) == [
        "Step “Appraisal” was added, for culture.",
        "Step “Appraisal” of culture is no longer asked for.",
    ]


def test_event_by_event_each_says_what_it_was_and_what_it_changed() -> None:
    """With the reason, who acted, its place among all, and how all stood after it."""
    replay = told(noted_late(), NOON + timedelta(days=7))
    last = len(replay.frames) - 1
    screen = read(frame_screen(replay, last, moments("en")))
    assert f"Event {last + 1} of {last + 1}" in screen
    assert "Suspension noted" in screen
    assert "a flood; form 05" in screen
    assert "supervisor supervisor-1" in screen
    assigned = next(number for number, frame in enumerate(replay.frames) if frame.record.event.type == "StepAssigned")
    first = read(frame_screen(replay, assigned, moments("vi")))
    assert "Bước “intake” trước đó: chưa đến; nay: đang xử lý." in first
    assert "Whose turn" not in first


def test_a_worklist_of_then() -> None:
    """What waited, with how late it was then; or that nothing did."""
    at = NOON + timedelta(days=6)
    then, instants = case_then(noted_late(), at), Instants(at, KNOWN_AT, None)
    screen = read(worklist_screen(WorkThen("one-stop", None, instants, then.work), moments("en")))
    assert "What waited for one-stop" in screen
    assert "working hours" in screen
    assert "late" in screen
    assert "Nothing waited." in read(worklist_screen(WorkThen("finance", None, instants, ()), moments("en")))


def test_a_linked_dossier_is_told_like_a_case() -> None:
    """As it stood, its differences, its frames; what goes on with the time is no difference."""
    life = DossierLife({"a": days(2), "b": days(2)})
    life.open(an_application("a"), an_application("b", "a"))
    life.end("a", MONDAY + 5 * HOUR)
    before, after = dossier_then(life, MONDAY + HOUR), dossier_then(life, MONDAY + 6 * HOUR)
    places = {change.what for change in changes_between(before, after)}
    assert {"applications.a.state", "applications.b.state", "applications.b.case_id"} <= places
    assert not [place for place in places if place.startswith(("dossier.blame", "dossier.timeline", "dossier.slack"))]
    assert "Application “a” was released; it is granted." in said(before, after)
    assert "Application “b” was waiting; it is released." in said(before, after)
    frames: list[Frame] = []
    for number, (record, dossier) in enumerate(lived_dossier(life.dossier.definitions, life.records), start=1):
        then = DossierThen(DossierSheet(dossier, tuple(life.records[:number]), {}, None, record.at), record.at)
        frames.append(Frame(record, frames[-1].after if frames else None, then))
    replay = Replay(Instants(after.at, KNOWN_AT, None), len(life.records), after, before, tuple(frames))
    body = replay_json(replay)
    assert body["dossier"]["dossier"] == life.dossier.dossier_id
    assert "ok" not in body["dossier"]
    assert [frame["event"] for frame in body["frames"]] == [*range(1, len(life.records) + 1)]
    assert body["frames"][0]["changes"][0]["what"] == "dossier"
    assert set(body["rules"]) == {"calendar"}
    assert "Application released" in read(
        frame_screen(
            replay, next(n for n, f in enumerate(frames) if f.record.event.type == "ApplicationReleased"), moments("en")
        )
    )
