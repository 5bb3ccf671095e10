"""What differs between two moments, in sentences: what repeats another place, or says nothing to a person, is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from presentation.moments import Moments
from presentation.names import kind_of
from presentation.replays.changes import Difference
from presentation.replays.left import left_text
from sla.units import Budget
from wording.text import LazyText, _

Said = Callable[[Any, Moments], str]
"""A value of a moment as the screen says it."""


class Told(NamedTuple):
    """The sentences about one place. None: that is no news, or another sentence says it."""

    said: Said
    both: LazyText | None = None
    came: LazyText | None = None
    """There was nothing before."""
    went: LazyText | None = None
    """There is nothing any more."""


def _named(group: str) -> Said:
    return lambda value, moments: moments.words.named(group, value)


def _instant(value: str, moments: Moments) -> str:
    return moments.instant(datetime.fromisoformat(value))


WHOLE: Final[dict[str, Told]] = {
    "case.status": Told(_named("status"), _("The case was {before}; it is {after}.")),
    "case.lane": Told(_named("lane"), _("Its lane was {before}; it is {after}.")),
    "case.holder": Told(
        lambda value, moments: moments.names.holder(value),
        _("Whose turn it was: {before}; then: {after}."),
        went=_("Whose turn it was: {before}; then nobody's."),
    ),
    "case.outcome": Told(_named("outcome"), came=_("It has ended: {after}.")),
    "case.dossier_code": Told(lambda value, _: value, came=_("It was given the code {after}.")),
    "case.result_code": Told(lambda value, _: value, came=_("Its result has the number {after}.")),
    "rules.procedure": Told(
        lambda value, _: value["version"],
        _("It ran under version {before} of its procedure; it runs under version {after}."),
    ),
    "rules.calendar": Told(
        lambda value, _: value["version"], _("It ran on version {before} of its calendar; it runs on version {after}.")
    ),
    "dossier.status": Told(_named("status"), _("The dossier was {before}; it is {after}.")),
    "dossier.outcome": Told(_named("dossier_outcome"), came=_("It has ended: {after}.")),
    "dossier.holder": Told(
        lambda value, moments: moments.names.holder(value),
        _("Whose turn it was: {before}; then: {after}."),
        came=_("Whose turn it is: {after}."),
        went=_("Whose turn it was: {before}; then nobody's."),
    ),
    "dossier.promise.operational_at": Told(_instant, _("It was to be done by {before}; it is to be done by {after}.")),
    "dossier.joint.state": Told(_named("clock"), _("The joint promise was {before}; it is {after}.")),
}
CLOCK: Final[dict[str, Told]] = {
    "due_at": Told(_instant, _("Clock “{name}” was due {before}; it is due {after}.")),
    "budget": Told(
        lambda value, moments: moments.budget(Budget.model_validate(value)),
        _("Clock “{name}” had {before}; it has {after}."),
    ),
    "level": Told(lambda value, _: str(value), _("Clock “{name}” was escalated to level {after}.")),
    "remaining_seconds": Told(left_text, _("Of clock “{name}”: {before} then; {after} now.")),
}
STEP: Final[dict[str, Told]] = {
    "status": Told(_named("step"), _("Step “{name}” was {before}; it is {after}.")),
    "department": Told(
        lambda value, moments: moments.names.department(value), _("Step “{name}” was of {before}; it is of {after}.")
    ),
    "officer": Told(
        lambda value, _: value,
        _("Step “{name}” was with officer {before}; it is with officer {after}."),
        came=_("Step “{name}” is with officer {after}."),
    ),
}
APPLICATION: Final[dict[str, Told]] = {
    "state": Told(_named("part"), _("Application “{name}” was {before}; it is {after}.")),
}
IS_SO: Final[dict[tuple[str, bool], LazyText]] = {
    ("paused", True): _("Clock “{name}” stands still."),
    ("paused", False): _("Clock “{name}” runs again."),
    ("set_aside", True): _("The breach of clock “{name}” does not count."),
}
VERDICT: Final = _("Clock “{name}” was {before}; it is {after}.")
STARTED: Final = _("Clock “{name}” was started: {budget}, due {due}.")
STARTED_STILL: Final = _("Clock “{name}” was started: {budget}; it stands still.")
ADDED: Final = _("Step “{name}” was added, for {department}.")
REMOVED: Final = _("Step “{name}” of {department} is no longer asked for.")


def sentences(changes: Iterable[Difference], moments: Moments) -> Iterator[str]:
    """A sentence for each place that a person asks about."""
    for change in changes:
        said = _sentence(change, moments)
        if said is not None:
            yield said


def _sentence(change: Difference, moments: Moments) -> str | None:
    kind, _dot, rest = change.what.partition(".")
    place, _dot, field = rest.rpartition(".")
    match kind:
        case "clocks":
            return _of_clock(place, field, change, moments)
        case "steps":
            if change.is_whole:
                return _came_or_went(change, moments)
            return _filled(STEP.get(field), change, moments, moments.names.step(place))
        case "applications":
            return _filled(APPLICATION.get(field), change, moments, place)
        case _:
            return _filled(WHOLE.get(change.what), change, moments)


def _of_clock(place: str, field: str, change: Difference, moments: Moments) -> str | None:
    if change.is_whole:
        # A clock never goes; it ends.
        return None if change.after is None else _started(change.after, moments)
    name = moments.names.clock(place)
    if isinstance(change.after, bool):
        template = IS_SO.get((field, change.after))
        return None if template is None else moments.words(template, name=name)
    told = _verdict_of(kind_of(place)) if field == "status" else CLOCK.get(field)
    return _filled(told, change, moments, name)


def _verdict_of(kind: str) -> Told:
    """Only of the law's limit is it said that it is overdue."""

    def said(status: str, moments: Moments) -> str:
        if status == "breached":
            return moments.words.named("breach", kind)
        return moments.words.named("green" if kind == "green" else "clock", status)

    return Told(said, VERDICT)


def _filled(told: Told | None, change: Difference, moments: Moments, name: str = "") -> str | None:
    if told is None:
        return None
    before, after = change.before, change.after
    template = told.came if before is None else told.went if after is None else told.both
    if template is None:
        return None
    shown = {
        "before": "" if before is None else told.said(before, moments),
        "after": "" if after is None else told.said(after, moments),
    }
    return moments.words(template, name=name, **shown)


def _started(clock: dict[str, Any], moments: Moments) -> str:
    name, budget = moments.names.clock(clock["id"]), moments.budget(Budget.model_validate(clock["budget"]))
    if clock["due_at"] is None:
        return moments.words(STARTED_STILL, name=name, budget=budget)
    return moments.words(STARTED, name=name, budget=budget, due=_instant(clock["due_at"], moments))


def _came_or_went(change: Difference, moments: Moments) -> str:
    step = change.after or change.before
    name = step["name_en"] if moments.words.language == "en" else step["name_vi"]
    template = REMOVED if change.after is None else ADDED
    return moments.words(template, name=name, department=moments.names.department(step["department"]))
