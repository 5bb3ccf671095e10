"""Every situation of which a letter is written, lived through by the core with the shipped catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cases.audience import audience_of, duty_audience
from cases.dossier.model import Dossier
from cases.dossier.ticks import next_due as next_joint_due
from cases.model import Case
from cases.timetable import next_due
from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from catalog.model import Definitions
from events.language.case_events import EventRecord, RungFired
from events.language.commands import DocumentPart, Outcome, Tick
from events.language.dossier_events import DossierRungFired
from presentation.letters.case_matter import duty_matter_of, matter_of
from presentation.letters.digest import digest_of
from presentation.letters.letter import Letter, letter_of
from presentation.letters.linked_matter import joint_matter_of
from presentation.letters.matter import Matter, Scene
from sla.calendar import CalendarDefinition
from sla.ladder import Rung
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_pause,
    a_question,
    a_resumption,
    a_stop,
    a_submission,
    an_acknowledgement,
    an_answer,
)
from tests.cases.dossier.openings import Life as LinkedLife
from tests.cases.dossier.openings import an_application, days
from wording.text import Bilingual, in_language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = date(2026, 3, 2)
CODE = "H05.8-260302-0001"
LONG = timedelta(days=80)
Written = tuple[Matter, Scene]
"""What a letter is about, and with what it is written."""
KARAOKE, POLICY = "karaoke-licence", "investment-policy-approval"


@lru_cache
def the_catalog() -> Catalog:
    """The shipped catalogue."""
    return load_catalog()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of March 2026 by the province's clock."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def scene_at(now: datetime, catalog: Catalog | None = None, language: str = "vi") -> Scene:
    return Scene(catalog or the_catalog(), ZONE, now, language)


def opened(
    procedure: str = KARAOKE, definitions: Definitions | None = None, code: str | None = CODE, **facts: Any
) -> Life:
    """A case received on Monday 2 March 2026 at 09:00."""
    given = definitions or the_catalog().definitions_for(procedure, DAY)
    life = Life(given)
    documents = tuple(DocumentPart(kind=document.kind) for document in given.procedure.documents)
    life.do(a_submission(MONDAY, procedure=procedure, documents=documents, facts=facts))
    if code is not None:
        life.case = life.case.model_copy(update={"dossier_code": code})
    return life


def fired(life: Life, clock: str, rung: str) -> tuple[RungFired, Case, int]:
    """The rung when it fires on the first clock of the kind, the case at that instant, and the event's number."""
    until = MONDAY + LONG
    while (due_at := next_due(life.case)) is not None and due_at <= until:
        for event in life.do(Tick(due_at=due_at)):
            if isinstance(event, RungFired) and (event.clock_kind, event.rung) == (clock, rung):
                return event, life.case, number_of(event, life.records)
    raise AssertionError((clock, rung))


def number_of(event: RungFired | DossierRungFired, records: list[EventRecord]) -> int:
    return next(record.sequence for record in records if record.event is event)


def of_rung(
    rung: RungFired, case: Case, number: int, now: datetime | None = None, catalog: Catalog | None = None
) -> Written:
    """What the letter says, written when the rung is due or at another instant."""
    scene = scene_at(now or rung.due_at, catalog)
    audience = audience_of(rung, case.definitions.procedure.agency, scene.catalog)
    return matter_of(rung, case, audience, scene, number), scene


def held_up(rung: str, *, clock: str = "step") -> Written:
    """The appraisal on site lies with its department and nobody answers."""
    life = opened()
    life.do(an_answer("intake", "one-stop", at(2, 9, 40)))
    life.do(an_answer("opinion-police", "police", at(2, 10, 15)))
    return of_rung(*fired(life, clock, rung))


def green(rung: str, **facts: Any) -> Written:
    return of_rung(*fired(opened(POLICY, **facts), "green", rung))


def asked(rung: str) -> Written:
    """The appraising department asks another one for its opinion, which does not come."""
    life = opened()
    life.do(an_answer("intake", "one-stop", at(2, 9, 40)))
    life.do(a_question("site-check", "culture", at(2, 10), "construction", limit=days(2)))
    return of_rung(*fired(life, "consultation", rung))


def of_applicant(outcome: Outcome, clock: str, kind: str) -> Written:
    """The applicant's own limit: the shipped ladders have no rung for it, another province's may, and older events do."""
    life = opened()
    given = {"documents": ("request",)} if outcome is Outcome.REQUEST_SUPPLEMENT else {}
    life.do(an_answer("intake", "one-stop", at(2, 9, 40)))
    life.do(an_answer("site-check", "culture", at(2, 10), outcome, **given))
    state = life.case.current_clock(clock)  # type: ignore[arg-type]
    assert state is not None
    if kind == "breach":
        life.live_until(MONDAY + timedelta(days=60))
    now = at(30, 9) if kind == "warning" else life.case.closed_at
    assert now is not None
    rung = RungFired(
        escalation_id=f"{state.id}/{kind}",
        clock_id=state.id,
        clock_kind=clock,  # type: ignore[arg-type]
        step_id=state.step_id,
        department="culture",
        rung=kind,
        kind=kind,  # type: ignore[arg-type]
        level=0,
        audience="officer",
        due_at=now,
        late_seconds=0,
    )
    return of_rung(rung, life.case, len(life.records))


def duty(command: Any, type_name: str, life: Life | None = None) -> Written:
    """What must be looked at again, or has no end."""
    life = life or opened()
    life.do(command)
    life.live_until(MONDAY + LONG)
    record = next(record for record in life.records if record.event.type == type_name)
    scene = scene_at(record.at)
    audience = duty_audience(record.event, life.case.definitions.procedure.agency, scene.catalog)
    return duty_matter_of(record.event, life.case, audience, scene), scene


def exhausted() -> Written:
    """A suspension moves the limits beyond the last day of the calendar."""
    known = the_catalog().definitions_for(KARAOKE, DAY)
    beyond = dict.fromkeys(("days_off", "working_days", "flagged_days_off"), ())
    short = known.calendar.model_dump() | beyond | {"last_day": date(2026, 4, 17)}
    calendar = CalendarDefinition.model_validate(short)
    life = opened(definitions=known.model_copy(update={"calendar": calendar}))
    life.do(a_pause(at(3, 9)))
    return duty(a_resumption(datetime(2026, 4, 14, 9, tzinfo=ZONE)), "CalendarExhausted", life)


def linked(rung: str) -> Written:
    """A linked dossier of two procedures, of which the first was granted and the second is not."""
    catalog = the_catalog()
    life = LinkedLife({"security": days(3), "licence": days(5)})
    known = life.dossier.definitions
    names = {"security": "security-order-certificate", "licence": KARAOKE}
    procedures = {
        name: procedure.model_copy(update={"name": catalog.procedure(names[name], DAY).name})
        for name, procedure in known.procedures.items()
    }
    procedures["security"] = procedures["security"].model_copy(update={"agency": "police"})
    procedures["licence"] = procedures["licence"].model_copy(update={"agency": "culture"})
    definitions = known.model_copy(update={"procedures": procedures, "ladder": catalog.ladder("case")})
    life.dossier = life.dossier.model_copy(update={"definitions": definitions})
    life.open(an_application("security"), an_application("licence", "security"), template="karaoke")
    if not rung.startswith("warning"):
        life.end("security", at(3, 10))
    event, dossier = _fired_jointly(life, rung)
    scene = scene_at(event.due_at)
    audience, number = audience_of(event, dossier.lead, catalog), number_of(event, life.records)
    return joint_matter_of(event, dossier, audience, scene, number), scene


def _fired_jointly(life: LinkedLife, rung: str) -> tuple[DossierRungFired, Dossier]:
    while (due_at := next_joint_due(life.dossier)) is not None:
        for event in life.do(Tick(due_at=due_at)):
            if isinstance(event, DossierRungFired) and event.rung == rung:
                return event, life.dossier
    raise AssertionError(rung)


def unheld() -> Written:
    """Nobody is entered as head of the department that holds the step."""
    catalog = the_catalog()
    departments = tuple(
        d.model_copy(update={"roles": tuple(r for r in d.roles if r.role != "head" or d.id != "culture")})
        for d in catalog.province.departments
    )
    bare = replace(catalog, province=catalog.province.model_copy(update={"departments": departments}))
    rung, case, number = fired(_appraisal_waits(), "step", "breach")
    return of_rung(rung, case, number, catalog=bare)


def _appraisal_waits() -> Life:
    life = opened()
    life.do(an_answer("intake", "one-stop", at(2, 9, 40)))
    life.do(an_answer("opinion-police", "police", at(2, 10, 15)))
    return life


def without_code() -> Written:
    life = opened(code=None)
    return of_rung(*fired(life, "step", "breach"))


def answered_meanwhile() -> Written:
    """The mail server was away; the step was answered before the letter was written."""
    life = _appraisal_waits()
    rung, _, number = fired(life, "step", "breach")
    life.do(an_answer("site-check", "culture", rung.due_at + timedelta(hours=1)))
    return of_rung(rung, life.case, number, rung.due_at + timedelta(hours=20))


def acknowledged_meanwhile() -> Written:
    life = _appraisal_waits()
    rung, _, number = fired(life, "step", "breach")
    life.do(an_acknowledgement(rung.escalation_id, rung.due_at + timedelta(hours=1)))
    return of_rung(rung, life.case, number, rung.due_at + timedelta(hours=2))


def suspended_meanwhile() -> Written:
    life = _appraisal_waits()
    rung, _, number = fired(life, "statutory", "warning-75")
    life.do(a_pause(rung.due_at + timedelta(minutes=10)))
    return of_rung(rung, life.case, number, rung.due_at + timedelta(minutes=20))


def escalated_before_the_end() -> Written:
    """A ladder of another province reports a missed appointment at once, hours before the lawful end."""
    catalog = the_catalog()
    rungs = tuple(r for r in catalog.ladder("case").rungs if r.kind in ("past_appointment", "breach"))
    after = Budget(amount=2, unit=Unit.WORKING_HOURS)
    early = Rung(
        id="reported",
        delay=after,
        counts_from="appointment",
        audience="chairman-office",
        kind="escalation",
        level=1,
    )
    known = catalog.definitions_for(KARAOKE, DAY)
    ladder = known.case_ladder.model_copy(update={"rungs": (*rungs, early)})
    return of_rung(
        *fired(opened(definitions=known.model_copy(update={"case_ladder": ladder})), "statutory", "reported")
    )


def set_aside_meanwhile() -> Written:
    """Recorded before the lawful end by an older version: the breach is set aside before the letter is written."""
    rung, case, number = fired(_appraisal_waits(), "statutory", "breach")
    state = case.clocks[rung.clock_id]
    changed = state.changed({"status": "past_appointment", "set_asides": 1, "fired": ()})
    return of_rung(rung, case.model_copy(update={"clocks": {**case.clocks, rung.clock_id: changed}}), number)


def supplement_meanwhile() -> Written:
    """The step asked the applicant for documents before the reminder could be sent: its clock runs no more."""
    life = _appraisal_waits()
    rung, _, number = fired(life, "step", "warning-75")
    asked_at = rung.due_at + timedelta(minutes=5)
    life.do(an_answer("site-check", "culture", asked_at, Outcome.REQUEST_SUPPLEMENT, documents=("request",)))
    return of_rung(rung, life.case, number, asked_at + timedelta(minutes=5))


def written_late() -> Written:
    """After an outage of three days: how late is counted until the writing."""
    rung, case, number = fired(_appraisal_waits(), "statutory", "breach")
    return of_rung(rung, case, number, rung.due_at + timedelta(days=3, hours=10))


GREEN_DAY = {"project": "ring-road-4"}
GREEN_CUT = {"project_class": "industrial-park"}
SITUATIONS: dict[str, Callable[[], Written]] = {
    "statutory-warning-officer": lambda: held_up("warning-50", clock="statutory"),
    "statutory-warning-head": lambda: held_up("warning-90", clock="statutory"),
    "statutory-past-appointment": lambda: held_up("past_appointment", clock="statutory"),
    "statutory-breach": lambda: held_up("breach", clock="statutory"),
    "statutory-breach-after-outage": written_late,
    "statutory-escalation-centre": lambda: held_up("escalation-one-stop", clock="statutory"),
    "statutory-escalation-chairman": lambda: held_up("escalation-chairman", clock="statutory"),
    "green-warning": lambda: green("warning-75", **GREEN_DAY),
    "green-past-appointment": lambda: green("past_appointment", **GREEN_CUT),
    "green-promise-broken": lambda: green("breach", **GREEN_DAY),
    "green-escalation-centre": lambda: green("escalation-one-stop", **GREEN_DAY),
    "green-escalation-chairman": lambda: green("escalation-chairman", **GREEN_DAY),
    "step-warning-officer": lambda: held_up("warning-50"),
    "step-warning-head": lambda: held_up("warning-90"),
    "step-late": lambda: held_up("breach"),
    "step-escalation-lead": lambda: held_up("escalation-lead"),
    "step-escalation-chairman": lambda: held_up("escalation-chairman"),
    "consultation-warning": lambda: asked("warning-75"),
    "consultation-late": lambda: asked("breach"),
    "consultation-escalation-lead": lambda: asked("escalation-lead"),
    "consultation-escalation-chairman": lambda: asked("escalation-chairman"),
    "supplement-warning": lambda: of_applicant(Outcome.REQUEST_SUPPLEMENT, "supplement", "warning"),
    "supplement-missed": lambda: of_applicant(Outcome.REQUEST_SUPPLEMENT, "supplement", "breach"),
    "explanation-warning": lambda: of_applicant(Outcome.REQUEST_EXPLANATION, "explanation", "warning"),
    "explanation-missed": lambda: of_applicant(Outcome.REQUEST_EXPLANATION, "explanation", "breach"),
    "suspension-to-review": lambda: duty(a_pause(at(3, 9)), "SuspensionReviewDue"),
    "stop-to-review": lambda: duty(a_stop(at(3, 9)), "SuspensionReviewDue"),
    "calendar-exhausted": exhausted,
    "linked-warning": lambda: linked("warning-75"),
    "linked-past-appointment": lambda: linked("past_appointment"),
    "linked-breach": lambda: linked("breach"),
    "linked-escalation-chairman": lambda: linked("escalation-chairman"),
    "nobody-holds-the-role": unheld,
    "dossier-without-code": without_code,
    "answered-meanwhile": answered_meanwhile,
    "acknowledged-meanwhile": acknowledged_meanwhile,
    "suspended-meanwhile": suspended_meanwhile,
    "set-aside-meanwhile": set_aside_meanwhile,
    "supplement-meanwhile": supplement_meanwhile,
    "statutory-escalation-before-the-end": escalated_before_the_end,
}
"""By name of the golden text."""
IN_THE_DIGEST = (
    "step-warning-head",
    "statutory-breach-after-outage",
    "green-promise-broken",
    "step-escalation-chairman",
    "consultation-late",
    "statutory-past-appointment",
    "step-late",
    "answered-meanwhile",
    "suspension-to-review",
    "step-warning-officer",
)


@lru_cache
def written(name: str) -> Written:
    return SITUATIONS[name]()


def letters() -> Iterator[tuple[str, Letter]]:
    """Every kind of letter, and one of many."""
    for name in SITUATIONS:
        yield name, letter_of(*written(name))
    held = written("step-late")[0].audience
    many = [
        replace(numbered(written(name)[0], number), audience=held) for number, name in enumerate(IN_THE_DIGEST, start=1)
    ]
    yield "digest-of-many", digest_of(many, scene_at(at(12, 8)))


def numbered(matter: Matter, number: int) -> Matter:
    """The same of another dossier."""
    code = f"{CODE[:-4]}{number:04}"
    named = Bilingual(matter.named.replace(CODE, code), in_language(matter.named, "vi").replace(CODE, code))
    command = matter.command and matter.command.replace(CODE, code)
    return replace(matter, code=code, named=named, command=command)
