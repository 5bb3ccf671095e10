"""What nobody refuses, but should be known before the rules under open cases change: what it is, and what helps."""

from __future__ import annotations

from presentation.instants import day_said
from services.cautions import BeginsLater, Caution
from wording.text import LazyText, _


def caution_said(caution: Caution) -> tuple[LazyText, LazyText]:
    """What is to be known, and what helps."""
    if isinstance(caution, BeginsLater):
        message = _(
            "{procedure} {version} begins on {day} only; open cases come under it at once, before new ones do.",
            procedure=caution.version.id,
            version=caution.version.version,
            day=day_said(caution.day),
        )
        return message, _("Where the new text does not say so, wait for that day.")
    target, current = caution.target, caution.current
    named = {"calendar": target.id, "version": target.version, "current": current or ""}
    if current is None:
        message = _("Calendar {calendar} {version} is not in the catalogue: no new case will be under it.", **named)
    else:
        message = _(
            "Calendar {calendar} {version} is not what the catalogue holds: new cases go on under version {current}.",
            **named,
        )
    remedy = _(
        "Put the file into calendars/ of a catalogue folder (`greenlane catalog export "
        "DIR`), and publish that (`greenlane catalog publish DIR`)."
    )
    return message, remedy
