"""What a letter is about: the facts of one alert, in names and words of both languages, as they stand when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from cases.audience import Audience
from catalog.catalogue import Catalog
from catalog.province import LEAD
from wording.text import LazyText

Topic = Literal[
    "statutory", "green", "step", "consultation", "supplement", "explanation", "joint", "suspension", "stop", "calendar"
]
"""What has a limit, or what duty arose."""
Reader = Literal["officer", "head", "lead", "office"]
"""Who is written to: the officer or the head of the department in whose hands it is, the agency in charge, or an office above."""

DUTY: Final = "duty"


@dataclass(frozen=True, slots=True)
class Scene:
    """What every letter is written with."""

    catalog: Catalog
    """Of now: names and role holders change."""
    zone: ZoneInfo
    now: datetime
    """The business instant of the writing."""
    language: str
    """Which of two languages stands first."""


class Detail(NamedTuple):
    """One line of what is known."""

    label: LazyText
    text: LazyText
    in_brief: bool = False
    """Also where a letter lists many: the procedure and the dates."""


@dataclass(frozen=True, slots=True)
class Matter:
    """The facts of one alert. What is not known is None and is not written."""

    topic: Topic
    kind: str
    """The kind of the rung, or `duty`."""
    level: int
    reader: Reader
    audience: Audience
    code: str | None
    """The dossier's code, or a linked dossier's own number."""
    named: LazyText
    """The dossier in a sentence."""
    details: tuple[Detail, ...]
    """In the order of reading."""
    at: datetime
    """When the rung was due, or the duty: the order among matters of one kind."""
    amount: LazyText | None = None
    """How late it is, or how much time is left; None: next to nothing."""
    is_past: bool = False
    """The end that the amount counts from has passed."""
    is_before_end: bool = False
    """An escalation of a ladder that counts it from the appointment: nothing is overdue or broken yet."""
    is_lawful_past: bool = False
    """The lawful end has passed."""
    step: LazyText | None = None
    department: LazyText | None = None
    """In whose hands it is: of a step, its department; of the whole, the agency in charge."""
    turn: LazyText | None = None
    """Whose turn it is now."""
    until: LazyText | None = None
    """The end that is still to come."""
    extra: LazyText | None = None
    """What else there is to say: what silence means, which limits have no end."""
    resolution: LazyText | None = None
    """Why nothing is left to do; None: there is."""
    standing: LazyText | None = None
    """What must be known beside it, as a suspension, or how the case ended by it."""
    command: str | None = None
    """The command that acknowledges it; None: it is only read, or was acknowledged."""
    find: str | None = None
    """The command that shows a dossier that has no code."""
    is_green: bool = False


def reader_of(role: str, audience: Audience, department: str, catalog: Catalog) -> Reader:
    """Who an audience is to a matter that lies with the department, by how the rung names it."""
    if role in catalog.departments:
        return "office"
    if role.removeprefix(LEAD) == "officer":
        return "officer"
    # Where the agency in charge holds it itself, its head is asked to act, not to ask.
    return "lead" if role.startswith(LEAD) and audience.department != department else "head"
