"""Instants and spans as people of the province read them. The one place where a screen turns time into text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from events.language.identity import is_held_apart
from presentation.amounts import HOUR_SECONDS, MINUTE_SECONDS, budget_said, in_words, span_said
from presentation.names import Names
from presentation.words.words import Words
from services.own_texts import OwnTexts
from sla.business_time import BusinessTime
from sla.units import Budget
from wording.text import _, in_language

DAY = timedelta(days=1)
MOMENT = _("less than a minute")


@dataclass(frozen=True)
class Moments:
    """Formats business instants in the province's zone. `now` is the business instant of this look."""

    words: Words
    zone: ZoneInfo
    time: BusinessTime
    now: datetime
    texts: Mapping[str, str] = field(default_factory=dict)
    """What applicants wrote, by the references that events hold; as far as it may be shown here."""
    known: Names | None = None
    """What the ids of this screen are called."""

    @classmethod
    def on_day(cls, words: Words, zone: ZoneInfo, day: date, known: Names | None = None) -> Self:
        """Time on a screen about a day, real or of the installation, and about no instant in it."""
        return cls(words, zone, BusinessTime.real_time(), datetime.combine(day, time(), zone), known=known)

    @property
    def names(self) -> Names:
        """What people call things; without a catalogue their ids."""
        return self.known or Names(self.words)

    def written(self, reference: str | None) -> str | None:
        """What an applicant wrote. Older events hold it themselves: then it is what they hold."""
        if reference is None or not is_held_apart(reference):
            return reference
        is_gone = isinstance(self.texts, OwnTexts) and self.texts.was_erased
        return self.texts.get(reference) or self.words(_("(erased)") if is_gone else _("(kept in the vault)"))

    def instant(self, at: datetime | None, *, seconds: bool = False) -> str:
        """Day and time of day; `-` for none."""
        if at is None:
            return "-"
        local = at.astimezone(self.zone)
        clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        return f"{self.day(local.date())} {clock}"

    def end(self, at: datetime | None) -> str:
        """An end: that of a day is 24:00 of it, and not 00:00 of the next."""
        if at is None or at.astimezone(self.zone).time() != time(0):
            return self.instant(at)
        return f"{self.day((at - DAY).astimezone(self.zone).date())} 24:00"

    def two_lines(self, at: datetime) -> str:
        """Day, and below it the time of day with its seconds: for a narrow column."""
        return f"{self.day(at.astimezone(self.zone).date())}\n{at.astimezone(self.zone):%H:%M:%S}"

    def day(self, on: date | None) -> str:
        """A calendar day, as the language writes it."""
        if on is None:
            return "-"
        return f"{on:%Y-%m-%d}" if self.words.language == "en" else f"{on:%d/%m/%Y}"

    def span(self, seconds: float) -> str:
        """A length of time by the clock in its two largest units, such as `2 days 3 hours`."""
        return in_language(span_said(seconds) or MOMENT, self.words.language)

    def hours(self, seconds: float) -> str:
        """A length of working time, such as `12 hours`: a working day is as long as its windows, so days would say too little."""
        whole, rest = divmod(int(abs(seconds)), HOUR_SECONDS)
        minutes = rest // MINUTE_SECONDS
        parts = [(whole, "hours")] if whole or not minutes else []
        said = in_words([*parts, *([(minutes, "minutes")] if minutes else [])]) or MOMENT
        return in_language(said, self.words.language)

    def distance(self, due_at: datetime | None) -> str:
        """How far away a due instant is now, by the wall clock; empty for none."""
        if due_at is None:
            return ""
        seconds = (due_at - self.now).total_seconds()
        return self.words(_("{span} left") if seconds >= 0 else _("{span} late"), span=self.span(seconds))

    def is_past(self, due_at: datetime | None) -> bool:
        """Whether a due instant has passed."""
        return due_at is not None and due_at < self.now

    def budget(self, budget: Budget | None) -> str:
        """An amount of time with its unit."""
        return "-" if budget is None else in_language(budget_said(budget), self.words.language)

    @property
    def scale(self) -> str | None:
        """What a screen must say where business time is not real time; None: it is."""
        if self.time.factor == 1:
            return None
        return self.words(
            _("Business time runs {factor} times as fast; a real millisecond is {resolution} s of it."),
            factor=f"{self.time.factor:g}",
            resolution=f"{self.time.resolution:g}",
        )
