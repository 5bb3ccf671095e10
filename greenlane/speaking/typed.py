"""What somebody typed, as a value. Light: loaded with every command."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from wording.names import normal, tidy
from wording.text import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sla.units import Budget


def name_of(text: str | None) -> str | None:
    """What somebody typed as a name, in the form that names have: NFC, without blanks around."""
    if text is None:
        return None
    try:
        return normal(text)
    except ValueError:
        raise typer.BadParameter(_("A name holds no control or invisible character.")) from None


def names_of(texts: list[str] | None) -> list[str | None] | None:
    """Each of what may be given several times, see `name_of`."""
    return None if texts is None else [name_of(text) for text in texts]


def source_of(text: str) -> str:
    """A source, in the form that CloudEvents gives one."""
    from events.language.identity import SOURCE_MAX, SOURCE_PATTERN  # loads pydantic

    if len(text) > SOURCE_MAX or re.fullmatch(SOURCE_PATTERN, text) is None:
        raise typer.BadParameter(
            _("A URI reference of 200 characters at most, such as /counter/3."),
            param_hint="--source",
        )
    return text


def fact_of(text: str) -> tuple[str, bool | int | str]:
    """`name=value` as a fact: `true` and `false` are truths, whole numbers numbers, all else is text."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(
            _("{text!r} is not name=value, such as project=ring-road-4.", text=text),
            param_hint="--fact",
        )
    if value in ("true", "false"):
        return name, value == "true"
    # A number is one only where it says all that was typed: 007 is a text.
    number = re.fullmatch(r"0|-?[1-9][0-9]{0,14}", value)
    return name, int(value) if number else tidy(value)


def budget_of(text: str, option: str = "--limit") -> Budget:
    """`3 working_days` as a budget. Raises the usage error that names the option and the units there are."""
    from sla import units
    from sla.units import Unit

    budget = units.budget_of(text)
    if budget is None:
        raise typer.BadParameter(
            _('A number and a unit are needed, such as "3 working_days" ({units}).', units=", ".join(Unit)),
            param_hint=option,
        )
    return budget


def instant_in(text: str, zone: ZoneInfo, option: str = "--at") -> datetime:
    """An instant, of the zone where no offset was typed. Raises the usage error."""
    try:
        at = datetime.fromisoformat(text)
        # What lies so far off that the province has no date for it is refused here, with the option's name.
        return at.astimezone(zone) if at.tzinfo is not None else at.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            _("{text!r} is no instant such as 2026-03-02T09:00+07:00.", text=text),
            param_hint=option,
        ) from None


def stretch_of(from_at: str | None, until_at: str | None) -> dict[str, datetime]:
    """The ends of a stretch of time that were typed, by name. Raises InstantUnclear, and where it ends before it begins."""
    from sla.instants import instant_of, refuse_reversed

    stretch = {
        name: instant_of(text, option)
        for name, option, text in (("from_at", "from", from_at), ("until_at", "until", until_at))
        if text is not None
    }
    refuse_reversed(stretch.get("from_at"), stretch.get("until_at"), "until")
    return stretch


def id_of(escalation: str | None) -> str | None:
    """What was given, where it is an id; None: it is a number, or nothing, and the ledger says which is meant."""
    # An id of an alert names its clock and its rung: none is a number.
    return None if escalation is None or re.fullmatch(r"[0-9]{1,9}", escalation) else escalation


def number_of(escalation: str | None) -> int | None:
    """The number in the timeline, where that was given."""
    return None if escalation is None or id_of(escalation) is not None else int(escalation)
