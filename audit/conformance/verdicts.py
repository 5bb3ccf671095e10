"""The rules by which a department's program is judged. Pure: from what was seen to what was right and what was wrong.

Answers belong to the assignment after which the broker took them and before the next one of the same step: nothing here
depends on which of two topics was read first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from audit.conformance.observations import Answer, Assignment, Observations, Rejection
from audit.conformance.verdict_words import fault_text
from wording.text import LazyText

UNDER_WAY_MS: Final = 10_000
"""An answer that was sent so shortly after its step was taken back may have been under way: nobody is blamed for it."""
SOURCES_MAX: Final = 3
"""So many sources one program may reasonably have, as of several offices."""
CONTINUES: Final = "consult"
"""The outcome after which the same step awaits another answer."""
STANDSTILL_CODES: Final = frozenset({"case_suspended", "case_stopped", "awaiting_payment", "awaiting_supplement"})
"""Refusals that are no fault of who answers: the case stands still."""
OVER_CODES: Final = frozenset({"case_closed", "already_answered"})
TAKING_EVENTS: Final = frozenset({"StepDecided", "SupplementRequested", "ExplanationRequested"})


class Rule(StrEnum):
    """What is asked of a program."""

    READABLE = "readable"
    """Its messages can be read, and fit their schema."""
    ANSWERED = "answered"
    """Every step that it is given is answered."""
    ONCE = "once"
    """Each assignment once, the next one anew."""
    KINDS = "kinds"
    """With what the step takes: an opinion where one is asked for, a refusal with its reason."""
    OWN_STEPS = "own_steps"
    """Nothing but what was assigned to it."""
    IDS = "ids"
    """One id, one message; sent again it is the same, and a new assignment has a new one."""
    SOURCE = "source"
    """A CloudEvents source of its own that stays."""
    ORDER = "order"
    """The case as Kafka key: so its answers keep their order."""
    REFUSALS = "refusals"
    """A refusal is read: the same is not sent again."""
    CANCELLED = "cancelled"
    """What was taken back is left alone."""
    IN_TIME = "in_time"
    """What was assigned in time is answered in time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the program did wrong."""

    rule: Rule
    code: str
    message: LazyText
    remedy: LazyText
    case_id: str | None = None
    step_id: str | None = None
    assigned_id: str | None = None
    """The `StepAssigned` that it is about."""
    message_ids: tuple[str, ...] = ()
    """Ids of the program's messages at fault."""
    places: tuple[str, ...] = ()
    """Where they lie on its decisions topic: partition and offset."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole judgement."""

    faults: tuple[Fault, ...]
    looked_at: frozenset[Rule]
    """The rules of which there was anything to see."""
    answered: int
    """Assignments with an answer that was taken."""
    refused: int
    """Messages of the program that were refused."""
    late: int
    """Answers that were taken after the step's limit."""
    unanswered: int
    """Assignments that waited in vain."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong, and there was something to see."""
        return not self.faults and Rule.ANSWERED in self.looked_at


def unsettled_answers(seen: Observations) -> list[Answer]:
    """Messages of the program on this run's cases of whose end nothing is known yet."""
    effects, refusals = seen.effects(), seen.refusals()
    unusable = {each.place for each in seen.refused if each.case_id is None}
    return [
        answer
        for answer in seen.answers
        if answer.case_id is not None
        and answer.place not in unusable
        and (answer.case_id, answer.command_id) not in effects
        and (answer.case_id, answer.command_id) not in refusals
    ]


def judge(seen: Observations, *, foreign: Callable[[str], bool], in_real_time: bool) -> Verdict:
    """What the program did right and wrong. `foreign`: whether a source is somebody else's.

    `in_real_time`: whether limits mean what they say; where business time is scaled nobody is blamed for being late.
    """
    judged = _Judgement(seen, in_real_time=in_real_time)
    faults = [
        *_unreadable(seen),
        *judged.of_steps(),
        *_sources(seen, foreign),
        *_ids(seen),
        *_keys(seen),
    ]
    faults = _without_repetition(faults)
    return Verdict(
        tuple(faults),
        frozenset(judged.looked_at | _looked_at(seen)),
        judged.answered,
        len({(each.case_id, each.command_id, each.place) for each in seen.refused}),
        judged.late,
        judged.unanswered,
    )


def _without_repetition(faults: list[Fault]) -> list[Fault]:
    """One reuse of an id has several signs; only the most telling one is told."""
    signs = ("id_not_new", "id_not_unique", "conflict")
    ids = {sign: {name for fault in faults if fault.code == sign for name in fault.message_ids} for sign in signs}
    weaker = {sign: set[str]().union(*(ids[each] for each in signs[:place])) for place, sign in enumerate(signs)}
    return [fault for fault in faults if not weaker.get(fault.code, set()) & {*fault.message_ids}]


def _looked_at(seen: Observations) -> set[Rule]:
    rules: set[Rule] = set()
    if seen.answers:
        rules |= {Rule.READABLE, Rule.IDS, Rule.SOURCE, Rule.ORDER, Rule.OWN_STEPS}
    if any(each.case_id is not None for each in seen.refused):
        rules.add(Rule.REFUSALS)
    if seen.cancelled:
        rules.add(Rule.CANCELLED)
    return rules


class _Judgement:
    """What became of each assignment."""

    def __init__(self, seen: Observations, *, in_real_time: bool) -> None:
        self._seen = seen
        self._in_real_time = in_real_time
        self._effects = seen.effects()
        self._refusals = seen.refusals()
        self._unusable = {each.place for each in seen.refused if each.case_id is None}
        self._late = {
            (record.case_id, record.command_id)
            for own in seen.events.values()
            for record in own
            if record.event.type == "StepDecided" and record.event.late
        }
        self._used: dict[tuple[str, str], str] = {}
        """By case and command, the `StepAssigned` under which it came first."""
        self._waits = seen.given_up | {each.message_id for each in seen.open_assignments()}
        self.looked_at: set[Rule] = set()
        self.answered = self.late = self.unanswered = 0

    def of_steps(self) -> Iterator[Fault]:
        """The faults of every assignment, and of answers to none."""
        by_step: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
        for assigned in sorted(self._seen.assigned, key=lambda each: (each.at_ms, each.round)):
            by_step[assigned.case_id, assigned.step_id].append(assigned)
        answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        for answer in self._seen.answers:
            if answer.case_id is not None and answer.step_id is not None:
                answers[answer.case_id, answer.step_id].append(answer)
        for step, own in by_step.items():
            own_answers = sorted(answers.pop(step, []), key=lambda each: each.at_ms)
            ends: list[int | None] = [*(following.at_ms for _, following in pairwise(own)), None]
            for assigned, end in zip(own, ends, strict=True):
                mine = [
                    each for each in own_answers if each.at_ms >= assigned.at_ms and (end is None or each.at_ms < end)
                ]
                yield from self._of_assignment(assigned, mine)
        for (_, step_id), strange in answers.items():
            usable = (each for each in strange if each.place not in self._unusable)
            yield from (_not_its_step(each, self._refusal_of(each), step_id) for each in usable)

    def _of_assignment(self, assigned: Assignment, answers: Iterable[Answer]) -> Iterator[Fault]:
        self.looked_at.add(Rule.ANSWERED)
        taken: Answer | None = None
        attempts = list(_first_of_each(answers))
        again: list[Answer] = []
        refused: dict[str, list[Answer]] = defaultdict(list)
        for answer in attempts:
            key = (answer.case_id or "", answer.command_id)
            if answer.place in self._unusable:
                continue
            if self._used.setdefault(key, assigned.message_id) != assigned.message_id:
                yield _fault(Rule.IDS, "id_not_new", assigned, (answer,))
            elif taken is not None:
                again.append(answer)
            elif answer.outcome != CONTINUES and self._effects.get(key, set()) & TAKING_EVENTS:
                # First: a later message under the same id, with other content, is refused by that id too.
                taken = answer
            elif key in self._refusals:
                refused[self._refusals[key].code].append(answer)
        if taken is not None and again:
            yield _fault(Rule.ONCE, "answered_twice", assigned, again, first=taken.id, outcome=again[0].outcome)
        for own in refused.values():
            yield from self._of_refusals(assigned, own)
        yield from self._of_end(assigned, taken, attempts)

    def _of_end(self, assigned: Assignment, taken: Answer | None, attempts: list[Answer]) -> Iterator[Fault]:
        if taken is not None:
            self.answered += 1
            self.looked_at |= {Rule.ONCE, Rule.KINDS}
            if assigned.is_late or (assigned.case_id, taken.command_id) in self._late:
                self.late += 1
                if not assigned.is_late and self._in_real_time:
                    yield _fault(Rule.IN_TIME, "late", assigned, (taken,))
            elif self._in_real_time:
                self.looked_at.add(Rule.IN_TIME)
        elif assigned.message_id in self._waits:
            self.unanswered += 1
            if not attempts and not self._seen.cut_short:
                yield _fault(Rule.ANSWERED, "unanswered", assigned)

    def _of_refusals(self, assigned: Assignment, answers: list[Answer]) -> Iterator[Fault]:
        """Of answers to one assignment that were refused for one reason."""
        refusal = self._refusals[answers[0].case_id, answers[0].command_id]
        details: dict[str, Any] = {"code": refusal.code, "why": refusal.message, "what": refusal.remedy}
        if refusal.code in OVER_CODES:
            ends = [each.at_ms for each in self._seen.cancelled if each.case_id == assigned.case_id]
            too_late = [each for each in answers if ends and each.at_ms > min(ends) + UNDER_WAY_MS]
            if too_late:
                yield _fault(Rule.CANCELLED, "answered_cancelled", assigned, too_late)
        elif refusal.code == "command_conflict":
            yield _fault(Rule.IDS, "conflict", assigned, answers)
        elif refusal.code not in STANDSTILL_CODES:
            yield _fault(Rule.KINDS, "refused_answer", assigned, answers, **details)
        first, *more = answers
        hasty = [each for each in more if each.at_ms <= refusal.at_ms]
        if hasty:
            yield _fault(Rule.ONCE, "answered_twice", assigned, hasty, first=first.id, outcome=hasty[0].outcome)
        if repeated := more[len(hasty) :]:
            yield _fault(Rule.REFUSALS, "repeats_refused", assigned, repeated, **details)

    def _refusal_of(self, answer: Answer) -> Rejection | None:
        return self._refusals.get((answer.case_id, answer.command_id))


def _fault(rule: Rule, name: str, assigned: Assignment, answers: Sequence[Answer] = (), /, **details: Any) -> Fault:
    gaps = {"step": assigned.name, "assigned": assigned.message_id, "round": assigned.round, **details}
    if answers:
        gaps |= {"id": answers[0].id, "place": answers[0].place, "count": len(answers)}
    message, remedy = fault_text(name, gaps)
    ids, places = tuple(each.id for each in answers), tuple(each.place for each in answers)
    return Fault(rule, name, message, remedy, assigned.case_id, assigned.step_id, assigned.message_id, ids, places)


def _not_its_step(answer: Answer, refusal: Rejection | None, step_id: str) -> Fault:
    code = "-" if refusal is None else refusal.code
    message, remedy = fault_text(
        "not_its_step", {"step": step_id, "id": answer.id, "place": answer.place, "code": code}
    )
    return Fault(
        Rule.OWN_STEPS, "not_its_step", message, remedy, answer.case_id, step_id, None, (answer.id,), (answer.place,)
    )


def _unreadable(seen: Observations) -> Iterator[Fault]:
    by_place = {answer.place: answer for answer in seen.answers}
    for refused in seen.refused:
        if refused.case_id is None and refused.place is not None:
            answer = by_place.get(refused.place) or Answer(refused.place, 0)
            details = {
                "place": refused.place,
                "id": answer.id or "-",
                "code": refused.code,
                "field": refused.field or "-",
            }
            message, remedy = fault_text("unreadable", {**details, "why": refused.message, "what": refused.remedy})
            ids = (answer.id,) if answer.id else ()
            yield Fault(
                Rule.READABLE,
                "unreadable",
                message,
                remedy,
                answer.case_id,
                answer.step_id,
                None,
                ids,
                (refused.place,),
            )


def _sources(seen: Observations, foreign: Callable[[str], bool]) -> Iterator[Fault]:
    by_source: dict[str, Answer] = {}
    for answer in seen.answers:
        if answer.source:
            by_source.setdefault(answer.source, answer)
    for source, answer in by_source.items():
        if foreign(source):
            yield _general(Rule.SOURCE, "source_not_own", (answer,), source=source)
    if len(by_source) > SOURCES_MAX:
        yield _general(
            Rule.SOURCE, "source_changes", tuple(by_source.values())[: SOURCES_MAX + 1], count=len(by_source)
        )


def _ids(seen: Observations) -> Iterator[Fault]:
    by_name: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in seen.answers:
        if answer.id and answer.case_id is not None:
            by_name[answer.source, answer.id].append(answer)
    for (source, message_id), own in by_name.items():
        others = [answer for answer in own if answer.digest != own[0].digest]
        if others:
            where = {"place": own[0].place, "other": others[0].place}
            yield _general(Rule.IDS, "id_not_unique", tuple(own), id=message_id, source=source, **where)


def _keys(seen: Observations) -> Iterator[Fault]:
    keyless = tuple(answer for answer in seen.answers if answer.case_id is not None and not answer.has_key)
    if keyless:
        yield _general(Rule.ORDER, "key_other", keyless, id=keyless[0].id, place=keyless[0].place, count=len(keyless))


def _general(rule: Rule, code: str, answers: tuple[Answer, ...], **details: Any) -> Fault:
    message, remedy = fault_text(code, details)
    ids = tuple(dict.fromkeys(answer.id for answer in answers))
    places = tuple(answer.place for answer in answers)
    return Fault(rule, code, message, remedy, answers[0].case_id, answers[0].step_id, None, ids, places)


def _first_of_each(answers: Iterable[Answer]) -> Iterator[Answer]:
    """Each message once: sent again under its id it is the same."""
    known: set[str] = set()
    for answer in answers:
        if answer.command_id not in known:
            known.add(answer.command_id)
            yield answer
