"""What a letter asks its reader to do, by what has happened and who reads it."""

from __future__ import annotations

from typing import Final

from cases.ticks import ALARMS
from presentation.letters.matter import Matter
from wording.text import LazyText, _, layout

READ: Final = _("Nothing is left to do; this letter is for your information.")

REQUESTS: Final = {
    # a step's clock
    ("step", "warning", "officer"): _("Please answer this step before its limit{until}."),
    ("step", "warning", "*"): _(
        "Please see that the step is answered before its limit{until}, or give it to another officer."
    ),
    ("step", "alarm", "officer"): _("Please answer this step now, and tell your head what holds it up."),
    ("step", "alarm", "head"): _("Please have the step decided now, or give it to another officer."),
    ("step", "alarm", "lead"): _(
        "Please agree with {department} when it will answer; where it cannot, have the step given to somebody else."
    ),
    ("step", "alarm", "office"): _(
        "Please acknowledge the report and have {department} say why it is late and when it will be done."
    ),
    # an opinion
    ("consultation", "warning", "*"): _(
        "Please see that the opinion is given before its limit{until}: agreed or not, and why."
    ),
    ("consultation", "alarm", "officer"): _("Please give the opinion now: agreed or not, and why."),
    ("consultation", "alarm", "head"): _("Please have the opinion given now: agreed or not, and why."),
    ("consultation", "alarm", "lead"): _(
        "Please agree with {department} when it will answer, or decide whether to go on without its opinion."
    ),
    ("consultation", "alarm", "office"): _("Please acknowledge the report and have {department} give its opinion."),
    # the whole case
    ("case", "warning", "officer"): _(
        "Please go through the steps that are left, and tell your head where the time will not do."
    ),
    ("case", "warning", "*"): _(
        "Please press for the steps that are left. Where the time will not do, write an "
        "apology with a new appointment before this one."
    ),
    ("case", "past_appointment", "*"): _(
        "Please hand over the result now{until}, and apologise to the applicant for the missed appointment."
    ),
    ("case", "alarm", "office"): _(
        "Please acknowledge the report and have {department} say why it is late and when the result will be there."
    ),
    ("case", "alarm", "*"): _(
        "Please have the dossier decided now, and write an apology to the applicant with the reason and a new date."
    ),
    ("green", "alarm", "office"): _(
        "Please acknowledge the report and have {department} say why the promise was broken "
        "and when the result will be there."
    ),
    ("green", "alarm", "*"): _(
        "Please have the dossier decided now, and tell the applicant when the result will be there."
    ),
    ("applicant", "warning", "*"): _("Please remind the applicant of what is missing, before the limit{until}."),
    ("applicant", "alarm", "*"): _("Please see that the applicant is told how the dossier ended, and why."),
    # a linked dossier
    ("joint", "warning", "*"): _("Please press for the procedures that are left; everything waits for {department}."),
    ("joint", "past_appointment", "*"): _(
        "Please have {department} finish now{until}, and apologise to the applicant for the missed appointment."
    ),
    ("joint", "alarm", "office"): _(
        "Please acknowledge the report and have {department} say why it is late and when it will be done."
    ),
    ("joint", "alarm", "*"): _(
        "Please have {department} finish now, and write an apology to the applicant with the reason and a new date."
    ),
    # duties
    ("suspension", "duty", "*"): _(
        "Please look whether the reason still holds: let the case go on, or set a day on which the suspension ends."
    ),
    ("stop", "duty", "*"): _(
        "Please look whether the reason still holds: let the case go on, or return the dossier with the reason."
    ),
    ("calendar", "duty", "*"): _(
        "Please have a calendar applied that reaches further; until then nobody is warned of these limits."
    ),
}
"""By group of limits, what has happened, and who reads it; `*`: whoever else reads it."""
_GROUPS: Final = {"statutory": "case", "supplement": "applicant", "explanation": "applicant"}


def request_of(matter: Matter) -> LazyText:
    """What the reader is asked to do; that nothing is left to do, where it has been settled meanwhile."""
    if matter.resolution is not None:
        return READ
    event = "alarm" if matter.kind in ALARMS else matter.kind
    group = _GROUPS.get(matter.topic, matter.topic)
    text = next(REQUESTS[key] for key in _keys(group, event, matter.reader) if key in REQUESTS)
    return text.filled(department=matter.department or _("the department"), until=_until(matter))


def _keys(group: str, event: str, reader: str) -> list[tuple[str, str, str]]:
    groups = (group, "case") if group == "green" else (group,)
    events = ("past_appointment", "alarm") if event == "past_appointment" else (event,)
    # An opinion or a step that a ladder of another province tells an agency of in its own way.
    readers = (reader, "*", "head")
    return [(g, e, who) for g in groups for e in events for who in readers]


def _until(matter: Matter) -> LazyText:
    if matter.until is None:
        return layout("")
    if matter.kind == "past_appointment":
        return _(", before {until}", until=matter.until)
    return layout(" ({until})", until=matter.until)
